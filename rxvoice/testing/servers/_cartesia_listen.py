"""Cartesia's websocket for recognition that the client finalises."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ._call import Call
from ._exchange import Json, Message
from ._outbox import Outbox
from ._said import HeardOnce, Listening, Moment, Said

_ENCODINGS = {
    "pcm_s16le": ("linear16", 2),
    "pcm_mulaw": ("mulaw", 1),
    "pcm_alaw": ("alaw", 1),
}


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """How `transcribe` behaves; see `FakeCartesia`."""

    latency: float
    idle: float


async def transcribe(call: Call, heard: HeardOnce, options: ListenOptions) -> None:
    """Serve one connection."""
    query = call.exchange.query
    for name in ("model", "encoding", "sample_rate"):
        if name not in query:
            await call.refuse(400, f"{name} is required.")
            return
    if query["encoding"] not in _ENCODINGS:
        await call.refuse(400, f"This fake does not hear {query['encoding']}.")
        return
    async with call.socket() as socket:
        session = _Session(call, heard)
        outbox = Outbox(call, socket, options.latency)
        while True:
            try:
                async with asyncio.timeout(options.idle):
                    message = await socket.receive()
            except TimeoutError:
                await socket.close(1000, "connection idle timeout")
                return
            if message is None:
                return
            await outbox.put(session.take(message))
            if message == "close":
                await outbox.drained()
                return


class _Session:
    """What one connection has heard.

    Finals are pieces of one text, to be put together as they are: from the second on they begin
    with a blank.
    """

    def __init__(self, call: Call, heard: HeardOnce) -> None:
        query = call.exchange.query
        encoding, width = _ENCODINGS[query["encoding"]]
        self._request = f"fake{call.exchange.number}"
        self._rate = float(query["sample_rate"]) * width
        silence = query.get("max_silence_duration_secs")
        self._listening = Listening(heard, [] if silence is None else [float(silence)], encoding)
        self._words: list[tuple[Said, Any]] = []
        self._before = ""
        self._since = 0.0

    def take(self, message: Message) -> Iterator[Json]:
        """Answer a message."""
        if isinstance(message, bytes):
            for moment in self._listening.advance(len(message) / self._rate, message):
                yield from self._at(moment)
        elif message == "finalize":
            yield from self._final()
            yield {"type": "flush_done", "request_id": self._request}
        elif message == "close":
            yield from self._final()
            yield {"type": "done", "request_id": self._request}
        else:
            shown = "an object" if isinstance(message, Mapping) else "a text"
            yield {
                "type": "error",
                "status_code": 400,
                "error_code": None,
                "title": "Invalid command",
                "message": f"There came {shown} that is neither finalize nor close.",
                "request_id": self._request,
            }

    def _at(self, moment: Moment) -> Iterator[Json]:
        if moment.kind == "raw" and moment.raw is not None:
            yield moment.raw
        elif moment.kind == "word":
            self._words.append((moment.said, moment.said.words[moment.count - 1]))
            yield self._transcript(is_final=False)
        elif moment.kind == "quiet":
            yield from self._final()

    def _final(self) -> Iterator[Json]:
        if self._words:
            yield self._transcript(is_final=True)
            self._before, self._words, self._since = " ", [], self._listening.position

    def _transcript(self, *, is_final: bool) -> Json:
        return {
            "type": "transcript",
            "is_final": is_final,
            "request_id": self._request,
            "text": self._before + " ".join(word.text for _, word in self._words),
            "duration": round(self._listening.position - self._since, 6),
            "language": self._words[0][0].language,
            "words": [
                {"word": word.text, "start": word.pts, "end": word.end} for _, word in self._words
            ],
        }


__all__ = ["ListenOptions", "transcribe"]
