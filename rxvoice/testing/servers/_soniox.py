"""A fake of Soniox: recognition and speech over websockets."""

from ._call import Call
from ._exchange import Json, Message
from ._plan import FaultScript
from ._said import Heard, check_heard, of_connection
from ._server import FakeServer
from ._soniox_listen import ListenOptions, listen
from ._soniox_shapes import error
from ._soniox_speak import SpeakOptions, speak
from ._voice import ToneVoice


class FakeSoniox(FakeServer):
    """Serves the websockets ``/transcribe-websocket`` and ``/tts-websocket`` as Soniox does.

    The vendor has them on ``stt-rt.soniox.com`` and ``tts-rt.soniox.com``. The fake follows the
    vendor's pages "WebSocket API", "Stream termination", "Manual finalization", "Endpoint
    detection", "Real-time translation" and "Errors", and the types of its JavaScript SDK, as of
    August 2026. Keys are in the first message, so that a wrong one is told on an open websocket:
    of recognition it is closed then; of speech only the stream ends. What is heard lies on the
    clock of the audio, as with `FakeDeepgram`; words come as tokens of a few letters, each final
    token once, and the final ones of an utterance together with ``<end>`` or ``<fin>``. Of speech
    the times of characters count from the stream's first sample. The vendor documents the limits,
    not the messages that tell of them.

    Args:
        heard: What is in the audio of every connection; or a function that tells it from the
            connection's record.
        voice: How speech is spoken, whatever the voice's name.
        latency: Seconds between audio and what is recognised in it.
        endpoint: Seconds of quiet until ``<end>``, for clients that ``enable_endpoint_detection``.
        idle: Seconds without a message after which a websocket is closed.
        streams: How many streams of speech a websocket may have.
        faults: See `FakeServer`.
        key: See `FakeServer`.
    """

    def __init__(
        self,
        heard: Heard = (),
        *,
        voice: ToneVoice | None = None,
        latency: float = 0.0,
        endpoint: float = 0.5,
        idle: float = 20.0,
        streams: int = 5,
        faults: FaultScript = None,
        key: str | None = None,
    ) -> None:
        super().__init__(faults=faults, key=key)
        if latency < 0.0:
            raise ValueError(f"latency must not be negative, got {latency}")
        for name, value in (("endpoint", endpoint), ("idle", idle)):
            if value <= 0.0:
                raise ValueError(f"{name} must be positive, got {value}")
        if streams < 1:
            raise ValueError(f"streams must be at least 1, got {streams}")
        self._heard = heard if callable(heard) else check_heard(heard)
        self._voice = voice or ToneVoice()
        self._listen = ListenOptions(latency, endpoint, idle, self.holds)
        self._speak = SpeakOptions(streams, idle, self.holds)

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        exchange = call.exchange
        match exchange.method, exchange.path:
            case "GET", "/transcribe-websocket":
                await listen(call, of_connection(self._heard, exchange), self._listen)
            case "GET", "/tts-websocket":
                await speak(call, self._voice, self._speak)
            case _:
                await call.refuse(404)

    def holds(self, key: object) -> bool:
        """Return whether a message's key is that of a client."""
        return self._key is None or key == self._key

    def authorized(self, exchange: object) -> bool:
        """Return that a request may open a websocket: keys come later."""
        return True

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        told = error(status, text)
        return {
            "status_code": status,
            "error_type": told["error_type"],
            "message": told["error_message"],
            "validation_errors": [],
            "request_id": told["request_id"],
        }

    def unknown(self) -> Message:
        """Return a message of a kind that clients do not know."""
        return {"something_new": True}

    def failure(self, text: str) -> Message:
        """Return the message that something failed; it suits both websockets."""
        return error(503, text)


__all__ = ["FakeSoniox"]
