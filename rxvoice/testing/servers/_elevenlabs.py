"""A fake of ElevenLabs: speech over HTTP and websockets, and recognition."""

from collections.abc import Callable

from ._call import Call
from ._elevenlabs_contexts import speak_contexts
from ._elevenlabs_file import transcribe_file
from ._elevenlabs_http import speak
from ._elevenlabs_scribe import ScribeOptions, transcribe
from ._elevenlabs_shapes import format_of
from ._elevenlabs_single import speak_stream
from ._elevenlabs_text import Opening
from ._exchange import Exchange, Json, Message
from ._plan import FaultScript
from ._said import Heard, check_heard, of_connection
from ._server import FakeServer
from ._voice import ToneVoice

_ERRORS = {
    401: ("invalid_api_key", "Invalid API key"),
    403: ("missing_permissions", "The API key you used is missing the permission."),
    404: ("not_found", "Not Found"),
    429: ("too_many_concurrent_requests", "Too many concurrent requests."),
    500: ("internal_server_error", "Internal server error."),
    503: ("system_busy", "The system is busy. Please try again later."),
}


class FakeElevenLabs(FakeServer):
    """Serves speech and recognition as ``api.elevenlabs.io`` does.

    Give the SDK ``base_url=server.url``. Speech: ``/v1/text-to-speech/{voice}`` with ``/stream``,
    ``/with-timestamps``, ``/stream/with-timestamps``, and the websockets ``/stream-input`` and
    ``/multi-stream-input``. Recognition: the websocket ``/v1/speech-to-text/realtime``, whose
    words lie on the clock of the audio, as those of `FakeDeepgram` do; and
    ``POST /v1/speech-to-text``, which reads WAV files. As by the vendor, a websocket with a wrong
    key opens, and is closed by 1008; that of speech also takes the key in its first message; a
    commit of less than 0.3 s of audio ends the connection; and languages have no regions.

    Args:
        voice: How speech is spoken, whatever the voice's id.
        heard: What is in the audio of every connection; or a function that tells it from the
            connection's record.
        latency: Seconds between audio and what is recognised in it.
        contexts: How many contexts a websocket may have open.
        idle: Seconds without a message after which realtime recognition ends. The vendor
            documents no number.
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
        idle: float = 15.0,
        faults: FaultScript = None,
        key: str | None = None,
    ) -> None:
        super().__init__(faults=faults, key=key)
        if contexts < 1:
            raise ValueError(f"contexts must be at least 1, got {contexts}")
        if latency < 0.0:
            raise ValueError(f"latency must not be negative, got {latency}")
        if idle <= 0.0:
            raise ValueError(f"idle must be positive, got {idle}")
        self._voice = voice or ToneVoice()
        self._heard = heard if callable(heard) else check_heard(heard)
        self._scribe = ScribeOptions(latency, idle)
        self._contexts = contexts

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        exchange = call.exchange
        match [exchange.method, *exchange.path.strip("/").split("/")[1:]]:
            case ["GET", "speech-to-text", "realtime"] if not super().authorized(exchange):
                async with call.socket() as socket:
                    await socket.send({"message_type": "auth_error", "error": _ERRORS[401][1]})
                    await socket.close(1008, _ERRORS[401][1])
            case ["GET", "speech-to-text", "realtime"]:
                await transcribe(call, of_connection(self._heard, exchange), self._scribe)
            case ["POST", "speech-to-text"]:
                await transcribe_file(call, of_connection(self._heard, exchange))
            case [_, "text-to-speech", _, *_] if format_of(exchange.query) is None:
                await call.refuse(400, "This fake speaks pcm_…, ulaw_8000 and alaw_8000 only.")
            case ["GET", "text-to-speech", _, "multi-stream-input"]:
                await speak_contexts(call, self._voice, self._contexts, self._holds(exchange))
            case ["GET", "text-to-speech", _, "stream-input"]:
                await speak_stream(call, self._voice, Opening(self._holds(exchange)))
            case ["POST", "text-to-speech", _, *rest] if _is_known(rest):
                await speak(
                    call,
                    self._voice,
                    whole="stream" not in rest,
                    timed=len(rest) > 0 and rest[-1] == "with-timestamps",
                )
            case _:
                await call.refuse(404)

    def headers(self) -> dict[str, str]:
        """Return the headers of every answer."""
        return {"request-id": f"fake{len(self.requests)}"}

    def authorized(self, exchange: Exchange) -> bool:
        """Return whether a request has the key; of a websocket that is told after it is open."""
        is_socket = exchange.path.endswith(("-input", "/realtime"))
        return is_socket or super().authorized(exchange)

    def _holds(self, exchange: Exchange) -> Callable[[str | None], bool]:
        """Whether a websocket's request, or its first message, has the key."""

        def holds(key: str | None) -> bool:
            return super(FakeElevenLabs, self).authorized(exchange) or key == self._key

        return holds

    def keys_of(self, exchange: Exchange) -> list[str]:
        """Return the keys that a request shows: the header ``xi-api-key``, or a bearer token."""
        return [exchange.headers.get("xi-api-key", ""), *super().keys_of(exchange)]

    def refusal(self, status: int, text: str | None) -> Json:
        """Return the body of a refusal."""
        code, usual = _ERRORS.get(status, ("invalid_request", "Refused."))
        return {"detail": {"status": code, "message": text or usual}}

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"message_type": "something_new", "somethingNew": True}

    def failure(self, text: str) -> Message:
        """Return the message that something failed; it suits all of the vendor's websockets."""
        return {
            "message_type": "transcriber_error",
            "message": text,
            "error": text,
            "code": 1011,
        }


def _is_known(rest: list[str]) -> bool:
    return rest in ([], ["stream"], ["with-timestamps"], ["stream", "with-timestamps"])


__all__ = ["FakeElevenLabs"]
