"""Hearing the keys of a telephone."""

import math

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio._dtmf import COLUMNS, PAD, ROWS

RATE = 8_000
STEP = 64
"""Samples of 8 ms; each step is judged together with the one before it."""

SHARE = 0.7
"""Least part of the energy that the two frequencies must have: music and speech have less."""

FLOOR = 2.0 * (10.0 ** (-40.0 / 20.0) * 32_768.0) ** 2 * STEP
"""Least energy of two steps: -40 dBFS."""

TWIST = (10.0**-1.0, 10.0**0.8)
"""By how much the higher tone may be weaker or louder (ITU-T Q.24: 8 and 4 dB; 2 and 4 more)."""

PRESSED, RELEASED = 3, 2
"""Steps after which a key is taken to be pressed, and released."""

_PHASES = np.outer(np.arange(2 * STEP), 2.0 * math.pi / RATE * np.array((*ROWS, *COLUMNS)))
_BASIS = np.exp(-1j * _PHASES)


class DtmfDetector:
    """Finds the keys in the audio of one stream: one press, one key.

    A key must sound for about 40 ms and be silent for as long before it counts again; its
    frequencies may be off by 1.5 % (ITU-T Q.24).
    """

    def __init__(self) -> None:
        self._window = np.zeros(2 * STEP)
        self._key: str | None = None
        self._last: str | None = None
        self._same = 0

    def push(self, samples: NDArray[np.int16]) -> str | None:
        """Take the next 8 ms and return the key that was pressed just now, if any.

        Args:
            samples: Shape ``(64,)``, 8 kHz.
        """
        self._window[:STEP] = self._window[STEP:]
        self._window[STEP:] = samples
        heard = _heard(self._window)
        self._same = self._same + 1 if heard == self._last else 1
        self._last = heard
        if heard is None:
            if self._same == RELEASED:
                self._key = None
        elif heard != self._key and self._same == PRESSED:
            self._key = heard
            return heard
        return None

    def reset(self) -> None:
        """Forget what was heard."""
        self.__init__()


def _heard(window: NDArray[np.float64]) -> str | None:
    """Return the key that sounds through a whole window."""
    energy = float(window @ window)
    if energy < FLOOR:
        return None
    powers = np.abs(window @ _BASIS) ** 2 / STEP
    row, column = int(powers[:4].argmax()), int(powers[4:].argmax())
    low, high = float(powers[row]), float(powers[4 + column])
    if low + high < SHARE * energy or not TWIST[0] * low <= high <= TWIST[1] * low:
        return None
    return PAD[row][column]


__all__ = ["RATE", "STEP", "DtmfDetector"]
