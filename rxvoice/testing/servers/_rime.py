"""A fake of Rime: speech over a websocket and over HTTP."""

from ._call import Call
from ._exchange import Json, Message
from ._plan import FaultScript
from ._rime_http import generate
from ._rime_socket import speak, wrong_query
from ._server import FakeServer
from ._voice import ToneVoice

_ERRORS = {
    400: "bad request",
    401: "invalid api key",
    404: "not found",
    429: "too many requests",
    500: "internal server error",
    503: "service unavailable",
}


class FakeRime(FakeServer):
    """Serves the websocket ``/ws3`` and ``POST /v1/rime-tts`` as Rime's two hosts do.

    It follows docs.rime.ai as of August 2026 (the references of the JSON websocket and of HTTP,
    "Segmentation and behavior settings", "Error reference"). As by the vendor, pieces of audio
    end inside of a sample; a flush that comes while a text is being spoken waits, and is spoken
    together with those that come meanwhile, with one ``done``; what is sent carries the context
    that was named last when its text began to be spoken; ``clear`` takes back neither what is
    being spoken nor what was flushed; and refusals are plain text. The vendor does not say
    whether the times of words come before their audio; here they do.

    Args:
        voice: How speech is spoken, whatever the speaker.
        faults: See `FakeServer`.
        key: See `FakeServer`.
    """

    def __init__(
        self,
        *,
        voice: ToneVoice | None = None,
        faults: FaultScript = None,
        key: str | None = None,
    ) -> None:
        super().__init__(faults=faults, key=key)
        self._voice = voice or ToneVoice()

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        match call.exchange.method, call.exchange.path:
            case "GET", "/ws3" if wrong := wrong_query(call.exchange.query):
                await call.refuse(400, wrong)
            case "GET", "/ws3":
                await speak(call, self._voice)
            case "POST", "/v1/rime-tts":
                await generate(call, self._voice)
            case _:
                await call.refuse(404)

    def refusal(self, status: int, text: str | None) -> str:
        """Return the body of a refusal: plain text."""
        return text or _ERRORS.get(status, "refused")

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"type": "something_new", "contextId": None}

    def failure(self, text: str) -> Json:
        """Return the message that something failed; it names no context."""
        return {"type": "error", "message": text}


__all__ = ["FakeRime"]
