"""Removing the echo of a loudspeaker from a microphone."""

from typing import Final

import numpy as np

from rxvoice.audio._echo_filter import EchoFilter, Floats, power

_STRICT: Final = 2.5  # times the power of the echo that may be left is taken away
_SMOOTH: Final = np.array([0.25, 0.5, 0.25], np.float32)
_LOWEST: Final = 0.05  # of the bins; below are rumble and the mains


class EchoCanceller:
    """Takes out the echo that is known, and dampens where more of it may be left.

    What is left is dampened bin by bin, by the power that `EchoFilter` thinks it may have, and as a
    whole where hardly anything else is there. Above the band of the filter the upper half of the
    band decides. Output is one block late.

    Args:
        rate: Samples a second of both signals.
        parts: As for `EchoFilter`.
        loudest: As for `EchoFilter`.
    """

    def __init__(self, rate: int, *, parts: int, loudest: float) -> None:
        self._filter = EchoFilter(rate, parts=parts, loudest=loudest)
        self.size: Final = self._filter.size
        self.late: Final = self.size
        size, bins = self.size, self._filter.bins
        self._window: Floats = np.sin(np.pi * np.arange(2 * size) / (2 * size)).astype(np.float32)
        self._weights: Floats = np.ones(bins, np.float32)
        self._weights[: round(_LOWEST * bins)] = 0.0
        self._passing: Floats = np.ones(size + 1, np.float32)
        self.restart(0)

    def step(self, heard: Floats, played: Floats) -> Floats:
        """Take a block of both signals, each of shape ``(size,)``, from -1 to 1.

        Returns:
            The block before without its echo; after a `restart` nothing that is of use.
        """
        size, bins = self.size, self._filter.bins
        clear, left = self._filter.step(heard, played)
        self._recent[:size] = self._recent[size:]
        self._recent[size:] = clear
        spectrum = np.fft.rfft(self._recent * self._window).astype(np.complex64)
        powers = power(spectrum[:bins])
        suspect = (0.5 * _STRICT) * (left + self._left)
        self._left = left
        passing = self._passing[:bins]
        np.divide(suspect, np.convolve(powers, _SMOOTH, "same") + 1e-9, out=passing)
        np.subtract(1.0, passing, out=passing)
        np.maximum(passing, 0.0, out=passing)
        counted = powers * self._weights
        other = float(np.dot(counted, passing)) / (float(counted.sum()) + 1e-9)
        passing *= min(max((other - 0.1) / 0.2, 0.0), 1.0)
        self._passing[bins:] = passing[bins // 2 :].mean()
        spectrum *= self._passing
        added = np.fft.irfft(spectrum, 2 * size) * self._window
        out = self._tail + added[:size]
        self._tail = added[size:].astype(np.float32)
        return out.astype(np.float32)

    def flush(self) -> Floats:
        """Return the last block, dampened like the one before it."""
        size = self.size
        last = np.concatenate((self._recent[size:], np.zeros(size, np.float32)))
        spectrum = np.fft.rfft(last * self._window) * self._passing
        added = np.fft.irfft(spectrum, 2 * size)[:size] * self._window[:size]
        return (self._tail + added).astype(np.float32)

    def recall(self, played: Floats) -> None:
        """Take a block that was played before the first `step`."""
        self._filter.recall(played)

    def restart(self, moved: int) -> None:
        """Forget the signals and keep what was learnt.

        Args:
            moved: Blocks by which the path is longer from now on.
        """
        self._filter.restart()
        self._filter.move(moved)
        self._recent: Floats = np.zeros(2 * self.size, np.float32)
        self._tail: Floats = np.zeros(self.size, np.float32)
        self._left: Floats = np.zeros(self._filter.bins, np.float32)


__all__ = ["EchoCanceller"]
