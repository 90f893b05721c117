"""A fake of OpenAI's interface."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final, cast

from ._call import Call
from ._exchange import Exchange, Json, Message
from ._multipart import form
from ._openai_audio import speak, transcribe
from ._openai_chat import ChatReply, chat
from ._openai_responses import Responses, respond, wrong_response
from ._plan import FaultScript
from ._said import Said
from ._script import Lines, Script
from ._server import FakeServer
from ._voice import ToneVoice

_ERRORS = {
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: ("invalid_request_error", "unsupported_country_region_territory", "Not allowed."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    500: ("server_error", None, "The server had an error while processing your request."),
    503: ("server_error", None, "The engine is currently overloaded."),
}

_AZURE: Final = re.compile(r"^/openai/deployments/[^/]+/")


class FakeOpenAI(FakeServer):
    """Serves chat completions, responses, speech and transcriptions as ``api.openai.com`` does.

    Responses come over HTTP and over websockets, where the last one can be gone on with by its id.
    Chat completions are served at Azure's addresses, too.

    Give the SDK ``base_url=server.api``. What has no time of its own in a script is answered at
    once. A script that is used up fails the test at the end of the block. A refused request uses
    up nothing; one that breaks off does.

    Args:
        replies: What the model says, one entry a request: a text, which is cut into words; a
            `ChatReply`, or a `ModelReply` with thoughts in a response; or a recorded event stream
            as bytes, which is sent event by event. A response is incomplete when it finishes by
            ``"length"`` or ``"content_filter"``; ``"failed"``, and over websockets
            ``"previous_response_not_found"`` and ``"websocket_connection_limit_reached"``, are
            failures.
        transcripts: What is heard in an uploaded file, one entry a request.
        voice: How speech is spoken.
        faults: See `FakeServer`.
        key: See `FakeServer`.
        cancellable: Whether a response over a websocket can be cancelled; if not, it goes on, and
            what asks for it is an unknown event.

    Attributes:
        generating: How many answers are being written now.
    """

    def __init__(
        self,
        replies: Lines[str | bytes | ChatReply] = (),
        *,
        transcripts: Lines[str | Said] = (),
        voice: ToneVoice | None = None,
        faults: FaultScript = None,
        key: str | None = None,
        cancellable: bool = True,
    ) -> None:
        super().__init__(faults=faults, key=key)
        self.generating: int = 0
        self._cancellable = cancellable
        self._replies = Script("replies", replies, str, bytes, ChatReply)
        self._transcripts = Script("transcripts", transcripts, str, Said)
        self._voice = voice or ToneVoice()

    @property
    def api(self) -> str:
        """The base address for the SDK: `url` and ``/v1``."""
        return f"{self.url}/v1"

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        exchange = call.exchange
        path = _AZURE.sub("/v1/", exchange.path)
        match exchange.method, path:
            case "POST", "/v1/chat/completions":
                wrong = _wrong_chat(exchange)
                if wrong:
                    await call.refuse(400, wrong)
                    return
                with self._busy():
                    await chat(call, await self._take(call, self._replies))
            case "POST", "/v1/responses":
                wrong = _wrong_body(exchange) or wrong_response(exchange.json)
                if wrong:
                    await call.refuse(400, wrong)
                    return
                with self._busy():
                    await respond(call, await self._take(call, self._replies))
            case "GET", "/v1/responses":
                await Responses(
                    call,
                    lambda: self._take_said(call),
                    self._busy,
                    cancellable=self._cancellable,
                ).run()
            case "GET", "/v1/models":
                await call.json({"object": "list", "data": []})
            case "POST", "/v1/audio/speech":
                await speak(call, self._voice)
            case "POST", "/v1/audio/transcriptions":
                fields = form(exchange)
                await transcribe(call, fields, await self._take(call, self._transcripts))
            case _:
                await call.refuse(404, f"Invalid URL ({exchange.method} {exchange.path})")

    @contextmanager
    def _busy(self) -> Generator[None]:
        self.generating += 1
        try:
            yield
        finally:
            self.generating -= 1

    async def _take_said(self, call: Call) -> Any:
        return self._replies.take(call.exchange)

    async def _take(self, call: Call, script: "Script[Any]") -> Any:
        try:
            return script.take(call.exchange)
        except (LookupError, TypeError) as error:
            await call.refuse(400, str(error))
            raise

    def keys_of(self, exchange: Exchange) -> list[str]:
        """Return the keys that a request shows: as a bearer, and as Azure wants it."""
        return [*super().keys_of(exchange), exchange.headers.get("api-key", "")]

    def headers(self) -> dict[str, str]:
        """Return the headers of every answer."""
        return {"x-request-id": f"req_fake{len(self.requests)}"}

    def retry_headers(self, seconds: float) -> dict[str, str]:
        """Return the headers that ask a client to wait."""
        return {**super().retry_headers(seconds), "retry-after-ms": str(round(seconds * 1000))}

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        default = ("server_error" if status >= 500 else "invalid_request_error", None, "Refused.")
        kind, code, usual = _ERRORS.get(status, default)
        return {"error": {"message": text or usual, "type": kind, "param": None, "code": code}}

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"id": "new_1", "object": "something.new", "created": 0, "model": "", "choices": []}

    def failure(self, text: str) -> Message:
        """Return the event that something failed."""
        return {"error": {"message": text, "type": "server_error", "param": None, "code": None}}


def _wrong_body(exchange: Exchange) -> str | None:
    try:
        _ = exchange.json
    except ValueError:
        return "We could not parse the JSON body of your request."
    return None


def _wrong_chat(exchange: Exchange) -> str | None:
    """What is wrong with a request for a chat completion."""
    if wrong := _wrong_body(exchange):
        return wrong
    asked = exchange.json
    if not isinstance(asked.get("model"), str):
        return "you must provide a model parameter"
    messages = asked.get("messages")
    if not isinstance(messages, list) or not messages:
        return "Missing required parameter: 'messages'."
    if asked.get("stream_options") is not None and not asked.get("stream"):
        return "The 'stream_options' parameter is only allowed when 'stream' is enabled."
    return _wrong_answers(cast("list[Any]", messages))


def _wrong_answers(messages: "list[Any]") -> str | None:
    """What is wrong with a conversation's tool calls: each has to be answered before it goes on."""
    open_calls: set[str] = set()
    for message in messages:
        if not isinstance(message, dict):
            return "Invalid type for 'messages': expected an object."
        said = cast("dict[str, Any]", message)
        if said.get("role") == "tool":
            if said.get("tool_call_id") not in open_calls:
                return "messages with role 'tool' must answer a preceding message's 'tool_calls'."
            open_calls.remove(said["tool_call_id"])
        elif open_calls:
            break
        open_calls |= {call["id"] for call in said.get("tool_calls") or ()}
    if open_calls:
        missing = ", ".join(sorted(open_calls))
        return f"'tool_calls' must be followed by messages that answer each; missing: {missing}"
    return None


__all__ = ["FakeOpenAI"]
