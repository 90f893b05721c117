"""ElevenLabs' realtime recognition."""

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rxvoice.items import Word

from ._call import Call
from ._exchange import Json, Message
from ._outbox import Outbox
from ._said import HeardOnce, Listening, Moment, Said


@dataclass(frozen=True, slots=True)
class ScribeOptions:
    """How `transcribe` behaves; see `FakeElevenLabs`."""

    latency: float


async def transcribe(call: Call, heard: HeardOnce, options: ScribeOptions) -> None:
    """Serve one connection."""
    async with call.socket() as socket:
        session = _Session(call, heard)
        outbox = Outbox(call, socket, options.latency)
        await socket.send(session.started())
        async for message in socket:
            await outbox.put(session.take(message))


class _Session:
    """What one connection has heard."""

    def __init__(self, call: Call, heard: HeardOnce) -> None:
        query = call.exchange.query
        self._number = call.exchange.number
        self._query = query
        codec, _, rate = query.get("audio_format", "pcm_16000").partition("_")
        self._format = f"{codec}_{rate}"
        self._rate = int(rate) * (2 if codec == "pcm" else 1)
        self._by_voice = query.get("commit_strategy") == "vad"
        self._timed = query.get("include_timestamps") == "true"
        self._silence = float(query.get("vad_silence_threshold_secs", 1.5))
        self._listening = Listening(heard, [self._silence] if self._by_voice else [], codec)
        self._words: list[tuple[Said, Word]] = []

    def started(self) -> Json:
        """Return what is sent first."""
        return {
            "message_type": "session_started",
            "session_id": f"fake{self._number}",
            "config": {
                "sample_rate": int(self._format.partition("_")[2]),
                "audio_format": self._format,
                "language_code": self._query.get("language_code"),
                "commit_strategy": "vad" if self._by_voice else "manual",
                "vad_silence_threshold_secs": self._silence,
                "model_id": self._query.get("model_id"),
                "include_timestamps": self._timed,
            },
        }

    def take(self, message: Message) -> Iterator[Json]:
        """Answer a message."""
        if not isinstance(message, Mapping) or message.get("message_type") != "input_audio_chunk":
            yield {"message_type": "input_error", "error": "The message could not be read."}
            return
        try:
            audio = b64decode(str(message.get("audio_base_64", "")), validate=True)
        except ValueError:
            yield {"message_type": "input_error", "error": "The audio could not be decoded."}
            return
        for moment in self._listening.advance(len(audio) / self._rate, audio):
            yield from self._at(moment)
        if message.get("commit"):
            yield from self._commit()

    def _at(self, moment: Moment) -> Iterator[Json]:
        if moment.kind == "raw" and moment.raw is not None:
            yield moment.raw
        elif moment.kind == "word":
            self._words.append((moment.said, moment.said.words[moment.count - 1]))
            yield {"message_type": "partial_transcript", "text": self._text}
        elif moment.kind == "quiet" and self._words:
            yield from self._commit()

    def _commit(self) -> Iterator[Json]:
        text, words = self._text, self._words
        self._words = []
        yield {"message_type": "committed_transcript", "text": text}
        if self._timed:
            yield {
                "message_type": "committed_transcript_with_timestamps",
                "text": text,
                "language_code": words[0][0].language if words else None,
                "words": list(_timed_words(words)),
            }

    @property
    def _text(self) -> str:
        return " ".join(word.text for _, word in self._words)


def _timed_words(words: Sequence[tuple[Said, Word]]) -> Iterator[dict[str, Any]]:
    """Words, and the blanks between them, as entries of their own."""
    end: float | None = None
    for said, word in words:
        speaker = None if said.speaker is None else f"speaker_{said.speaker}"
        if end is not None:
            yield _entry(" ", "spacing", end, word.pts, speaker)
        yield _entry(word.text, "word", word.pts, word.end, speaker)
        end = word.end


def _entry(text: str, kind: str, start: float, end: float, speaker: str | None) -> dict[str, Any]:
    return {
        "text": text,
        "start": start,
        "end": end,
        "type": kind,
        "speaker_id": speaker,
        "logprob": 0.0,
    }


__all__ = ["ScribeOptions", "transcribe"]
