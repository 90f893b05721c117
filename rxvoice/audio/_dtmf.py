"""The tones of a telephone's keys."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio._rate import check_rate
from rxvoice.items import KEYS

ROWS = (697.0, 770.0, 852.0, 941.0)
COLUMNS = (1209.0, 1336.0, 1477.0)
PAD = ("123", "456", "789", "*0#")
"""The keys by row and column: each sounds its row's and its column's frequency (ITU-T Q.23)."""

LOW, HIGH = 0.2, 0.25
"""Amplitudes: -11 and -9 dBm0 on a telephone line, the higher tone 2 dB louder, as phones do, for
lines lose more of it."""

RAMP = 0.005
LOWEST_RATE = 4_000


def dtmf_tone(key: str, *, rate: int, duration: float = 0.1) -> NDArray[np.int16]:
    """Return the sound of a key: two frequencies at once (ITU-T Q.23).

    It swells and fades within 5 ms each, so that it does not click. The same array is returned
    each time.

    Args:
        key: One of ``0123456789*#``.
        rate: Samples a second, at least 4000.
        duration: Seconds, at least 0.04; shorter ones need not be recognised (ITU-T Q.24).

    Returns:
        Shape ``(rate * duration,)``, ``int16``, read-only; its peak is 45 % of full scale.

    Raises:
        ValueError: When an argument is out of range.
    """
    check_rate(rate, "rate")
    if rate < LOWEST_RATE:
        raise ValueError(f"rate must be at least {LOWEST_RATE} Hz, got {rate}")
    if key not in tuple(KEYS):
        raise ValueError(f"key must be one of {KEYS}, got {key!r}")
    if not 0.04 <= duration <= 10.0:
        raise ValueError(f"duration must be in 0.04…10 s, got {duration}")
    return _tone(key, rate, duration)


@lru_cache(maxsize=128)
def _tone(key: str, rate: int, duration: float) -> NDArray[np.int16]:
    row = next(number for number, keys in enumerate(PAD) if key in keys)
    low, high = ROWS[row], COLUMNS[PAD[row].index(key)]
    time = np.arange(round(duration * rate)) / rate
    wave = LOW * np.sin(2.0 * math.pi * low * time) + HIGH * np.sin(2.0 * math.pi * high * time)
    size = round(RAMP * rate)
    ramp = np.sin(np.linspace(0.0, math.pi / 2.0, size, endpoint=False)) ** 2
    wave[:size] *= ramp
    wave[len(wave) - size :] *= ramp[::-1]
    tone = np.rint(wave * 32_767.0).astype(np.int16)
    tone.flags.writeable = False
    return tone


__all__ = ["COLUMNS", "PAD", "ROWS", "dtmf_tone"]
