"""Models that are asked once about the same audio."""

import asyncio
import hashlib
import inspect
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from rxvoice.contracts import Vad, VoiceDetector
from rxvoice.items import AudioFrame
from rxvoice.testing import pause

A = TypeVar("A")


class RememberedVad:
    """A `rxvoice.contracts.Vad` for one recording that is heard again and again.

    The first detector that it opens judges; once that has heard everything, those opened later
    repeat its probabilities. All have to be given the same windows.

    Args:
        vad: The real one.
    """

    def __init__(self, vad: Vad) -> None:
        self._vad = vad
        self._known: _Known | None = None

    def __call__(self) -> VoiceDetector | Awaitable[VoiceDetector]:
        """Open a detector."""
        known = self._known
        if known is not None and known.whole:
            return _Repeating(known)
        opened = self._vad()
        return self._later(opened) if inspect.isawaitable(opened) else self._listening(opened)

    async def _later(self, opening: Awaitable[VoiceDetector]) -> VoiceDetector:
        return self._listening(await opening)

    def _listening(self, detector: VoiceDetector) -> VoiceDetector:
        self._known = _Known(detector.rate, detector.window)
        return _Listening(detector, self._known)


class _Known:
    def __init__(self, rate: int, window: int) -> None:
        self.rate = rate
        self.window = window
        self.probabilities: list[float] = []
        self.whole = False


class _Listening:
    def __init__(self, detector: VoiceDetector, known: _Known) -> None:
        self.rate = known.rate
        self.window = known.window
        self._detector = detector
        self._known = known

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        probability = self._detector(samples)
        self._known.probabilities.append(probability)
        return probability

    def reset(self) -> None:
        self._detector.reset()

    def close(self) -> None:
        self._known.whole = True
        self._detector.close()


class _Repeating:
    def __init__(self, known: _Known) -> None:
        self.rate = known.rate
        self.window = known.window
        self._probabilities = known.probabilities
        self._count = 0

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        self._count += 1
        return self._probabilities[self._count - 1]

    def reset(self) -> None:
        """Do nothing: the windows are those that were judged."""

    def close(self) -> None:
        """Do nothing: it holds nothing."""


class Remembered(Generic[A]):
    """A judge that is asked only once about the same thing.

    Each time the answer takes as long as the first time, on the loop's clock.

    Args:
        judge: The real one.
        key: Tells things apart.
    """

    def __init__(
        self, judge: Callable[[A], Awaitable[float]], key: Callable[[A], Hashable]
    ) -> None:
        self._judge = judge
        self._key = key
        self._known: dict[Hashable, tuple[float, float]] = {}

    async def __call__(self, subject: A, /) -> float:
        """Return what the judge says."""
        key = self._key(subject)
        known = self._known.get(key)
        if known is None:
            clock = asyncio.get_running_loop().time
            began = clock()
            known = (await self._judge(subject), clock() - began)
            self._known[key] = known
        else:
            await pause(known[1])
        return known[0]


def fingerprint(audio: AudioFrame) -> bytes:
    """Return a short value that audio with other samples does not have."""
    return hashlib.blake2b(audio.samples.tobytes(), digest_size=16).digest()


__all__ = ["Remembered", "RememberedVad", "fingerprint"]
