"""What can be heard in a recording."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_STEP = 0.02
_LOUD = 1_000
_PAUSE = 0.5


@dataclass(frozen=True)
class Sound:
    """Something that was heard without a pause.

    Attributes:
        start: In seconds from the beginning.
        end: Likewise.
        pitch: In hertz, that of the strongest tone.
        missing: Seconds of digital silence within it.
    """

    start: float
    end: float
    pitch: float
    missing: float

    @property
    def duration(self) -> float:
        """In seconds."""
        return self.end - self.start


def sounds(samples: NDArray[np.int16], rate: int) -> list[Sound]:
    """Return what is loud, in order; what a short pause separates belongs together."""
    step = round(_STEP * rate)
    levels = np.abs(samples[: len(samples) // step * step].reshape(-1, step).astype(np.int32))
    loud = np.flatnonzero(levels.max(axis=1) > _LOUD) if len(levels) else np.empty(0, int)
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) > _PAUSE / _STEP) + 1
    return [
        _sound(samples, rate, run[0] * step, (run[-1] + 1) * step) for run in np.split(loud, breaks)
    ]


def _sound(samples: NDArray[np.int16], rate: int, start: int, end: int) -> Sound:
    part = samples[start:end].astype(float)
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), size))
    silent = np.convolve(part == 0, np.ones(8), "valid") >= 8
    return Sound(
        start / rate, end / rate, float(np.argmax(spectrum)) * rate / size, silent.sum() / rate
    )


def likeness(heard: NDArray[np.int16], known: NDArray[np.int16]) -> float:
    """Return how much of a recording is in what was heard, wherever it is: at most 1."""
    size = 1 << (len(heard) + len(known)).bit_length()
    first, second = heard.astype(float), known.astype(float)
    product = np.fft.rfft(first, size) * np.conj(np.fft.rfft(second, size))
    norms = np.linalg.norm(first) * np.linalg.norm(second)
    return float(np.fft.irfft(product, size).max() / norms)
