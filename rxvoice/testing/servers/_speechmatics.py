"""A fake of Speechmatics: recognition over a websocket, and speech over HTTP."""

from ._call import Call
from ._exchange import Exchange, Json, Message
from ._plan import FaultScript
from ._said import Heard, check_heard, of_connection
from ._server import FakeServer
from ._speechmatics_listen import listen
from ._speechmatics_speak import generate
from ._voice import ToneVoice

_ERRORS = {
    400: "Bad Request",
    401: "Permission Denied",
    403: "Forbidden",
    404: "Not Found",
    429: "Rate Limited",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class FakeSpeechmatics(FakeServer):
    """Serves the websocket ``/v2`` and ``POST /generate/{voice}`` as Speechmatics does.

    The vendor has them on ``eu2.rt.speechmatics.com`` and ``preview.tts.speechmatics.com``. The
    fake follows the vendor's AsyncAPI document of the realtime interface, its pages "Turn
    detection" and "Output", and its quickstart of text to speech, as of August 2026. What is heard
    lies on the clock of the audio, as with `FakeDeepgram`: a word is final when ``max_delay`` has
    passed, at the end of an utterance, and when a client forces one. Words and their marks are
    results of their own. A translation is made by turning the words' letters round. A message that
    does not fit is answered by an Error, and closes the websocket. Pieces of speech over HTTP have
    an odd number of bytes, for clients have to bear it.

    Args:
        heard: What is in the audio of every connection; or a function that tells it from the
            connection's record.
        voice: How speech is spoken, whatever the voice's name.
        latency: Seconds between audio and what is recognised in it.
        faults: See `FakeServer`.
        key: See `FakeServer`.
    """

    def __init__(
        self,
        heard: Heard = (),
        *,
        voice: ToneVoice | None = None,
        latency: float = 0.0,
        faults: FaultScript = None,
        key: str | None = None,
    ) -> None:
        super().__init__(faults=faults, key=key)
        if latency < 0.0:
            raise ValueError(f"latency must not be negative, got {latency}")
        self._heard = heard if callable(heard) else check_heard(heard)
        self._voice = voice or ToneVoice()
        self._latency = latency

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        exchange = call.exchange
        match [exchange.method, *exchange.path.strip("/").split("/")]:
            case ["GET", "v2"] | ["GET", "v2", _]:
                await listen(call, of_connection(self._heard, exchange), self._latency)
            case ["POST", "generate", _]:
                await generate(call, self._voice)
            case _:
                await call.refuse(404)

    def keys_of(self, exchange: Exchange) -> list[str]:
        """Return the keys that a request shows: a bearer token, or ``jwt``."""
        return [*super().keys_of(exchange), exchange.query.get("jwt", "")]

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        return {"code": status, "error": _ERRORS.get(status, "Refused"), "detail": text}

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"message": "SomethingNew", "seq_no": 0}

    def failure(self, text: str) -> Message:
        """Return the message that something failed."""
        return {"message": "Error", "type": "job_error", "reason": text, "code": 4013}


__all__ = ["FakeSpeechmatics"]
