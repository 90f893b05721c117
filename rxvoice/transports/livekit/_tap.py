"""The SDK's queue of audio."""

import asyncio
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import pcm_to_bytes

STEPS: Final = 100
"""Parts of a second of which the SDK sends whole ones only."""


class Tap:
    """Hands audio to the SDK, which plays it.

    Args:
        rtc: The SDK.
        rate: Samples a second.
        reserve: Seconds of audio that it may hold.

    Attributes:
        source: The SDK's.
    """

    def __init__(self, rtc: Any, rate: int, reserve: float) -> None:
        self.source: Any = rtc.AudioSource(rate, 1, queue_size_ms=round(reserve * 1000))
        self._rtc = rtc
        self._rate = rate
        self._loop = asyncio.get_running_loop()
        self._ends = 0.0  # when all that it was handed will have been played
        self._odd = 0
        self._handing = False
        self._spoiled = False

    @property
    def left(self) -> float:
        """Seconds of audio that were not played yet.

        The SDK's own account of it is wrong once it had nothing to play for a while.
        """
        return max(self._ends - self._loop.time(), 0.0)

    @property
    def missing(self) -> int:
        """Samples without which the SDK keeps the last ones to itself."""
        return -self._odd % (self._rate // STEPS)

    async def hand(self, samples: NDArray[np.int16]) -> None:
        """Hand audio over; it takes as long as the SDK needs to have room for more.

        Raises:
            Exception: Of the SDK, when it takes none.
        """
        count = len(samples)
        self._odd += count
        self._ends = max(self._ends, self._loop.time()) + count / self._rate
        frame = self._rtc.AudioFrame(pcm_to_bytes(samples), self._rate, 1, count)
        self._handing = True
        try:
            await self.source.capture_frame(frame)
        finally:
            self._handing = False
        if self._spoiled:
            self._spoiled = False
            self.source.clear_queue()

    def clear(self) -> None:
        """Drop what was not played, and what is on its way to the SDK."""
        self.source.clear_queue()
        self._spoiled = self._handing  # it may come in after this
        self._odd = 0
        self._ends = 0.0

    async def aclose(self) -> None:
        """Give the source back."""
        await self.source.aclose()


__all__ = ["STEPS", "Tap"]
