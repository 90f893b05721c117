"""Marbles in docstrings: what a call may name without a row of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

import numpy as np
import reactivex as rx
from numpy.typing import NDArray
from reactivex import Observable
from reactivex import operators as ops

from rxvoice._types import Operator
from rxvoice.audio import dtmf_tone
from rxvoice.context import Context, Memory
from rxvoice.contracts import AudioFilter, Synthesizer, Transcriber, VoiceDetector
from rxvoice.items import AudioFrame, Token, Transcript, Word
from rxvoice.operators import by_sentence, utterances

from ._items import tone

_RATE = 16_000
_WINDOW = 320
_LOUD = 1_000.0
_WORD = 0.1


class _Detector:
    """Hears tones, in windows of 20 ms."""

    rate = _RATE
    window = _WINDOW

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        return 1.0 if float(np.abs(samples.astype(np.float32)).mean()) > _LOUD else 0.0

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass


class _Mute:
    """Makes silence of everything, at once."""

    def start(self, rate: int) -> None:
        pass

    def __call__(self, samples: NDArray[np.int16], /) -> NDArray[np.int16]:
        return np.zeros_like(samples)

    def tune(self, settings: Mapping[str, float], /) -> None:
        pass

    def flush(self) -> NDArray[np.int16]:
        return np.empty(0, np.int16)

    def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True, eq=False)
class provider:
    """A provider that opens something beforehand.

    Attributes:
        prewarm: How.
    """

    prewarm: Callable[[], Awaitable[object]]


def muting() -> AudioFilter:
    """Open a filter that makes silence of everything."""
    return _Mute()


def vad() -> VoiceDetector:
    """Open a detector that hears tones."""
    return _Detector()


async def recognise(_: AudioFrame) -> Transcript:
    """Hear "hello" in everything, at once."""
    return Transcript("hello", is_final=True)


async def model(_: AudioFrame) -> float:
    """Take every turn for complete, at once."""
    return 0.9


def llm(_: Context) -> Observable[Token]:
    """Write "Hi." at once."""
    return rx.just(Token("Hi."))


async def speak(text: str) -> AsyncIterator[AudioFrame | Word]:
    """Speak at once, a tenth of a second a word."""
    for index, word in enumerate(text.split()):
        yield Word(word, index * _WORD, (index + 1) * _WORD)
        yield tone(_WORD, _RATE, index * _WORD)


stt: Transcriber = utterances(recognise)
"""Hears "hello" in every utterance."""

tts: Synthesizer = by_sentence(speak)
"""Speaks like `speak`."""


office = tone(0.5, _RATE, frequency=200.0)
"""What is heard in the background."""


def pressed(key: str, pts: float) -> AudioFrame:
    """Return the sound of a key of the telephone, a tenth of a second long."""
    return AudioFrame(dtmf_tone(key, rate=_RATE), _RATE, pts)


def appended_to_latest(other: Observable[str]) -> Operator[str, str]:
    """Append each text to the latest one of another stream."""

    def appended(texts: Observable[str]) -> Observable[str]:
        pairs: Observable[tuple[str, str]] = texts.pipe(
            ops.with_latest_from(other.pipe(ops.start_with("")))
        )
        return pairs.pipe(ops.map(lambda pair: pair[1] + pair[0]))

    return appended


__all__ = [
    "Memory",
    "appended_to_latest",
    "llm",
    "model",
    "muting",
    "office",
    "pressed",
    "provider",
    "recognise",
    "speak",
    "stt",
    "tts",
    "vad",
]
