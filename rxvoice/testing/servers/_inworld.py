"""A fake of Inworld: speech over a websocket with contexts, and over HTTP."""

from ._call import Call
from ._exchange import Exchange, Json, Message
from ._inworld_contexts import speak_contexts
from ._inworld_http import generate
from ._inworld_shapes import status
from ._plan import FaultScript
from ._server import FakeServer
from ._voice import ToneVoice

_ERRORS = {
    400: (3, "Invalid argument."),
    401: (16, "Invalid authorization credentials."),
    403: (7, "Permission denied."),
    404: (5, "Not Found"),
    429: (8, "Too many requests."),
    500: (13, "Internal error."),
    503: (14, "The service is currently unavailable."),
}


class FakeInworld(FakeServer):
    """Serves ``/tts/v1/voice:streamBidirectional`` and ``:stream`` as ``api.inworld.ai`` does.

    It follows docs.inworld.ai as of September 2026 (the references "Synthesize speech" by
    websocket and by stream) and the vendor's published examples. Names of fields are those in
    camel case. As by the vendor, LINEAR16 has the head of a WAV file in every piece and PCM has
    none; times of words begin anew after each flush; what a context has been sent is still spoken
    when it is closed; and a context counts until the server has told that it is closed. The
    vendor documents the limit of contexts, not how it tells of it.

    Args:
        voice: How speech is spoken, whatever the voice's id.
        contexts: How many contexts a websocket may have open.
        idle: Seconds without a message after which a websocket is closed.
        faults: See `FakeServer`.
        key: See `FakeServer`.
    """

    def __init__(
        self,
        *,
        voice: ToneVoice | None = None,
        contexts: int = 5,
        idle: float = 600.0,
        faults: FaultScript = None,
        key: str | None = None,
    ) -> None:
        super().__init__(faults=faults, key=key)
        if contexts < 1:
            raise ValueError(f"contexts must be at least 1, got {contexts}")
        if idle <= 0.0:
            raise ValueError(f"idle must be positive, got {idle}")
        self._voice = voice or ToneVoice()
        self._contexts = contexts
        self._idle = idle

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        match call.exchange.method, call.exchange.path:
            case "GET", "/tts/v1/voice:streamBidirectional":
                await speak_contexts(call, self._voice, self._contexts, self._idle)
            case "POST", "/tts/v1/voice:stream":
                await generate(call, self._voice)
            case _:
                await call.refuse(404)

    def keys_of(self, exchange: Exchange) -> list[str]:
        """Return the keys that a request shows: ``Basic …``, in the header or in the query."""
        shown = exchange.query.get("authorization", "").split(" ")[1:]
        return [*super().keys_of(exchange), *shown]

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        code, usual = _ERRORS.get(status, (2, "Unknown error."))
        return {"code": code, "message": text or usual, "details": []}

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"result": {"somethingNew": {}, "status": status()}}

    def failure(self, text: str) -> Message:
        """Return the message that something failed; it suits the websocket and HTTP."""
        return {"error": status(13, text)}


__all__ = ["FakeInworld"]
