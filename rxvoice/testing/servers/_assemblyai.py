"""A fake of AssemblyAI's streaming recognition."""

from collections.abc import Mapping
from typing import Any

from ._assemblyai_turns import Turns
from ._call import Call
from ._exchange import Exchange, Json, Message
from ._outbox import Outbox
from ._plan import FaultScript
from ._said import Heard, check_heard, of_connection
from ._server import FakeServer
from ._socket import Socket

_LEAST, _MOST = 50, 1000
"""Milliseconds of audio that a message may have."""

_FIELDS = {
    "agent_context",
    "end_of_turn_confidence_threshold",
    "filter_profanity",
    "format_turns",
    "interruption_delay",
    "keyterms_prompt",
    "language_codes",
    "max_turn_silence",
    "min_turn_silence",
    "prompt",
    "session_heartbeat",
    "turn_left_pad_ms",
    "type",
    "vad_threshold",
}
"""What ``UpdateConfiguration`` may change."""


class FakeAssemblyAI(FakeServer):
    """Serves ``/v3/ws`` as ``streaming.assemblyai.com`` does.

    It follows the vendor's pages "Message Sequence", "Turn Detection" and "Common session errors
    and closures", and the message types of its Python SDK, as of August 2026. What is heard lies
    on the clock of the audio, as with `FakeDeepgram`. As with the vendor, a partial Turn of the
    Universal-Streaming models has the words that stand fast in ``transcript``, and the newest one
    only in ``words``; with ``format_turns`` a turn ends twice, unformatted and formatted. The
    Universal-3 models format always, tell SpeechStarted, and let a turn end at
    ``min_turn_silence`` only after a mark that ends a sentence. A message with less than 50 ms or
    more than 1 s of audio, an unknown message, and a wrong key close the websocket after an Error;
    audio faster than it is spoken does not. ForceEndpoint is not answered when nothing was said,
    and UpdateConfiguration changes nothing.

    Args:
        heard: What is in the audio of every connection; or a function that tells it from the
            connection's record.
        latency: Seconds between audio and what is recognised in it.
        faults: See `FakeServer`.
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

    async def serve(self, call: Call) -> None:
        """Answer one request."""
        exchange = call.exchange
        if (exchange.method, exchange.path) != ("GET", "/v3/ws"):
            await call.refuse(404)
            return
        async with call.socket() as socket:
            if not super().authorized(exchange):
                await _closed(socket, 1008, "Unauthorized Connection: Invalid API key")
            elif wrong := _wrong_query(exchange):
                await _closed(socket, 3006, f"Invalid Configuration: {wrong}")
            else:
                await self._listen(call, socket)

    async def _listen(self, call: Call, socket: Socket) -> None:
        exchange = call.exchange
        turns = Turns(exchange, of_connection(self._heard, exchange))
        outbox = Outbox(call, socket, self._latency)
        await socket.send(turns.begin())
        async for message in socket:
            if isinstance(message, bytes):
                length = 1000.0 * len(message) / turns.bytes_a_second
                if not _LEAST <= length <= _MOST:
                    expected = f"Expected between {_LEAST} and {_MOST} ms"
                    text = f"Input duration violation: {length:g} ms. {expected}"
                    await _closed(socket, 3007, text)
                    return
            elif wrong := _wrong_message(message):
                await _closed(socket, 3006, wrong)
                return
            await outbox.put(turns.take(message))
            if isinstance(message, Mapping) and message["type"] == "Terminate":
                await outbox.drained()
                return

    def authorized(self, exchange: Exchange) -> bool:
        """Return whether a request may open a websocket; a wrong key is told there."""
        return exchange.path == "/v3/ws" or super().authorized(exchange)

    def keys_of(self, exchange: Exchange) -> list[str]:
        """Return the keys that a request shows: the header's bare value, or ``token``."""
        return [exchange.headers.get("Authorization", ""), exchange.query.get("token", "")]

    def unknown(self) -> Message:
        """Return a message of a type that clients do not know."""
        return {"type": "SomethingNew", "turn_order": 0}

    def failure(self, text: str) -> Message:
        """Return the message that something failed."""
        return _error(3005, text)


async def _closed(socket: Socket, code: int, text: str) -> None:
    """Tell what is wrong, and close."""
    await socket.send(_error(code, text))
    await socket.close(code, text[:123])


def _error(code: int, text: str) -> Json:
    return {"type": "Error", "error_code": code, "error": text}


def _wrong_query(exchange: Exchange) -> str | None:
    query = exchange.query
    if not query.get("speech_model"):
        return "speech_model is required"
    if not query.get("sample_rate", "").isdigit():
        return "sample_rate must be a positive integer"
    if query.get("encoding", "pcm_s16le") not in ("pcm_s16le", "pcm_mulaw"):
        return "this fake hears pcm_s16le and pcm_mulaw only"
    return None


def _wrong_message(message: Mapping[str, Any] | str) -> str | None:
    if isinstance(message, str):
        return f"Invalid JSON: {message[:40]}"
    kind = message.get("type")
    if kind not in ("ForceEndpoint", "KeepAlive", "Terminate", "UpdateConfiguration"):
        return f"Invalid Message Type: {kind}"
    if unknown := set(message) - (_FIELDS if kind == "UpdateConfiguration" else {"type"}):
        return f"Invalid Message: unknown field {min(unknown)}"
    return None


__all__ = ["FakeAssemblyAI"]
