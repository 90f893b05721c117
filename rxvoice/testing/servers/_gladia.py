"""A fake of Gladia's live recognition."""

from typing import Any

from ._call import Call
from ._exchange import Exchange, Json, Message
from ._gladia_session import MOMENT, Session, follow
from ._plan import FaultScript
from ._said import Heard, check_heard, of_connection
from ._server import FakeServer

_FIELDS = {
    "bit_depth",
    "callback",
    "callback_config",
    "channels",
    "custom_metadata",
    "encoding",
    "endpointing",
    "language_config",
    "maximum_duration_without_endpointing",
    "messages_config",
    "model",
    "post_processing",
    "pre_processing",
    "realtime_processing",
    "sample_rate",
}
_RATES = (8_000, 16_000, 32_000, 44_100, 48_000)
_ERRORS = {
    400: "Bad Request",
    401: "gladia key not found",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    500: "Internal server error",
    503: "Service Unavailable",
}


class FakeGladia(FakeServer):
    """Serves ``POST /v2/live`` and the websocket it tells of as ``api.gladia.io`` does.

    It follows the vendor's AsyncAPI document, its page "Audio chunk", and the types of its Python
    SDK, as of July 2026. A session outlives its websocket: another one at the same address goes
    on with it, and gets what was recognised meanwhile. Every chunk of audio is acknowledged with
    the range of bytes it has in the session; what was not acknowledged is to be sent again. The
    websocket of a session that has ended opens, and is closed by 4403. What is heard lies on the
    clock of the session's audio, as with `FakeDeepgram`; a translation is made by turning the
    words' letters round. The vendor does not document what becomes of messages it cannot read:
    here they close the websocket by 4400.

    Args:
        heard: What is in the audio of every session; or a function that tells it from the record
            of the session's request.
        latency: Seconds between audio and what is recognised in it.
        faults: See `FakeServer`; the POST and the websocket have the same path, and count both.
        key: See `FakeServer`.
    """

    def __init__(
        self,
        heard: Heard = (),
        *,
        latency: float = 0.0,
        faults: FaultScript = None,
        key: str | None = None,
    ) -> None:
        super().__init__(faults=faults, key=key)
        if latency < 0.0:
            raise ValueError(f"latency must not be negative, got {latency}")
        self._heard = heard if callable(heard) else check_heard(heard)
        self._latency = latency
        self._sessions: dict[str, Session] = {}

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        exchange = call.exchange
        match exchange.method, exchange.path:
            case "POST", "/v2/live":
                await self._begin(call)
            case "GET", "/v2/live":
                session = self._sessions.get(exchange.query.get("token", ""))
                if session is None:
                    await call.refuse(401, "Invalid token")
                else:
                    await follow(call, session)
            case _:
                await call.refuse(404)

    async def _begin(self, call: Call) -> None:
        """Open a session."""
        try:
            config = call.exchange.json if call.exchange.body else {}
        except ValueError:
            await call.refuse(400, "The body is no JSON object")
            return
        if wrong := _wrong(config):
            await call.refuse(400, wrong)
            return
        name = f"fake-{len(self._sessions)}"
        heard = of_connection(self._heard, call.exchange)
        self._sessions[name] = Session(name, config, heard, self._latency)
        url = f"{self.ws_url}/v2/live?token={name}"
        await call.json({"id": name, "created_at": MOMENT, "url": url}, status=201)

    def authorized(self, exchange: Exchange) -> bool:
        """Return whether a request has the key; a websocket's address is key enough."""
        return exchange.method == "GET" or super().authorized(exchange)

    def keys_of(self, exchange: Exchange) -> list[str]:
        """Return the keys that a request shows: the header ``x-gladia-key``."""
        return [exchange.headers.get("x-gladia-key", "")]

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        return {
            "timestamp": MOMENT,
            "path": "/v2/live",
            "request_id": "G-fake",
            "statusCode": status,
            "message": text or _ERRORS.get(status, "Refused"),
        }

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"type": "something_new", "session_id": "fake-0", "created_at": MOMENT}

    def failure(self, text: str) -> Message:
        """Return the message that something failed: a chunk of audio is not acknowledged."""
        return {
            "type": "audio_chunk",
            "session_id": "fake-0",
            "created_at": MOMENT,
            "acknowledged": False,
            "error": {"message": text},
            "data": None,
        }


def _wrong(config: dict[str, Any]) -> str | None:
    """What is wrong with a session's options."""
    if unknown := set(config) - _FIELDS:
        return f"property {min(unknown)} should not exist"
    if config.get("sample_rate", 16_000) not in _RATES:
        return "sample_rate must be one of the following values: 8000, 16000, 32000, 44100, 48000"
    form = (config.get("encoding", "wav/pcm"), config.get("bit_depth", 16))
    if form not in (("wav/pcm", 16), ("wav/ulaw", 8), ("wav/alaw", 8)):
        return "encoding and bit_depth must be those that this fake hears"
    if config.get("channels", 1) != 1:
        return "channels must be 1: this fake hears one"
    translates = config.get("realtime_processing", {})
    if translates.get("translation") and not translates.get("translation_config"):
        return "translation_config is required with translation"
    return None


__all__ = ["FakeGladia"]
