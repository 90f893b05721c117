"""Writing WAV files that are valid at every moment."""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio._rate import check_rate
from rxvoice.audio._wavfile import HEADER, WavFile
from rxvoice.audio._wavread import Path

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

    Attributes:
        name: The path as text.

    Raises:
        OSError: When the file cannot be opened or written.
    """

    def __init__(self, path: Path, rate: int, *, channels: int = 1, limit: int = LIMIT) -> None:
        check_rate(rate, "rate")
        if not 0 < channels <= 256:
            raise ValueError(f"channels must be in 1…256, got {channels}")
        self.name: str = os.fspath(path)
        self._rate = rate
        self._limit = limit // (2 * channels)
        self._ends = [0] * channels
        self._announced = 0
        self._pending: dict[int, _Run] = {}
        parent = os.path.dirname(self.name)
        if parent:
            os.makedirs(parent, exist_ok=True)
        self._file = WavFile(self.name, channels)
        try:
            self._file.write_header(rate, 0)
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
        self._announce()

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
            raise OSError(errno.EFBIG, "a WAV file cannot hold more", self.name)
        run = self._pending.get(channel)
        if run is not None and run.end != at:
            with self._salvaging():
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
        with self._salvaging():
            if self.length < self._announced:
                self._announce()
                self._file.truncate(self.length)
            end = min(end, self._announced)
            for start in range(at, end, BUFFER):
                nothing = np.zeros(min(BUFFER, end - start), np.int16)
                self._file.overlay(nothing, start, channel)

    def flush(self) -> None:
        """Write all that is buffered.

        Raises:
            OSError: When the file cannot be written. It then ends where the disk was full; what
                was buffered is lost.
        """
        with self._salvaging():
            for channel in list(self._pending):
                self._flush_channel(channel)
            if self._announced != self.length:
                self._announce()

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

    def _announce(self) -> None:
        self._file.write_header(self._rate, self.length)
        self._announced = self.length

    @contextmanager
    def _salvaging(self) -> Generator[None]:
        try:
            yield
        except OSError:
            self._pending.clear()
            with suppress(OSError):
                size = self._file.size
                self._ends = [min(end, size) for end in self._ends]
                self._announce()
            raise

    def _flush_channel(self, channel: int) -> None:
        run = self._pending.pop(channel)
        samples = np.concatenate(run.pieces)
        for start in range(0, len(samples), BUFFER):
            self._file.overlay(samples[start : start + BUFFER], run.at + start, channel)


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
