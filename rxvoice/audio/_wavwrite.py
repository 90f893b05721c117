"""Writing WAV files that are valid at every moment."""

import errno
import os
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio._rate import check_rate
from rxvoice.audio._wavread import Path

HEADER = 44
BUFFER = 32768
LIMIT = 0xFFFFFFFF - HEADER


class WavWriter:
    """Writes 16-bit samples to any place of a WAV file.

    Places are sample indices, so that nothing drifts. What was never written is silence. Samples
    reach the file first and its header afterwards, so that it can be played at every moment, even
    after the process was killed; what `flush` has not written yet is lost then. Parent folders are
    made, an existing file is replaced. A WAV file ends at 4 GiB; what would lie beyond is refused.

    Args:
        path: The file.
        rate: Samples a second.
        channels: How many channels.
        limit: Largest size of the samples in bytes.

    Raises:
        OSError: When the file cannot be opened or written.
    """

    def __init__(self, path: Path, rate: int, *, channels: int = 1, limit: int = LIMIT) -> None:
        check_rate(rate, "rate")
        if not 0 < channels <= 256:
            raise ValueError(f"channels must be in 1…256, got {channels}")
        self._name = os.fspath(path)
        self._rate = rate
        self._channels = channels
        self._limit = limit // (2 * channels)
        self._ends = [0] * channels
        self._written = 0
        self._pending: dict[int, _Run] = {}
        parent = os.path.dirname(self._name)
        if parent:
            os.makedirs(parent, exist_ok=True)
        self._file = open(self._name, "w+b", buffering=0)  # noqa: SIM115
        try:
            self._write_header(0)
        except BaseException:
            self._file.close()
            raise

    @property
    def rate(self) -> int:
        """Samples a second; may be changed while nothing was written."""
        return self._rate

    @rate.setter
    def rate(self, rate: int) -> None:
        if self.length:
            raise ValueError(f"the rate is {self._rate} Hz and samples were written")
        check_rate(rate, "rate")
        self._rate = rate
        self._write_header(0)

    @property
    def length(self) -> int:
        """Samples a channel, those not flushed yet included."""
        return max(self._ends)

    def end(self, channel: int = 0) -> int:
        """Return where a channel ends."""
        return self._ends[channel]

    def write(self, samples: NDArray[np.int16], at: int, *, channel: int = 0) -> None:
        """Put samples into a channel, over whatever is there.

        Args:
            samples: Shape ``(n,)``, ``int16``.
            at: Index of the first.
            channel: The channel.

        Raises:
            OSError: When the file would exceed its limit or cannot be written.
        """
        if at < 0:
            raise ValueError(f"at must not be negative, got {at}")
        if not len(samples):
            return
        if at + len(samples) > self._limit:
            self.flush()
            raise OSError(errno.EFBIG, "a WAV file cannot hold more", self._name)
        run = self._pending.get(channel)
        if run is not None and run.end != at:
            self._flush_channel(channel)
            run = None
        if run is None:
            run = self._pending[channel] = _Run(at)
        run.add(samples)
        self._ends[channel] = max(self._ends[channel], run.end)
        if sum(run.size for run in self._pending.values()) >= BUFFER:
            self.flush()

    def cut(self, at: int, *, channel: int = 0) -> None:
        """Remove what a channel holds from an index on.

        Args:
            at: Index of the first sample to be removed.
            channel: The channel.

        Raises:
            OSError: When the file cannot be written.
        """
        self.flush()
        end = self._ends[channel]
        if at >= end:
            return
        self._ends[channel] = at
        if self.length < self._written:
            self._write_header(self.length)
            self._file.truncate(HEADER + self.length * 2 * self._channels)
            self._written = self.length
        for start in range(at, min(end, self._written), BUFFER):
            size = min(BUFFER, min(end, self._written) - start)
            self._overlay(np.zeros(size, np.int16), start, channel)

    def flush(self) -> None:
        """Write all that is buffered.

        Raises:
            OSError: When the file cannot be written.
        """
        for channel in list(self._pending):
            self._flush_channel(channel)
        if self._written != self.length:
            self._write_header(self.length)
            self._written = self.length

    def close(self) -> None:
        """Flush and close; idempotent.

        Raises:
            OSError: When the file cannot be written. It is closed all the same.
        """
        if self._file.closed:
            return
        try:
            self.flush()
        finally:
            self._pending.clear()
            self._file.close()

    def __enter__(self) -> "WavWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _flush_channel(self, channel: int) -> None:
        run = self._pending.pop(channel)
        samples = np.concatenate(run.pieces)
        for start in range(0, len(samples), BUFFER):
            self._overlay(samples[start : start + BUFFER], run.at + start, channel)

    def _overlay(self, samples: NDArray[np.int16], at: int, channel: int) -> None:
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

    def _write_header(self, length: int) -> None:
        size = length * 2 * self._channels
        self._put(
            0,
            b"RIFF"
            + (HEADER - 8 + size).to_bytes(4, "little")
            + b"WAVEfmt \x10\x00\x00\x00\x01\x00"
            + self._channels.to_bytes(2, "little")
            + self._rate.to_bytes(4, "little")
            + (self._rate * 2 * self._channels).to_bytes(4, "little")
            + (2 * self._channels).to_bytes(2, "little")
            + b"\x10\x00data"
            + size.to_bytes(4, "little"),
        )

    def _put(self, position: int, data: bytes) -> None:
        self._file.seek(position)
        left = memoryview(data)
        while left:
            written = self._file.write(left)
            left = left[written or 0 :]


class _Run:
    """Samples that follow each other and are not written yet."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.end = at
        self.pieces: list[NDArray[np.int16]] = []

    @property
    def size(self) -> int:
        return self.end - self.at

    def add(self, samples: NDArray[np.int16]) -> None:
        self.pieces.append(samples)
        self.end += len(samples)


__all__ = ["WavWriter"]
