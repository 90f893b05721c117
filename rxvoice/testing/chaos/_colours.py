"""Noise without end, the same whatever the pieces in which it is taken."""

import functools

import numpy as np
from numpy.typing import NDArray

COLOURS = {"white": 0.0, "pink": 1.0, "brown": 2.0}
"""By which power of the frequency the noise's power falls."""

_TAPS = 4096
_BLOCK = 4096


class Colour:
    """Random noise of mean power 1.

    White noise goes through a filter whose response falls by half the power of the frequency:
    the impulse response of fractional integration, cut off after 4096 samples, so that
    it is flat below the few hertz that 4096 samples reach. It is made block by block, whatever is
    asked for, so that each sample comes out of the same sums.

    Args:
        power: By which power of the frequency the noise's power falls.
        seed: Which noise.
    """

    def __init__(self, power: float, seed: int) -> None:
        self._random = np.random.RandomState(seed)
        self._filter = _response(power) if power else None
        self._past = self._random.standard_normal(_TAPS)
        self._left = np.zeros(0)

    def take(self, count: int) -> NDArray[np.float64]:
        """Return the next samples."""
        parts = [self._left]
        have = len(self._left)
        while have < count:
            parts.append(self._block())
            have += _BLOCK
        samples = np.concatenate(parts) if len(parts) > 1 else parts[0]
        self._left = samples[count:]
        return samples[:count]

    def _block(self) -> NDArray[np.float64]:
        fresh = self._random.standard_normal(_BLOCK)
        if self._filter is None:
            return fresh
        both = np.concatenate((self._past, fresh))
        self._past = both[-_TAPS:]
        return np.fft.irfft(np.fft.rfft(both) * self._filter)[_TAPS:]


@functools.cache
def _response(power: float) -> NDArray[np.complex128]:
    steps = np.arange(1, _TAPS)
    taps = np.cumprod(np.concatenate(([1.0], (steps - 1 + power / 2) / steps)))
    return np.fft.rfft(taps / np.sqrt(np.sum(taps**2)), _TAPS + _BLOCK)


class Recorded:
    """A recording over and over, brought to a mean power of 1.

    Args:
        samples: The recording.
        seed: Where in it to begin.
    """

    def __init__(self, samples: NDArray[np.int16], seed: int) -> None:
        values = samples.astype(np.float64)
        self._values = values / np.sqrt(np.mean(values**2))
        self._at = int(np.random.RandomState(seed).randint(len(values)))

    def take(self, count: int) -> NDArray[np.float64]:
        """Return the next samples."""
        places = np.arange(self._at, self._at + count) % len(self._values)
        self._at = (self._at + count) % len(self._values)
        return self._values[places]


__all__ = ["COLOURS", "Colour", "Recorded"]
