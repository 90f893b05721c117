"""A fake of Anthropic's Messages API."""

from typing import Any

from ._anthropic_request import wrong_request
from ._anthropic_stream import answer
from ._call import Call
from ._exchange import Exchange, Json, Message
from ._model_reply import ModelReply
from ._openai_chat import ChatReply
from ._plan import FaultScript
from ._script import Lines, Script
from ._server import FakeServer

_ERRORS = {
    400: ("invalid_request_error", "The request is invalid."),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "Your API key does not have permission to use this resource."),
    404: ("not_found_error", "The requested resource could not be found."),
    413: ("request_too_large", "Request exceeds the maximum allowed number of bytes."),
    429: ("rate_limit_error", "This request would exceed your rate limit."),
    500: ("api_error", "Internal server error"),
    529: ("overloaded_error", "Overloaded"),
}


class FakeAnthropic(FakeServer):
    """Serves ``/v1/messages``, and an empty list of models, as ``api.anthropic.com`` does.

    Give the SDK, and `rxvoice.providers.anthropic.anthropic`, ``base_url=server.url``. Requests are
    refused as the vendor does: without version or ``max_tokens``, with blank texts, with calls that
    are not answered in the message behind them, with thoughts whose signature is not that of what
    was written, and so on. As for models of the 5 series, the last message has to be the user's.

    Args:
        replies: What the model says, one entry a request: a text, which is cut into words; a
            `ChatReply` or `ModelReply`; or a recorded event stream as bytes.
        faults: See `FakeServer`.
        key: See `FakeServer`.
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
        if (exchange.method, exchange.path) == ("GET", "/v1/models"):
            await call.json({"data": [], "has_more": False, "first_id": None, "last_id": None})
            return
        if (exchange.method, exchange.path) != ("POST", "/v1/messages"):
            await call.refuse(404)
            return
        wrong = wrong_request(exchange, self._signed)
        if wrong:
            await call.refuse(400, wrong)
            return
        try:
            reply = self._replies.take(exchange)
        except (LookupError, TypeError) as error:
            await call.refuse(400, str(error))
            raise
        await answer(call, reply, self._signed)

    def keys_of(self, exchange: Exchange) -> list[str]:
        """Return the keys that a request shows."""
        return exchange.headers.getall("x-api-key", [])

    def headers(self) -> dict[str, str]:
        """Return the headers of every answer."""
        return {"request-id": f"req_fake{len(self.requests)}"}

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        kind, usual = _ERRORS.get(status, _ERRORS[500 if status > 500 else 400])
        error = {"type": kind, "message": text or usual}
        return {"type": "error", "error": error, "request_id": f"req_fake{len(self.requests)}"}

    def unknown(self) -> Message:
        """Return an event of a type that clients do not know."""
        return {"type": "something_new", "index": 0}

    def failure(self, text: str) -> Message:
        """Return the event that something failed."""
        return {"type": "error", "error": {"type": "overloaded_error", "message": text}}


__all__ = ["FakeAnthropic"]
