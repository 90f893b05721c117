"""Mistral's realtime recognition, over a websocket."""

import asyncio
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ._call import Call
from ._exchange import Json, Message, fields_of
from ._said import HeardOnce, Listening, Moment
from ._socket import Socket

_ENCODINGS: Final = {"pcm_s16le": "linear16", "pcm_mulaw": "mulaw", "pcm_alaw": "alaw"}
_RATES: Final = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
_SETTINGS: Final = frozenset(
    {"audio_format", "target_streaming_delay_ms", "diarize", "context_bias", "language"}
    | {"speaker_references", "turn_detection"}
)
_LONGEST: Final = 262_144
"""Bytes of audio in a message."""

_TURNS: Final = {"min_silence_ms": 400, "end_timeout_ms": 1_000}
"""What the fake takes as usual: a turn may end after the first, and ends after the second."""


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """How `listen` behaves; see `FakeMistral`."""

    idle: float
    flush_done: bool


async def listen(call: Call, heard: HeardOnce, options: ListenOptions) -> None:
    """Serve one connection."""
    async with call.socket() as socket:
        hearing = _Hearing(call, heard, options)
        await _send(socket, [hearing.created()])
        while not hearing.over:
            try:
                async with asyncio.timeout(options.idle):
                    message = await socket.receive()
            except TimeoutError:
                late = "Timeout waiting for response from streaming transcription."
                await socket.send(_error(late, 3804))
                return
            if message is None:
                return
            await _send(socket, hearing.take(message))


async def _send(socket: Socket, messages: Iterable[Json]) -> None:
    for message in messages:
        await socket.send(message)


class _Hearing:
    """What one connection has heard.

    Attributes:
        over: Whether the audio has ended.
    """

    def __init__(self, call: Call, heard: HeardOnce, options: ListenOptions) -> None:
        self.over = False
        self._heard = heard
        self._options = options
        self._session: dict[str, Any] = {
            "request_id": f"fake{call.exchange.number}",
            "model": call.exchange.query["model"],
            "audio_format": {"encoding": "pcm_s16le", "sample_rate": 16_000},
            "target_streaming_delay_ms": 480,
        }
        self._listening: Listening | None = None
        self._due: list[tuple[float, str, str]] = []
        self._language: str | None = None
        self._text = self._whole = ""
        self._is_ending = False

    def created(self) -> Json:
        """Return what is sent first."""
        return {"type": "session.created", "session": dict(self._session)}

    def take(self, message: Message) -> Iterator[Json]:
        """Answer a message."""
        fields = fields_of(message)
        match fields.get("type"):
            case "session.update":
                yield self._update(fields_of(fields.get("session", {})))
            case "input_audio.append":
                yield from self._append(fields.get("audio"))
            case "input_audio.flush":
                yield from self._tell(float("inf"))
                if self._options.flush_done:
                    yield self._done(self._text)
                self._text = ""
            case "input_audio.end":
                yield from self._tell(float("inf"))
                yield self._done(self._whole)
                self.over = True
            case kind:
                yield _error(f"Unknown message type: {kind}", 3801)

    def _update(self, session: Mapping[str, Any]) -> Json:
        if self._listening is not None:
            return _error("Session fields cannot be changed after audio has started", 3802)
        for name in set(session) - _SETTINGS:
            return _error(f"Extra inputs are not permitted: {name}", 3802)
        if session.get("diarize") and session.get("turn_detection") is not None:
            return _error("Diarization is not compatible with turn detection", 3802)
        format_ = fields_of(session.get("audio_format") or self._session["audio_format"])
        if format_.get("encoding") not in _ENCODINGS or format_.get("sample_rate") not in _RATES:
            return _error("Unsupported audio format", 3802)
        self._session |= session
        return {"type": "session.updated", "session": dict(self._session)}

    def _append(self, audio: object) -> Iterator[Json]:
        try:
            data = b64decode(str(audio), validate=True)
        except ValueError:
            yield _error("Invalid base64 audio", 3803)
            return
        if not data or len(data) > _LONGEST:
            yield _error(f"Audio must have between 1 and {_LONGEST} bytes", 3803)
            return
        format_ = self._session["audio_format"]
        encoding = _ENCODINGS[format_["encoding"]]
        if self._listening is None:
            self._listening = Listening(self._heard, self._quiets(), encoding)
        width = 2 if encoding == "linear16" else 1
        for moment in self._listening.advance(len(data) / width / format_["sample_rate"], data):
            yield from self._at(moment)
        yield from self._tell(self._listening.position)

    def _at(self, moment: Moment) -> Iterator[Json]:
        turns = self._session.get("turn_detection") is not None
        match moment.kind:
            case "raw" if moment.raw is not None:
                yield moment.raw
            case "start" if turns:
                yield _turn("resume" if self._is_ending else "start", moment.at)
                self._is_ending = False
            case "word":
                word = moment.said.words[moment.count - 1].text
                due = moment.at + self._session["target_streaming_delay_ms"] / 1000.0
                self._due.append((due, word, moment.said.language))
            case "quiet" if moment.quiet == self._quiets()[0]:
                yield _turn("eager_end", moment.at)
                self._is_ending = True
            case "quiet":
                yield from self._tell(float("inf"))
                yield {**_turn("end", moment.at), "end_reason": "timeout"}
                self._is_ending = False
            case _:
                pass

    def _tell(self, position: float) -> Iterator[Json]:
        """Tell what is due at a position in the audio."""
        while self._due and self._due[0][0] <= position:
            _, word, language = self._due.pop(0)
            if language != self._language:
                self._language = language
                yield {"type": "transcription.language", "audio_language": language}
            text = f" {word}" if self._whole else word
            self._text += text
            self._whole += text
            yield {"type": "transcription.text.delta", "text": text}

    def _done(self, text: str) -> Json:
        position = self._listening.position if self._listening else 0.0
        tokens = len(text.split())
        return {
            "type": "transcription.done",
            "model": self._session["model"],
            "text": text.strip(),
            "language": self._language,
            "segments": [],
            "usage": {
                "prompt_audio_seconds": round(position),
                "prompt_tokens": tokens,
                "completion_tokens": tokens,
                "total_tokens": 2 * tokens,
            },
        }

    def _quiets(self) -> list[float]:
        given = self._session.get("turn_detection")
        if given is None:
            return []
        options = {**_TURNS, **given}
        return [options["min_silence_ms"] / 1000.0, options["end_timeout_ms"] / 1000.0]


def _turn(kind: str, at: float) -> dict[str, Any]:
    return {"type": f"turn.{kind}", "time_s": round(at, 3)}


def _error(text: str, code: int) -> Json:
    return {"type": "error", "error": {"message": text, "code": code}}


__all__ = ["ListenOptions", "listen"]
