"""A fake of Deepgram: recognition and speech, over websockets and HTTP."""

from ._call import Call
from ._deepgram_flux import FluxTimes, flux, wrong_flux
from ._deepgram_flux_speak import flux_speak, wrong_flux_speak
from ._deepgram_ids import request_id
from ._deepgram_listen import ListenOptions, listen
from ._deepgram_speak import generate, speak, wrong_speak
from ._exchange import Exchange, Json, Message
from ._plan import FaultScript
from ._said import Heard, check_heard, of_connection
from ._server import FakeServer
from ._voice import ToneVoice

_LEAST_PAUSE = 1000
"""Milliseconds of ``utterance_end_ms``."""

_ERRORS = {
    400: ("Bad Request", "Bad Request: failed to process the query parameters."),
    401: ("INVALID_AUTH", "Invalid credentials."),
    403: ("INSUFFICIENT_PERMISSIONS", "The credentials do not allow the requested operation."),
    404: ("PROJECT_NOT_FOUND", "A project for the specified request was not found."),
    429: ("TOO_MANY_REQUESTS", "Too many requests. Please try again later."),
    500: ("INTERNAL_SERVER_ERROR", "Internal server error."),
    503: ("SERVICE_UNAVAILABLE", "The service is temporarily unavailable."),
}
_OTHER = ("ERROR", "Refused.")


class FakeDeepgram(FakeServer):
    """Serves ``listen`` and ``speak``, ``/v1`` and ``/v2``, as ``api.deepgram.com`` does.

    Give the SDK a ``DeepgramClientEnvironment`` whose ``base`` is `url` and whose ``production``
    is `ws_url`. What is heard lies on the clock of the audio that a client sends: a word is
    recognised when the audio has come so far, however fast it comes. As by the vendor, nothing
    is heard on ``/v1/listen`` in raw audio whose ``encoding`` and ``sample_rate`` were not told.

    Args:
        heard: What is in the audio of every connection; or a function that tells it from the
            connection's record.
        voice: How speech is spoken.
        latency: Seconds between audio and what is recognised in it.
        idle: Seconds without a message after which ``/v1/listen`` closes by 1011, NET-0001.
        empty_finalize: Whether a Finalize is answered when nothing was said since the last
            result. The vendor promises no answer then.
        flux: When ``/v2/listen`` says that a turn ends.
        faults: See `FakeServer`.
        key: See `FakeServer`.
    """

    def __init__(
        self,
        heard: Heard = (),
        *,
        voice: ToneVoice | None = None,
        latency: float = 0.0,
        idle: float = 10.0,
        empty_finalize: bool = True,
        flux: FluxTimes | None = None,
        faults: FaultScript = None,
        key: str | None = None,
    ) -> None:
        super().__init__(faults=faults, key=key)
        if latency < 0.0:
            raise ValueError(f"latency must not be negative, got {latency}")
        if idle <= 0.0:
            raise ValueError(f"idle must be positive, got {idle}")
        self._heard = heard if callable(heard) else check_heard(heard)
        self._voice = voice or ToneVoice()
        self._options = ListenOptions(latency, idle, empty_finalize)
        self._flux = flux or FluxTimes()

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        exchange = call.exchange
        match exchange.method, exchange.path:
            case "GET", "/v1/listen" | "/v2/listen" if wrong := _wrong_listen(exchange):
                await call.refuse(400, wrong)
            case _, "/v1/speak" if wrong := wrong_speak(exchange):
                await call.refuse(400, wrong)
            case "GET", "/v2/speak" if wrong := wrong_flux_speak(exchange):
                await call.refuse(400, wrong)
            case "GET", "/v1/listen":
                await listen(call, of_connection(self._heard, exchange), self._options)
            case "GET", "/v2/listen":
                heard = of_connection(self._heard, exchange)
                await flux(call, heard, self._flux, self._options.latency)
            case "GET", "/v1/speak":
                await speak(call, self._voice)
            case "GET", "/v2/speak":
                await flux_speak(call, self._voice)
            case "POST", "/v1/speak":
                await generate(call, self._voice)
            case _:
                await call.refuse(404, "Not Found")

    def headers(self) -> dict[str, str]:
        """Return the headers of every answer."""
        return {"dg-request-id": request_id(len(self.requests))}

    def keys_of(self, exchange: Exchange) -> list[str]:
        """Return the keys that a request shows: ``Authorization: Token …``, or a subprotocol."""
        protocols = exchange.headers.get("Sec-WebSocket-Protocol", "").split(",")
        shown = [protocol.strip() for protocol in protocols]
        return super().keys_of(exchange) + (shown[1:] if shown[0] in ("token", "bearer") else [])

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        code, usual = _ERRORS.get(status, _OTHER)
        return {
            "err_code": code,
            "err_msg": text or usual,
            "request_id": request_id(len(self.requests)),
        }

    def refusal_headers(self, status: int, text: str | None) -> dict[str, str]:
        """Return the text of a refusal, for clients of websockets that see no body."""
        return {"dg-error": text or _ERRORS.get(status, _OTHER)[1]}

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"type": "SomethingNew", "channel": [0, 1]}

    def failure(self, text: str) -> Message:
        """Return the message that something failed; it suits all of the vendor's websockets."""
        return {
            "type": "Error",
            "variant": "InternalError",
            "code": "INTERNAL_SERVER_ERROR",
            "description": text,
            "message": text,
            "sequence_id": 0,
        }


def _wrong_listen(exchange: Exchange) -> str | None:
    """What is wrong with a request for recognition."""
    if not exchange.query.get("model"):
        return "Bad Request: model is required."
    if exchange.path == "/v2/listen":
        return wrong_flux(exchange)
    pause = exchange.query.get("utterance_end_ms")
    if pause is None:
        return None
    if pause.isdigit() and int(pause) >= _LEAST_PAUSE:
        return None
    return f"Invalid 'utterance_end_ms' value of '{pause}'."


__all__ = ["FakeDeepgram"]
