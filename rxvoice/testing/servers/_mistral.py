"""A fake of Mistral's audio: speech as events, and realtime recognition."""

from ._call import Call
from ._exchange import Json, Message
from ._mistral_listen import ListenOptions, listen
from ._mistral_speak import speak, wrong_speech
from ._plan import FaultScript
from ._said import Heard, check_heard, of_connection
from ._server import FakeServer
from ._voice import ToneVoice

_KINDS = {
    400: ("invalid_request_error", "1000"),
    404: ("invalid_model", "1500"),
    429: ("rate_limited", "1300"),
    500: ("internal_server_error", "1600"),
    503: ("unavailable", "3505"),
}


class FakeMistral(FakeServer):
    """Serves ``/v1/audio/speech`` and ``/v1/audio/transcriptions/realtime`` as ``api.mistral.ai``.

    By the vendor's documentation of its Studio (docs.mistral.ai, "Audio") and the message types of
    its client, 3.7, as known in November 2026. Speech is 24 kHz; raw samples are floats of 32 bit.
    What is heard lies on the clock of the audio, as by `FakeDeepgram`, and is told when the audio
    has gone on for the session's ``target_streaming_delay_ms``, or has ended.

    Args:
        heard: What is in the audio of every connection; or a function that tells it from the
            connection's record.
        voice: How speech is spoken, whatever the voice's id.
        idle: Seconds without audio after which recognition fails by 3804 and closes.
        flush_done: Whether ``transcription.done`` follows the rest that ``input_audio.flush`` asks
            for. The vendor documents the request only.
        faults: See `FakeServer`.
        key: See `FakeServer`.
    """

    def __init__(
        self,
        heard: Heard = (),
        *,
        voice: ToneVoice | None = None,
        idle: float = 30.0,
        flush_done: bool = True,
        faults: FaultScript = None,
        key: str | None = None,
    ) -> None:
        super().__init__(faults=faults, key=key)
        if idle <= 0.0:
            raise ValueError(f"idle must be positive, got {idle}")
        self._heard = heard if callable(heard) else check_heard(heard)
        self._voice = voice or ToneVoice()
        self._options = ListenOptions(idle, flush_done)

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        exchange = call.exchange
        match exchange.method, exchange.path:
            case "POST", "/v1/audio/speech":
                if wrong := wrong_speech(exchange):
                    await call.refuse(400, wrong)
                    return
                await speak(call, self._voice)
            case "GET", "/v1/audio/transcriptions/realtime" if not exchange.query.get("model"):
                await call.refuse(400, "model is required.")
            case "GET", "/v1/audio/transcriptions/realtime":
                await listen(call, of_connection(self._heard, exchange), self._options)
            case _:
                await call.refuse(404, "no Route matched with those values")

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        if status in (401, 403):
            return {"detail": text or "Unauthorized"}
        kind, code = _KINDS.get(status, ("invalid_request_error", "1000"))
        return {
            "object": "error",
            "message": text or "Refused.",
            "type": kind,
            "param": None,
            "code": code,
        }

    def failure(self, text: str) -> Message:
        """Return the message that something failed; it suits streams and websockets."""
        return {"type": "error", "error": {"message": text, "code": 3800}}

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"type": "something.new", "text": ""}


__all__ = ["FakeMistral"]
