"""How loud somebody speaks, pauses not counted."""

import numpy as np
from numpy.typing import NDArray

NOMINAL = -26.0
"""Level of speech to which telephone equipment is set, in dB below full scale (ITU-T P.56)."""

_MARGIN = 15.9  # P.56: what lies further below the level than this is a pause
_BLOCK = 0.02
_FLOOR = -60.0  # what is quieter is never speech, so that a line's hiss before it does not count


class SpeechLevel:
    """Measures the mean power of the parts in which somebody speaks.

    Blocks of 20 ms are counted by their level; the level of the speech is the mean power of those
    blocks that are at most 15.9 dB below it (ITU-T P.56, on blocks instead of an envelope). Blocks
    below -60 dB never count.

    Attributes:
        decibels: The level so far, in dB below full scale (RMS); the nominal one before any speech.
    """

    def __init__(self) -> None:
        self.decibels = NOMINAL
        self._counts = np.zeros(round(-_FLOOR) + 1)
        self._powers = np.zeros(round(-_FLOOR) + 1)

    def add(self, block: NDArray[np.int16]) -> None:
        """Count a block."""
        power = float(np.mean(np.square(block, dtype=np.float64))) / 32_768.0**2
        if power <= 10.0 ** (_FLOOR / 10.0):
            return
        bin_ = min(int(10.0 * np.log10(power) - _FLOOR), len(self._counts) - 1)
        self._counts[bin_] += 1
        self._powers[bin_] += power
        self._measure()

    def _measure(self) -> None:
        counts = np.cumsum(self._counts[::-1])[::-1]
        powers = np.cumsum(self._powers[::-1])[::-1]
        filled = counts > 0
        levels = 10.0 * np.log10(powers[filled] / counts[filled])
        thresholds = _FLOOR + np.flatnonzero(filled)
        self.decibels = float(levels[np.argmax(levels - thresholds <= _MARGIN)])


def block_size(rate: int) -> int:
    """Return the samples of a block."""
    return max(1, round(_BLOCK * rate))


__all__ = ["NOMINAL", "SpeechLevel", "block_size"]
