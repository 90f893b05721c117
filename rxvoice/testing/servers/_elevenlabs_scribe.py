"""ElevenLabs' realtime recognition."""

import asyncio
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rxvoice.items import Word

from ._call import Call
from ._elevenlabs_words import is_code, timed_words
from ._exchange import Json, Message
from ._outbox import Outbox
from ._said import HeardOnce, Listening, Moment, Said
from ._socket import Socket

_LEAST = 0.3
"""Seconds of audio that a commit needs since the last."""


@dataclass(frozen=True, slots=True)
class ScribeOptions:
    """How `transcribe` behaves; see `FakeElevenLabs`."""

    latency: float
    idle: float


async def transcribe(call: Call, heard: HeardOnce, options: ScribeOptions) -> None:
    """Serve one connection."""
    async with call.socket() as socket:
        language = call.exchange.query.get("language_code")
        if language is not None and not is_code(language):
            await _fail(socket, "invalid_request", f"Invalid language code received: {language!r}.")
            return
        session = _Session(call, heard)
        outbox = Outbox(call, socket, options.latency)
        await socket.send(session.started())
        while True:
            try:
                async with asyncio.timeout(options.idle):
                    message = await socket.receive()
            except TimeoutError:
                await _fail(socket, "insufficient_audio_activity", "No audio came for too long.")
                return
            if message is None:
                return
            too_little = session.commits_too_little(message)
            if too_little is not None:
                await outbox.drained()
                text = f"Commit request ignored: only {too_little:.2f}s of uncommitted audio."
                need = f" You need at least {_LEAST}s of uncommitted audio before committing."
                await _fail(socket, "commit_throttled", text + need)
                return
            await outbox.put(session.take(message))


async def _fail(socket: Socket, kind: str, text: str) -> None:
    """Tell what is wrong, and close."""
    await socket.send({"message_type": kind, "error": text})
    await socket.close(1000, kind)


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
        self._detects = query.get("include_language_detection") == "true"
        self._silence = float(query.get("vad_silence_threshold_secs", 1.5))
        self._listening = Listening(heard, [self._silence] if self._by_voice else [], codec)
        self._words: list[tuple[Said, Word]] = []
        self._uncommitted = 0.0
        self._is_first = True

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
                "include_language_detection": self._detects,
            },
        }

    def commits_too_little(self, message: Message) -> float | None:
        """Return of how much audio a message asks for a commit, if that is not enough.

        Returns:
            Seconds since the last commit; None when the message may stand.
        """
        if not isinstance(message, Mapping) or message.get("commit") is not True:
            return None
        more = len(str(message.get("audio_base_64", ""))) * 3 // 4 / self._rate
        return self._uncommitted + more if self._uncommitted + more < _LEAST - 1e-9 else None

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
        if message.get("previous_text") is not None and not self._is_first:
            yield {"message_type": "input_error", "error": "previous_text came too late."}
            return
        self._is_first = False
        self._uncommitted += len(audio) / self._rate
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
        self._words, self._uncommitted = [], 0.0
        yield {"message_type": "committed_transcript", "text": text}
        if self._timed or self._detects:
            detected = words[0][0].language if words and self._detects else None
            yield {
                "message_type": "committed_transcript_with_timestamps",
                "text": text,
                "language_code": detected or self._query.get("language_code"),
                "words": list(timed_words(words)) if self._timed else None,
            }

    @property
    def _text(self) -> str:
        return " ".join(word.text for _, word in self._words)


__all__ = ["ScribeOptions", "transcribe"]
