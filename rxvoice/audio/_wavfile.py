"""The bytes of a WAV file that is being written."""

import os

import numpy as np
from numpy.typing import NDArray

HEADER = 44


class WavFile:
    """A WAV file of 16-bit samples, written at any place.

    Args:
        name: The file; it is replaced.
        channels: How many channels.

    Raises:
        OSError: When it cannot be opened.
    """

    def __init__(self, name: str, channels: int) -> None:
        self._channels = channels
        self._file = open(name, "w+b", buffering=0)  # noqa: SIM115

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._file.closed

    @property
    def size(self) -> int:
        """How many samples a channel are in the file, whatever its header says."""
        size = os.fstat(self._file.fileno()).st_size
        return max(size - HEADER, 0) // (2 * self._channels)

    def overlay(self, samples: NDArray[np.int16], at: int, channel: int) -> None:
        """Put samples into one channel and leave the others alone."""
        position = HEADER + at * 2 * self._channels
        if self._channels == 1:
            self._put(position, samples.astype("<i2", copy=False).tobytes())
            return
        block = np.zeros((len(samples), self._channels), "<i2")
        self._file.seek(position)
        there = self._file.read(block.nbytes) or b""
        block.reshape(-1)[: len(there) // 2] = np.frombuffer(there[: len(there) // 2 * 2], "<i2")
        block[:, channel] = samples
        self._put(position, block.tobytes())

    def truncate(self, length: int) -> None:
        """Remove what lies behind ``length`` samples."""
        self._file.truncate(HEADER + length * 2 * self._channels)

    def write_header(self, rate: int, length: int) -> None:
        """Announce ``length`` samples a channel, in one write."""
        self._put(0, wav_header(rate, length, self._channels))

    def close(self) -> None:
        """Close it; idempotent."""
        self._file.close()

    def _put(self, position: int, data: bytes) -> None:
        self._file.seek(position)
        left = memoryview(data)
        while left:
            written = self._file.write(left)
            left = left[written or 0 :]


def wav_header(rate: int, length: int, channels: int = 1) -> bytes:
    """Return what stands before ``length`` samples of 16 bits a channel."""
    size = length * 2 * channels
    return (
        b"RIFF"
        + (HEADER - 8 + size).to_bytes(4, "little")
        + b"WAVEfmt \x10\x00\x00\x00\x01\x00"
        + channels.to_bytes(2, "little")
        + rate.to_bytes(4, "little")
        + (rate * 2 * channels).to_bytes(4, "little")
        + (2 * channels).to_bytes(2, "little")
        + b"\x10\x00data"
        + size.to_bytes(4, "little")
    )


__all__ = ["HEADER", "WavFile", "wav_header"]
