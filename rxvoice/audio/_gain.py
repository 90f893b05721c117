"""Bringing quiet speech to the level at which it is understood."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

BLOCK: Final = 0.01  # seconds that a gain is decided for
ABOVE_NOISE: Final = 9.0  # dB above the noise from which a block counts as speech
QUIETEST: Final = -80.0  # dBFS below which nothing counts as noise or speech
NOISE_RISE: Final = 2.0  # dB a second by which the noise is believed to grow
NOISE_FALL: Final = 0.2  # part of the way by which a block lowers it
ATTACK: Final = 0.3  # part of the way by which a block raises the level of the speech
RELEASE: Final = 20.0  # dB a second by which softer speech lowers it
RISE: Final = 40.0  # dB a second by which the gain may grow
HEADROOM: Final = 3.0  # dB that the last block keeps below full scale
KNEE: Final = 16384.0  # size from which samples are bent when they are amplified by 6 dB or more
FULL_SCALE: Final = 32768.0


class GainControl:
    """Amplifies one stream of audio by how loud its speech was until now.

    The gain of a block of 10 ms follows from the blocks before it and is reached within it, so that
    samples are neither held back nor depend on how they are cut into frames.

    Args:
        rate: Samples a second.
        target: Level of speech that is aimed at, in dBFS.
        max_gain: Most amplification, in dB.
        max_noise: Level in dBFS to which noise may be amplified.
    """

    def __init__(
        self, rate: int, *, target: float = -20.0, max_gain: float = 30.0, max_noise: float = -50.0
    ) -> None:
        self._target = target
        self._max_gain = max_gain
        self._max_noise = max_noise
        self._size = max(round(rate * BLOCK), 1)
        self._ramp = (np.arange(self._size) / self._size).astype(np.float32)
        self._noise = math.nan
        self._speech = math.nan
        self._gain = 0.0
        self._from = self._to = 1.0
        self._energy = 0.0
        self._peak = 0.0
        self._count = 0

    def apply(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return as many samples as come; the same ones where nothing is to be amplified."""
        # Sums of squares are whole numbers below 2**53: the same however a block is cut.
        values = samples.astype(np.float64)
        factors: list[NDArray[np.float32]] = []
        louder, at = False, 0
        while at < len(samples):
            end = min(at + self._size - self._count, len(samples))
            step = np.float32(self._to - self._from)
            ramp = self._ramp[self._count : self._count + end - at]
            factors.append(ramp * step + np.float32(self._from))
            louder = louder or self._from > 1.0 or self._to > 1.0
            self._note(values[at:end])
            at = end
        return _amplified(samples, np.concatenate(factors)) if louder else samples

    def _note(self, values: NDArray[np.float64]) -> None:
        self._energy += float(np.dot(values, values))
        self._peak = max(self._peak, float(values.max()), -float(values.min()))
        self._count += len(values)
        if self._count == self._size:
            self._decide(_decibels(self._energy / self._size / FULL_SCALE**2))
            self._energy, self._peak, self._count = 0.0, 0.0, 0

    def _decide(self, level: float) -> None:
        """Choose the gain that the block after this one shall reach."""
        if math.isnan(self._noise):
            self._noise = level
        fallen = self._noise + (level - self._noise) * NOISE_FALL
        self._noise = max(min(fallen, self._noise + NOISE_RISE * BLOCK), QUIETEST)
        if level > self._noise + ABOVE_NOISE:
            if math.isnan(self._speech):
                self._speech = level
            rise = (level - self._speech) * ATTACK
            self._speech += rise if rise > 0.0 else max(level - self._speech, -RELEASE * BLOCK)
        room = -HEADROOM - _decibels((self._peak / FULL_SCALE) ** 2)
        wanted = 0.0 if math.isnan(self._speech) else self._target - self._speech
        wanted = min(wanted, self._max_gain, self._max_noise - self._noise, room)
        self._gain = max(min(wanted, self._gain + RISE * BLOCK), 0.0)
        self._from, self._to = self._to, 10.0 ** (self._gain / 20.0)


def _amplified(samples: NDArray[np.int16], factors: NDArray[np.float32]) -> NDArray[np.int16]:
    """Multiply, and bend what would be too loud, the more the more it is amplified."""
    values = samples * factors
    if float(values.max()) > KNEE or float(values.min()) < -KNEE:
        sizes = np.abs(values)
        room = np.clip(factors - 1.0, 1e-3, 1.0) * np.float32(FULL_SCALE - 1.0 - KNEE)
        knee = np.float32(FULL_SCALE - 1.0) - room
        over = np.maximum(sizes - knee, 0.0) / room
        bent = np.minimum(sizes, knee) + room * (over / (1.0 + over))
        values = np.where(factors > 1.0, np.copysign(bent, values), values)
    return np.rint(values).astype(np.int16)


def _decibels(power: float) -> float:
    return 10.0 * math.log10(power) if power > 1e-10 else -100.0


__all__ = ["GainControl"]
