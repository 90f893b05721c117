"""Whole WAV files."""

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio._wavread import Path, WavReader
from rxvoice.audio._wavwrite import WavWriter
from rxvoice.items import AudioFrame

HOUR = 3_600


def read_wav(path: Path, *, channel: int | None = None) -> AudioFrame:
    """Read a short WAV file, such as a jingle; what lies behind the first hour is left out.

    Args:
        path: The file, of any kind that `WavReader` reads.
        channel: The channel wanted, counted from 0; the mean of all unless given.

    Raises:
        AudioFormatError: When nothing in it can be played.
        OSError: When it cannot be opened.
    """
    with WavReader(path, channel=channel) as file:
        return AudioFrame(file.read(HOUR * file.rate), file.rate)


def write_wav(path: Path, samples: NDArray[np.int16], rate: int) -> None:
    """Write a WAV file of 16 bits; parent folders are made, an existing file is replaced.

    Args:
        path: The file.
        samples: Shape ``(n,)`` for mono or ``(n, channels)``.
        rate: Samples a second.

    Raises:
        OSError: When it cannot be written.
    """
    columns = samples.reshape(len(samples), -1).T if len(samples) else np.atleast_2d(samples.T)
    with WavWriter(path, rate, channels=len(columns)) as file:
        for channel, column in enumerate(columns):
            file.write(np.ascontiguousarray(column), 0, channel=channel)


__all__ = ["read_wav", "write_wav"]
