"""The voice of the fakes: tones, from which text and times can be read back."""

import io
import math
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import (
    decode_alaw,
    decode_mulaw,
    encode_alaw,
    encode_mulaw,
    pcm_from_bytes,
    pcm_to_bytes,
)
from rxvoice.items import Word
from rxvoice.testing._items import tone


@dataclass(frozen=True, slots=True)
class Speech:
    """Text as audio.

    Attributes:
        text: What is said.
        samples: Shape ``(n,)``, ``int16``.
        rate: Samples a second.
        starts: Start of each character in seconds, from the first sample.
        character: Seconds that a character takes.
    """

    text: str
    samples: NDArray[np.int16]
    rate: int
    starts: tuple[float, ...]
    character: float

    @property
    def duration(self) -> float:
        """Seconds of audio."""
        return len(self.samples) / self.rate

    @property
    def words(self) -> tuple[Word, ...]:
        """The words with their times."""
        found: list[Word] = []
        for begin, end in _spans(self.text):
            found.append(
                Word(
                    self.text[begin:end], self.starts[begin], self.starts[end - 1] + self.character
                )
            )
        return tuple(found)

    def pieces(self, duration: float) -> "Iterator[Speech]":
        """Cut it into pieces of so many seconds.

        Each piece has the characters that begin in it, and their starts count from the piece's
        first sample.
        """
        size = max(1, round(duration * self.rate))
        for at in range(0, len(self.samples), size):
            begin, end = at / self.rate, (at + size) / self.rate
            inside = [
                i for i, start in enumerate(self.starts) if begin - 1e-9 <= start < end - 1e-9
            ]
            yield Speech(
                "".join(self.text[i] for i in inside),
                self.samples[at : at + size],
                self.rate,
                tuple(max(0.0, round(self.starts[i] - begin, 6)) for i in inside),
                self.character,
            )


@dataclass(frozen=True, slots=True)
class ToneVoice:
    """Speaks tones: every character takes the same time, and every word has a pitch of its own.

    Attributes:
        character: Seconds a character takes; blanks are silent.
        level: Amplitude of the tones, 0 to 1 of full scale.
        latency: Seconds until the first piece of audio is made.
        speed: How many seconds of audio are made in a second; by default all at once.
        piece: Seconds of audio in a piece.
    """

    character: float = 0.05
    level: float = 0.3
    latency: float = 0.0
    speed: float = math.inf
    piece: float = 0.1

    def __post_init__(self) -> None:
        for name in ("character", "speed", "piece"):
            if getattr(self, name) <= 0.0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        if self.latency < 0.0:
            raise ValueError(f"latency must not be negative, got {self.latency}")

    def speak(self, text: str, rate: int) -> Speech:
        """Say a text, at so many samples a second."""
        size = max(1, round(self.character * rate))
        samples = np.zeros(size * len(text), np.int16)
        for begin, end in _spans(text):
            word = tone(
                size * (end - begin) / rate,
                rate,
                frequency=pitch(text[begin:end]),
                level=self.level,
            )
            samples[begin * size : end * size] = word.samples
        starts = tuple(round(index * size / rate, 6) for index in range(len(text)))
        return Speech(text, samples, rate, starts, size / rate)

    def timed(self, text: str, rate: int) -> Iterator[tuple[float, Speech]]:
        """Say a text piece by piece, each after so many seconds of making it."""
        pause = self.latency
        for piece in self.speak(text, rate).pieces(self.piece):
            yield pause, piece
            pause = piece.duration / self.speed


def pitch(word: str) -> float:
    """Return the pitch in hertz at which `ToneVoice` says a word: 200, 220, … 1380."""
    return 200.0 + 20.0 * (crc32(word.strip(".,;:!?").lower().encode()) % 60)


def encoded(samples: NDArray[np.int16], encoding: str) -> bytes:
    """Return samples as bytes: ``linear16``/``pcm``, ``mulaw``/``ulaw`` or ``alaw``."""
    if encoding in ("mulaw", "ulaw"):
        return encode_mulaw(samples)
    if encoding == "alaw":
        return encode_alaw(samples)
    return pcm_to_bytes(samples)


def decoded(data: bytes, encoding: str) -> NDArray[np.int16]:
    """Return bytes as samples; what is left of a sample at the end is lost."""
    if encoding in ("mulaw", "ulaw"):
        return decode_mulaw(data)
    if encoding == "alaw":
        return decode_alaw(data)
    return pcm_from_bytes(data[: len(data) // 2 * 2])


def endless_wav_head(rate: int) -> bytes:
    """Return the head of a WAV file whose length is not known yet."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
    head = bytearray(file.getvalue())
    head[4:8] = head[40:44] = b"\xff\xff\xff\xff"
    return bytes(head)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Begin and end of every word."""
    begin: int | None = None
    for index, sign in enumerate(text + " "):
        if not sign.isspace():
            begin = index if begin is None else begin
        elif begin is not None:
            yield begin, index
            begin = None


__all__ = ["Speech", "ToneVoice", "decoded", "encoded", "endless_wav_head", "pitch"]
