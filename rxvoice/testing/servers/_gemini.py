"""A fake of the Gemini API."""

import re
from typing import Any

from ._call import Call
from ._exchange import Exchange, Json, Message
from ._gemini_request import wrong_request
from ._gemini_stream import answer
from ._model_reply import ModelReply
from ._openai_chat import ChatReply
from ._plan import FaultScript
from ._script import Lines, Script
from ._server import FakeServer

_PATH = re.compile(r"/v1(?:beta)?/models/([^/:]+)(?::(generateContent|streamGenerateContent))?")
_BAD_KEY = "API key not valid. Please pass a valid API key."
_ERRORS = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    403: ("PERMISSION_DENIED", "Method doesn't allow unregistered callers."),
    404: ("NOT_FOUND", "Requested entity was not found."),
    429: ("RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    500: ("INTERNAL", "An internal error has occurred."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "The service is unable to finish processing within the deadline."),
}


class FakeGemini(FakeServer):
    """Serves ``generateContent`` and ``streamGenerateContent`` as Google's Gemini API does.

    Give the SDK, and `rxvoice.providers.gemini.gemini`, ``server.url`` as the base address.
    Requests are refused as the vendor does: with unknown fields, empty parts, schemas that are not
    OpenAPI's, answers of tools that do not fit the calls, and, for models of the 3 series, calls of
    the current exchange without their signature. Summaries of thoughts come when they are asked
    for. As for the newest models, the last content has to be the user's.

    Args:
        replies: What the model says, one entry a request: a text, which is cut into words; a
            `ChatReply` or `ModelReply`; or a recorded event stream as bytes. A call without an id
            is given without one.
        faults: See `FakeServer`.
        key: See `FakeServer`; as with the vendor, a wrong one is refused with the status 400.
    """

    def __init__(
        self,
        replies: Lines[str | bytes | ChatReply] = (),
        *,
        faults: FaultScript = None,
        key: str | None = None,
    ) -> None:
        super().__init__(faults=faults, key=key)
        self._replies: Script[Any] = Script("replies", replies, str, bytes, ChatReply, ModelReply)
        self._signed: dict[str, str] = {}

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        exchange = call.exchange
        if self._key is not None and self._key not in self.keys_of(exchange):
            await (call.refuse(400, _BAD_KEY) if self.keys_of(exchange) else call.refuse(403))
            return
        path = _PATH.fullmatch(exchange.path)
        method = path.group(2) if path else None
        if path and exchange.method == "GET" and method is None:
            await call.json({"name": f"models/{path.group(1)}", "version": "1"})
            return
        if path is None or method is None or exchange.method != "POST":
            await call.refuse(404)
            return
        wrong = wrong_request(exchange, path.group(1), self._signed)
        if wrong:
            await call.refuse(400, wrong)
            return
        try:
            reply = self._replies.take(exchange)
        except (LookupError, TypeError) as error:
            await call.refuse(400, str(error))
            raise
        streamed = method == "streamGenerateContent"
        await answer(call, reply, path.group(1), self._signed, streamed=streamed)

    def authorized(self, exchange: Exchange) -> bool:
        """Return True: a wrong key is refused in another way than elsewhere."""
        return True

    def keys_of(self, exchange: Exchange) -> list[str]:
        """Return the keys that a request shows, in a header or in the query."""
        return [*exchange.headers.getall("x-goog-api-key", []), *exchange.query.getall("key", [])]

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        kind, usual = _ERRORS.get(status, _ERRORS[500 if status > 500 else 400])
        error: dict[str, Any] = {"code": status, "message": text or usual, "status": kind}
        if text == _BAD_KEY:
            info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo"}
            error["details"] = [{**info, "reason": "API_KEY_INVALID", "domain": "googleapis.com"}]
        return {"error": error}

    def unknown(self) -> Message:
        """Return an event of a form that clients do not know."""
        return {"somethingNew": {"value": 1}}

    def failure(self, text: str) -> Message:
        """Return the event that something failed."""
        return {"error": {"code": 503, "message": text, "status": "UNAVAILABLE"}}


__all__ = ["FakeGemini"]
