"""A detector of keys that knows nothing of the library's: Goertzel's algorithm, as published."""

import math

import numpy as np
from numpy.typing import NDArray

KEYPAD = {
    (697, 1209): "1",
    (697, 1336): "2",
    (697, 1477): "3",
    (770, 1209): "4",
    (770, 1336): "5",
    (770, 1477): "6",
    (852, 1209): "7",
    (852, 1336): "8",
    (852, 1477): "9",
    (941, 1209): "*",
    (941, 1336): "0",
    (941, 1477): "#",
}


def goertzel(samples: NDArray[np.int16], rate: int, frequency: float) -> float:
    """Return the amplitude of a frequency, in parts of full scale."""
    coefficient = 2.0 * math.cos(2.0 * math.pi * frequency / rate)
    before = last = 0.0
    for sample in samples.tolist():
        before, last = last, sample / 32_768.0 + coefficient * last - before
    power = last * last + before * before - coefficient * last * before
    return 2.0 * math.sqrt(max(power, 0.0)) / len(samples)


def amplitudes(samples: NDArray[np.int16], rate: int) -> dict[int, float]:
    """Return how loud each of the keypad's frequencies is; those of the fourth column, too."""
    frequencies = sorted({*(each for pair in KEYPAD for each in pair), 1633})
    return {each: goertzel(samples, rate, each) for each in frequencies}


def key_of(samples: NDArray[np.int16], rate: int) -> str | None:
    """Return which key sounds, when exactly two frequencies do."""
    loud = tuple(each for each, level in amplitudes(samples, rate).items() if level > 0.05)
    return KEYPAD.get((loud[0], loud[1])) if len(loud) == 2 else None


def dialled(samples: NDArray[np.int16], rate: int, *, step: float = 0.02) -> str:
    """Return the keys that sound in a row, with a space for each silence between them."""
    size = round(step * rate)
    heard = [
        (key_of(samples[at : at + size], rate) if samples[at : at + size].any() else " ") or "?"
        for at in range(0, len(samples) - size + 1, size)
    ]
    runs = [each for each, before in zip(heard, ["", *heard], strict=False) if each != before]
    return "".join(runs).strip()
