"""A fake of LMNT: speech over a websocket and over HTTP."""

from ._call import Call
from ._exchange import Exchange, Json, Message
from ._lmnt_http import generate
from ._lmnt_socket import Admission, error_of, speak
from ._plan import FaultScript
from ._server import FakeServer
from ._voice import ToneVoice

_KINDS = {
    400: ("invalid_request_error", "The request is malformed."),
    401: ("authentication_error", "The API key is not valid."),
    403: ("permission_error", "The API key is missing or not valid."),
    404: ("not_found_error", "Not found."),
    429: ("rate_limit_error", "Too many requests."),
}
_OTHER = ("internal_server_error", "Something went wrong on our end.")


class FakeLmnt(FakeServer):
    """Serves ``/v1/ai/speech/stream`` and ``POST /v1/ai/speech/bytes`` as ``api.lmnt.com`` did.

    It follows version 1.1 of the interface, as LMNT's Python SDK 2 and docs.lmnt.com (the
    references of the speech sessions, of speech bytes, and of errors) had it in May 2026; the
    vendor is said to have ended its service since. A websocket opens with any key, and its first
    message tells the key; what is wrong is told by an ``error`` message and a close frame, whose
    code the vendor does not document. Times of words are not served.

    Args:
        voice: How speech is spoken, whatever the voice's id.
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
            case "GET", "/v1/ai/speech/stream":
                await speak(call, self._voice, Admission(self._key))
            case "POST", "/v1/ai/speech/bytes" if not super().authorized(call.exchange):
                await call.refuse(403)
            case "POST", "/v1/ai/speech/bytes":
                await generate(call, self._voice)
            case _:
                await call.refuse(404)

    def authorized(self, exchange: Exchange) -> bool:
        """Return True: a wrong key is told later, in a way of its own."""
        return True

    def keys_of(self, exchange: Exchange) -> list[str]:
        """Return the key that a request shows, in its header ``X-API-Key``."""
        return [exchange.headers.get("X-API-Key", "")]

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        kind, usual = _KINDS.get(status, _OTHER)
        return {"error": {"type": kind, "message": text or usual}}

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"type": "something_new"}

    def failure(self, text: str) -> Message:
        """Return the message that something failed."""
        return error_of(_OTHER[0], text)


__all__ = ["FakeLmnt"]
