"""xAI's ``/v1/stt`` websocket."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rxvoice.items import Word

from ._call import Call
from ._clock import wait
from ._exchange import Json, Message, fields_of
from ._outbox import Outbox
from ._said import HeardOnce, Listening, Moment, Said

RATES: Final = ("8000", "16000", "22050", "24000", "44100", "48000")
_ENCODINGS: Final = {"pcm": "linear16", "mulaw": "mulaw", "alaw": "alaw"}
_FLAGS: Final = ("interim_results", "diarize", "filler_words", "multichannel")
_KNOWN: Final = frozenset(
    {"sample_rate", "encoding", "endpointing", "language", "channels", "keyterm", "smart_turn"}
    | {"smart_turn_timeout", "vad_threshold", "model", *_FLAGS}
)
_INTERIM: Final = 0.5
"""Seconds of audio between two interim results."""

_CHUNK: Final = 3.0
"""Seconds of speech without a pause after which what was said is final."""


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """How `listen` behaves; see `FakeXai`."""

    latency: float
    ready: float
    closes: bool


def wrong_listen(query: Mapping[str, str]) -> str | None:
    """Say what is wrong with a request for recognition."""
    for name in set(query) - _KNOWN:
        return f"Unknown parameter: {name}."
    if query.get("sample_rate", "16000") not in RATES:
        return "Unsupported sample_rate."
    if query.get("encoding", "pcm") not in _ENCODINGS:
        return "Unsupported encoding."
    for name in _FLAGS:
        if query.get(name, "true") not in ("true", "false"):
            return f"{name} must be true or false."
    pause = query.get("endpointing", "10")
    if not pause.isdigit() or int(pause) > 5_000:
        return "endpointing must be between 0 and 5000."
    return None


async def listen(call: Call, heard: HeardOnce, options: ListenOptions) -> None:
    """Serve one connection."""
    async with call.socket() as socket:
        hearing = _Hearing(call.exchange.query, heard)
        outbox = Outbox(call, socket, options.latency)

        async def begin() -> None:
            await wait(options.ready)
            hearing.ready = True
            await socket.send({"type": "transcript.created"})

        if options.ready:
            call.spawn(begin())
        else:
            await begin()
        async for message in socket:
            await outbox.put(hearing.take(message))
            if options.closes and fields_of(message).get("type") == "audio.done":
                await outbox.drained()
                return


class _Hearing:
    """What one connection has heard.

    Attributes:
        ready: Whether it takes audio.
    """

    def __init__(self, query: Mapping[str, str], heard: HeardOnce) -> None:
        encoding = _ENCODINGS[query.get("encoding", "pcm")]
        width = 2 if encoding == "linear16" else 1
        self.ready = False
        self._bytes_a_second = int(query.get("sample_rate", "16000")) * width
        self._interims = query.get("interim_results") == "true"
        self._diarizes = query.get("diarize") == "true"
        pause = int(query.get("endpointing", "10")) / 1000.0
        self._listening = Listening(heard, [pause], encoding)
        self._said: Said | None = None
        self._words: list[Word] = []
        self._fixed = 0
        self._told = 0.0

    def take(self, message: Message) -> Iterator[Json]:
        """Answer a message."""
        kind = fields_of(message).get("type")
        if not self.ready:
            yield {"type": "error", "message": "The session is not ready: wait for it."}
        elif isinstance(message, bytes):
            for moment in self._listening.advance(len(message) / self._bytes_a_second, message):
                yield from self._at(moment)
        elif kind == "finalize":
            yield from self._over()
        elif kind == "audio.done":
            result, self._words, self._fixed = self._result(self._words), [], 0
            yield {"type": "transcript.done", **result, "duration": self._position}
        else:
            yield {"type": "error", "message": f"Unknown message type: {kind}."}

    def _at(self, moment: Moment) -> Iterator[Json]:
        match moment.kind:
            case "raw" if moment.raw is not None:
                yield moment.raw
            case "start":
                self._said, self._told = moment.said, moment.at
            case "word":
                self._words.append(moment.said.words[moment.count - 1])
                chunk = self._words[self._fixed :]
                if chunk[-1].end - chunk[0].pts >= _CHUNK:
                    self._fixed = len(self._words)
                    yield self._partial(chunk, is_final=True)
                elif self._interims and moment.at - self._told >= _INTERIM:
                    self._told = moment.at
                    yield self._partial(chunk)
            case "quiet":
                yield from self._over()
            case _:
                pass

    def _over(self) -> Iterator[Json]:
        """Tell the whole of an utterance, with what was final of it before."""
        if self._words:
            words, self._words, self._fixed = self._words, [], 0
            yield self._partial(words, is_final=True, speech_final=True)

    def _partial(
        self, words: list[Word], *, is_final: bool = False, speech_final: bool = False
    ) -> Json:
        span = {"start": words[0].pts, "duration": round(words[-1].end - words[0].pts, 6)}
        told = {"is_final": is_final, "speech_final": speech_final}
        return {"type": "transcript.partial", **self._result(words), **told, **span}

    def _result(self, words: list[Word]) -> dict[str, Any]:
        speaker = self._said.speaker if self._said and self._diarizes else None
        who = {} if speaker is None else {"speaker": speaker}
        return {
            "text": " ".join(word.text for word in words),
            "words": [{"text": w.text, "start": w.pts, "end": w.end, **who} for w in words],
            "language": self._said.language if words and self._said else "",
        }

    @property
    def _position(self) -> float:
        return round(self._listening.position, 2)


__all__ = ["RATES", "ListenOptions", "listen", "wrong_listen"]
