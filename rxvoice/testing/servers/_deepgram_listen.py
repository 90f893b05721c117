"""Deepgram's ``/v1/listen`` websocket."""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ._call import Call
from ._deepgram_ids import metadata, request_id
from ._deepgram_results import Results
from ._edits import dump
from ._exchange import Json, Message
from ._outbox import Outbox
from ._said import HeardOnce, Listening, Moment
from ._socket import Socket

_IDLE = "NET-0001: neither audio nor a text message came within the timeout window."


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """How `listen` behaves; see `FakeDeepgram`."""

    latency: float
    idle: float
    empty_finalize: bool


async def listen(call: Call, heard: HeardOnce, options: ListenOptions) -> None:
    """Serve one connection."""
    async with call.socket() as socket:
        session = _Session(call, heard, options)
        outbox = Outbox(call, socket, options.latency)
        while True:
            message = await _receive(socket, options.idle)
            if message is None:
                return
            if message in (b"", {"type": "CloseStream"}):
                break
            await outbox.put(session.take(message))
        await outbox.put(session.close())
        await outbox.drained()


async def _receive(socket: Socket, idle: float) -> Message | None:
    try:
        async with asyncio.timeout(idle):
            return await socket.receive()
    except TimeoutError:
        await socket.close(1011, _IDLE)
        return None


class _Session:
    """What one connection has heard."""

    def __init__(self, call: Call, heard: HeardOnce, options: ListenOptions) -> None:
        query = call.exchange.query
        self._number = call.exchange.number
        self._query = query
        self._options = options
        self._bytes = hashlib.sha256()
        self._rate = _bytes_a_second(query)
        self._endpointing = _milliseconds(query.get("endpointing", "10"))
        self._interims = query.get("interim_results") == "true"
        pause = query.get("utterance_end_ms", "") if self._interims else ""
        self._pause = _milliseconds(pause)
        quiets = {q for q in (self._endpointing, self._pause) if q is not None}
        self._listening = Listening(heard, sorted(quiets), query.get("encoding", ""))
        self._results = Results(query, metadata(self._number, query["model"]))
        self._vad_events = query.get("vad_events") == "true"

    def take(self, message: Message) -> Iterator[Json]:
        """Answer a message."""
        if isinstance(message, bytes):
            self._bytes.update(message)
            if not self._rate:
                return
            for moment in self._listening.advance(len(message) / self._rate, message):
                yield from self._at(moment)
            return
        kind = message.get("type") if isinstance(message, Mapping) else None
        if kind == "Finalize":
            if self._results.pending or self._options.empty_finalize:
                yield self._results.final(self._listening.position, finalized=True)
        elif kind == "Configure" and isinstance(message, Mapping):
            changed = {"keyterms": message["keyterms"]} if "keyterms" in message else {}
            yield {
                "type": "ConfigureSuccess",
                "request_id": request_id(self._number),
                **changed,
            }
        elif kind != "KeepAlive":
            yield {
                "type": "Error",
                "variant": "SchemaError",
                "description": "Could not deserialize last text message",
                "message": message if isinstance(message, str) else dump(message),
            }

    def close(self) -> Iterator[Json]:
        """Answer the end of the stream."""
        if self._results.pending:
            yield self._results.final(self._listening.position, finalized=True)
        yield {
            "type": "Metadata",
            "transaction_key": "deprecated",
            "request_id": request_id(self._number),
            "sha256": self._bytes.hexdigest(),
            "created": "2026-01-01T00:00:00.000Z",
            "duration": round(self._listening.position, 6),
            "channels": int(self._query.get("channels", "1")) if self._rate else 0,
        }

    def _at(self, moment: Moment) -> Iterator[Json]:
        said = moment.said
        match moment.kind:
            case "raw" if moment.raw is not None:
                yield moment.raw
            case "start" if self._vad_events:
                yield {"type": "SpeechStarted", "channel": [0, 1], "timestamp": said.at}
            case "word":
                self._results.hear(said, moment.count)
                if self._interims and moment.count < len(said.words):
                    yield self._results.interim(moment.at)
            case "end" if self._endpointing is None:
                yield self._results.final(moment.at)
            case "end" if self._interims:
                yield self._results.interim(moment.at)
            case "quiet" if moment.quiet == self._endpointing and self._results.pending:
                yield self._results.final(moment.at, speech_final=True)
            case _:
                pass
        if moment.kind == "quiet" and moment.quiet == self._pause:
            yield {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": said.end}


def _bytes_a_second(query: Mapping[str, Any]) -> float:
    """Bytes in a second of audio; 0 when it was not told what the bytes are."""
    if not {"encoding", "sample_rate"} <= set(query):
        return 0.0
    width = 1 if query["encoding"] in ("mulaw", "alaw", "g711") else 2
    return float(query["sample_rate"]) * int(query.get("channels", "1")) * width


def _milliseconds(value: str) -> float | None:
    """Seconds from a query's milliseconds; None when it is off."""
    return float(value) / 1000.0 if value.replace(".", "", 1).isdigit() else None


__all__ = ["ListenOptions", "listen"]
