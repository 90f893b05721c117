"""A fake of Cartesia: speech over websockets and HTTP, and recognition."""

from ._call import Call
from ._cartesia_contexts import SpeakOptions, speak_contexts
from ._cartesia_http import speak_bytes, speak_events
from ._cartesia_listen import ListenOptions, transcribe
from ._exchange import Exchange, Json, Message
from ._plan import FaultScript
from ._said import Heard, check_heard, of_connection
from ._server import FakeServer
from ._voice import ToneVoice

_ERRORS = {
    401: (None, "Unauthorized", "The API key is not valid."),
    403: (None, "Forbidden", "The API key may not do this."),
    404: (None, "Not found", "There is nothing at this address."),
    429: (
        "concurrency_limited",
        "Too many concurrent requests",
        "You have exceeded your plan's concurrency limit.",
    ),
    500: (None, "Internal server error", "Something went wrong."),
    503: (None, "Service unavailable", "Try again later."),
}
_REQUEST = "00000000-0000-4000-8000-"


class FakeCartesia(FakeServer):
    """Serves speech and recognition as ``api.cartesia.ai`` does.

    Speech: the websocket ``/tts/websocket``, ``POST /tts/bytes`` and ``POST /tts/sse``.
    Recognition: the websocket ``/stt/websocket``, whose words lie on the clock of the audio, as
    those of `FakeDeepgram` do. Every request has to name a version of the interface, by the
    header ``cartesia-version`` or by the query's ``cartesia_version``.

    It follows the vendor's pages on contexts, buffering, flushing, limits and errors, its API
    reference of version 2026-03-01, and the types of its Python library 4.2, as of November 2026.
    What these leave open is strict here: a request with a field that is not documented is an
    error, and so is text for a context that has ended; the end of a context that was cancelled is
    told.

    Args:
        voice: How speech is spoken, whatever the voice's id.
        heard: What is in the audio of every connection; or a function that tells it from the
            connection's record.
        latency: Seconds between audio and what is recognised in it.
        contexts: How many contexts may be spoken at a time, on one websocket; a plan has 2 to 15.
        idle: Seconds without a message after which a websocket is closed. Of speech the vendor
            documents five minutes.
        faults: See `FakeServer`.
        key: See `FakeServer`.
    """

    def __init__(
        self,
        *,
        voice: ToneVoice | None = None,
        heard: Heard = (),
        latency: float = 0.0,
        contexts: int = 5,
        idle: float = 300.0,
        faults: FaultScript = None,
        key: str | None = None,
    ) -> None:
        super().__init__(faults=faults, key=key)
        if contexts < 1:
            raise ValueError(f"contexts must be at least 1, got {contexts}")
        if idle <= 0.0:
            raise ValueError(f"idle must be positive, got {idle}")
        if latency < 0.0:
            raise ValueError(f"latency must not be negative, got {latency}")
        self._voice = voice or ToneVoice()
        self._heard = heard if callable(heard) else check_heard(heard)
        self._speak = SpeakOptions(contexts, idle)
        self._listen = ListenOptions(latency, idle)

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        exchange = call.exchange
        version = exchange.headers.get("cartesia-version", exchange.query.get("cartesia_version"))
        match exchange.method, exchange.path:
            case _ if version is None:
                await call.refuse(400, "The request names no version of the interface.")
            case "GET", "/tts/websocket":
                await speak_contexts(call, self._voice, self._speak)
            case "POST", "/tts/bytes":
                await speak_bytes(call, self._voice)
            case "POST", "/tts/sse":
                await speak_events(call, self._voice)
            case "GET", "/stt/websocket":
                await transcribe(call, of_connection(self._heard, exchange), self._listen)
            case _:
                await call.refuse(404)

    def keys_of(self, exchange: Exchange) -> list[str]:
        """Return the keys that a request shows: ``X-API-Key``, a bearer token, or the query's."""
        query = exchange.query
        shown = [exchange.headers.get("X-API-Key"), query.get("api_key"), query.get("access_token")]
        return [*(key for key in shown if key), *super().keys_of(exchange)]

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        code, title, usual = _ERRORS.get(status, (None, "Bad request", "Refused."))
        return {
            "error_code": code,
            "title": title,
            "message": text or usual,
            "request_id": f"{_REQUEST}{len(self.requests):012}",
        }

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"type": "something_new", "done": False, "status_code": 206}

    def failure(self, text: str) -> Message:
        """Return the message that something failed."""
        return {"type": "error", "done": True, "status_code": 500, **self.refusal(500, text)}


__all__ = ["FakeCartesia"]
