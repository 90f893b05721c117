"""Samples of several channels, held in memory."""

import numpy as np
from numpy.typing import NDArray


class Canvas:
    """Takes samples at any place behind its beginning, which moves on.

    Places are sample indices. What was never written is silence.

    Args:
        channels: How many channels.
    """

    def __init__(self, channels: int) -> None:
        self._samples = np.zeros((channels, 4_096), np.int16)
        self._first = 0
        self._ends = [0] * channels

    @property
    def end(self) -> int:
        """Where the longest channel ends."""
        return max(self._ends)

    def end_of(self, channel: int) -> int:
        """Where a channel ends."""
        return self._ends[channel]

    def write(self, samples: NDArray[np.int16], at: int, channel: int) -> None:
        """Put samples into a channel; what lies before the beginning is left out."""
        samples = samples[max(self._first - at, 0) :]
        if not len(samples):
            return
        start = max(at, self._first) - self._first
        self._reach(start + len(samples))
        self._samples[channel, start : start + len(samples)] = samples
        self._ends[channel] = max(self._ends[channel], self._first + start + len(samples))

    def cut(self, at: int, channel: int) -> None:
        """Remove what a channel holds from an index on."""
        self._samples[channel, max(at - self._first, 0) :] = 0
        self._ends[channel] = min(self._ends[channel], at)

    def read(self, start: int, end: int) -> NDArray[np.int16]:
        """Return a copy of what lies between two indices, of shape ``(n, channels)``."""
        piece = np.zeros((max(end - start, 0), len(self._ends)), np.int16)
        held = self._samples[:, max(start - self._first, 0) : max(end - self._first, 0)].T
        shift = max(self._first - start, 0)
        piece[shift : shift + len(held)] = held
        return piece

    def forget(self, until: int) -> None:
        """Let the beginning move on to an index; memory is given back in large steps."""
        gone = until - self._first
        if gone > 0 and 2 * gone >= self._samples.shape[1]:
            held = max(self.end - until, 0)
            samples = np.zeros((len(self._ends), max(2 * held, 4_096)), np.int16)
            samples[:, :held] = self._samples[:, gone : gone + held]
            self._samples, self._first = samples, until

    def _reach(self, count: int) -> None:
        if count > self._samples.shape[1]:
            samples = np.zeros((len(self._ends), 2 * count), np.int16)
            samples[:, : self._samples.shape[1]] = self._samples
            self._samples = samples


__all__ = ["Canvas"]
