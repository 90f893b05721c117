"""What `dejitter` puts in the place of audio that did not come."""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import AudioFrame

_LONGEST_CYCLE: Final = 0.015
"""Seconds that one vibration of a voice takes at most: 66 Hz."""

_SHORTEST_CYCLE: Final = 0.0025
"""Seconds that it takes at least: 400 Hz."""

_COARSE: Final = 8_000
"""Samples a second that tell how long it takes."""


class Bridge:
    """Makes up the audio of short gaps from both sides.

    The last vibration of the voice before the gap goes on and fades out, while the first one behind
    it, which is there already, fades in. So there is no step at either side and no hole in a vowel.

    Args:
        longest: Seconds of a gap that is made up.
    """

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._most = 0  # the same in samples
        self._needed = 0  # samples to find a cycle in
        self._past: deque[NDArray[np.int16]] = deque()
        self._kept = 0
        self._rate = 0
        self._made = 0
        self._cycle = np.zeros(1, np.int16)

    def note(self, frame: AudioFrame) -> None:
        """Remember audio that left, right behind what left before."""
        if frame.rate != self._rate:
            self.forget()
            self._rate = frame.rate
            self._most = round(self._longest * frame.rate)
            self._needed = round(2.0 * _LONGEST_CYCLE * frame.rate)
        self._made = 0
        self._past.append(frame.samples)
        self._kept += len(frame.samples)
        while len(self._past) > 1 and self._kept - len(self._past[0]) >= self._needed:
            self._kept -= len(self._past.popleft())

    def forget(self) -> None:
        """Nothing was heard right before what comes next."""
        self._past.clear()
        self._kept = self._made = 0

    def spans(self, gap: int, rate: int) -> bool:
        """Tell whether a gap of so many samples is to be made up."""
        return self._made + gap <= self._most and rate == self._rate and self._kept > 0

    def make(self, count: int, gap: int, after: NDArray[np.int16]) -> NDArray[np.int16]:
        """Make up the beginning of a gap.

        Args:
            count: How many samples.
            gap: How many samples are missing.
            after: What comes behind the gap.

        Returns:
            Shape ``(count,)``, ``int16``.
        """
        if not self._made:
            past = np.concatenate(self._past)
            self._cycle = past[-cycle_of(past, self._rate) :]
        whole = self._made + gap
        at = np.arange(self._made, self._made + count)
        self._made += count
        next_cycle = after[: len(self._cycle)]
        share = (at + 0.5) / whole
        mixed = (1.0 - share) * self._cycle[at % len(self._cycle)]
        mixed += share * next_cycle[(at - whole) % len(next_cycle)]
        return np.rint(mixed).astype(np.int16)


def cycle_of(samples: NDArray[np.int16], rate: int) -> int:
    """Return after how many samples the end of a sound looks most like what was before it.

    Args:
        samples: Shape ``(n,)``, ``int16``, with ``n`` at least 1. The last 30 ms count; when there
            are fewer than 17.5, it is ``n``.
        rate: Samples a second.
    """
    step = max(rate // _COARSE, 1)
    coarse = samples[::-1][: round(2.0 * _LONGEST_CYCLE * rate) : step][::-1].astype(np.float64)
    width = round(_LONGEST_CYCLE * rate / step)
    least = max(round(_SHORTEST_CYCLE * rate / step), 1)
    if len(coarse) < width + least:
        return len(samples)
    alike = np.correlate(coarse, coarse[-width:], "valid")
    sums = np.concatenate([[0.0], np.cumsum(coarse * coarse)])
    alike /= np.sqrt(sums[width:] - sums[:-width]) + 1.0
    return (len(alike) - 1 - int(np.argmax(alike[: len(alike) - least]))) * step


__all__ = ["Bridge", "cycle_of"]
