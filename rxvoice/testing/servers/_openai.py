"""A fake of OpenAI's interface."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

from ._call import Call
from ._exchange import Exchange, Json, Message
from ._multipart import form
from ._openai_audio import speak, transcribe, wrong_speech
from ._openai_chat import ChatReply, chat
from ._openai_realtime import transcribe_live
from ._openai_responses import Responses, respond, wrong_response
from ._openai_wrong import wrong_body, wrong_chat
from ._plan import FaultScript
from ._said import Heard, Said, check_heard, of_connection
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

_PREFIX: Final = re.compile(r"^/openai/(?:deployments/[^/]+|v1)/")
"""Of Azure's addresses, and of Groq's."""


class FakeOpenAI(FakeServer):
    """Serves chat completions, responses, speech, transcriptions as ``api.openai.com`` does.

    Responses come over HTTP and over websockets, where the last one can be gone on with by its id.
    Realtime transcription is the websocket ``/v1/realtime?intent=transcription``, whose words lie
    on the clock of the audio, as those of `FakeDeepgram` do. All is served at Azure's and Groq's
    addresses, too. Messages are those of the types of the SDK, 3.54.

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
        speech_rate: Samples a second of speech; the vendor's own is 24 kHz.
        heard: What is in the audio of every realtime connection; or a function that tells it from
            the connection's record.
        latency: Seconds between audio and what is recognised in it, on realtime connections.
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
        speech_rate: int = 24_000,
        heard: Heard = (),
        latency: float = 0.0,
        faults: FaultScript = None,
        key: str | None = None,
        cancellable: bool = True,
    ) -> None:
        super().__init__(faults=faults, key=key)
        if latency < 0.0:
            raise ValueError(f"latency must not be negative, got {latency}")
        self.generating: int = 0
        self._heard = heard if callable(heard) else check_heard(heard)
        self._latency = latency
        self._speech_rate = speech_rate
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
        path = _PREFIX.sub("/v1/", exchange.path)
        match exchange.method, path:
            case "POST", "/v1/chat/completions":
                wrong = wrong_chat(exchange)
                if wrong:
                    await call.refuse(400, wrong)
                    return
                with self._busy():
                    await chat(call, await self._take(call, self._replies))
            case "POST", "/v1/responses":
                wrong = wrong_body(exchange) or wrong_response(exchange.json)
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
                wrong = wrong_body(exchange) or wrong_speech(exchange.json)
                if wrong:
                    await call.refuse(400, wrong)
                    return
                await speak(call, self._voice, self._speech_rate)
            case "POST", "/v1/audio/transcriptions":
                fields = form(exchange)
                await transcribe(call, fields, await self._take(call, self._transcripts))
            case "GET", "/v1/realtime" if exchange.query.get("intent") == "transcription":
                await transcribe_live(call, of_connection(self._heard, exchange), self._latency)
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
        return {
            "id": "new_1",
            "object": "something.new",
            "type": "something.new",
            "event_id": "event_new",
            "created": 0,
            "model": "",
            "choices": [],
        }

    def failure(self, text: str) -> Message:
        """Return the event that something failed; it suits streams and websockets."""
        error = {"message": text, "type": "server_error", "param": None, "code": None}
        return {"type": "error", "event_id": "event_failed", "error": error}


__all__ = ["FakeOpenAI"]
