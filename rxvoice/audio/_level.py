"""How loud it is."""

import math

import numpy as np
from numpy.typing import NDArray

SILENCE = -100.0
"""What `loudness` says of digital silence, in dBFS; 16-bit noise of one step is at -90."""


def loudness(samples: NDArray[np.int16], /) -> float:
    """Return the level in dB below full scale (RMS).

    Args:
        samples: Shape ``(n,)``, ``int16``.

    Returns:
        0 for a square wave at full scale, -3.01 for a sine, -100 for digital silence and for no
        samples at all; never infinite, so that it can be smoothed.
    """
    if not len(samples):
        return SILENCE
    values = samples.astype(np.float64)
    power = float(values.dot(values)) / len(values) / 32768.0**2
    return max(10.0 * math.log10(power), SILENCE) if power > 0.0 else SILENCE


def is_silent(samples: NDArray[np.int16], /, *, threshold: int = 20) -> bool:
    """Say whether no sample is louder than ``threshold``.

    Args:
        samples: Shape ``(n,)``, ``int16``; no samples are silent.
        threshold: Largest absolute sample value that still counts as silence. Telephone lines
            and microphones without a voice stay below the default.
    """
    if threshold < 0:
        raise ValueError(f"threshold must not be negative, got {threshold}")
    if not len(samples):
        return True
    return int(samples.max()) <= threshold and int(samples.min()) >= -threshold


__all__ = ["SILENCE", "is_silent", "loudness"]
