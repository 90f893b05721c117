"""A fake of xAI: speech over HTTP and a websocket, and recognition."""

from ._call import Call
from ._exchange import Json, Message
from ._plan import FaultScript
from ._said import Heard, check_heard, of_connection
from ._server import FakeServer
from ._voice import ToneVoice
from ._xai_listen import ListenOptions, listen, wrong_listen
from ._xai_speak import generate, speak, wrong_request, wrong_socket

_ERRORS = {
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: ("permission_error", "permission_denied", "The key lacks the permission."),
    404: ("invalid_request_error", "not_found", "Not found."),
    429: ("rate_limit_error", "rate_limit_exceeded", "Too many requests."),
    500: ("server_error", "internal_error", "Internal error."),
    503: ("server_error", "unavailable", "The service is temporarily unavailable."),
}
_OTHER = ("invalid_request_error", "invalid_argument", "Refused.")


class FakeXai(FakeServer):
    """Serves ``/v1/stt`` and ``/v1/tts`` as ``api.x.ai`` does.

    By the vendor's reference of its voice interface (docs.x.ai, "Voice") as known in November
    2026. Recognition is the websocket only. What is heard lies on the clock of the audio, as by
    `FakeDeepgram`; the words of a long utterance are final every three seconds, and the utterance's
    own text repeats them. Speech is the websocket and the request; they give no times.

    Args:
        heard: What is in the audio of every connection; or a function that tells it from the
            connection's record.
        voice: How speech is spoken, whatever the voice's name.
        latency: Seconds between audio and what is recognised in it.
        ready: Seconds until a connection to recognition takes audio; what comes before is an error.
        closes: Whether recognition closes after ``transcript.done``. The vendor's reference has
            said both; now it says that another turn may follow.
        faults: See `FakeServer`.
        key: See `FakeServer`.
    """

    def __init__(
        self,
        heard: Heard = (),
        *,
        voice: ToneVoice | None = None,
        latency: float = 0.0,
        ready: float = 0.0,
        closes: bool = False,
        faults: FaultScript = None,
        key: str | None = None,
    ) -> None:
        super().__init__(faults=faults, key=key)
        for name, value in (("latency", latency), ("ready", ready)):
            if value < 0.0:
                raise ValueError(f"{name} must not be negative, got {value}")
        self._heard = heard if callable(heard) else check_heard(heard)
        self._voice = voice or ToneVoice()
        self._options = ListenOptions(latency, ready, closes)

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        exchange = call.exchange
        match exchange.method, exchange.path:
            case "GET", "/v1/stt":
                if wrong := wrong_listen(exchange.query):
                    await call.refuse(400, wrong)
                    return
                await listen(call, of_connection(self._heard, exchange), self._options)
            case "GET", "/v1/tts":
                if wrong := wrong_socket(exchange.query):
                    await call.refuse(400, wrong)
                    return
                await speak(call, self._voice)
            case "POST", "/v1/tts":
                if wrong := wrong_request(exchange):
                    await call.refuse(400, wrong)
                    return
                await generate(call, self._voice)
            case _:
                await call.refuse(404)

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        kind, code, usual = _ERRORS.get(status, _OTHER)
        return {"error": {"message": text or usual, "type": kind, "code": code}}

    def failure(self, text: str) -> Message:
        """Return the message that something failed; it suits both websockets."""
        return {"type": "error", "message": text}

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"type": "something.new", "text": "", "delta": ""}


__all__ = ["FakeXai"]
