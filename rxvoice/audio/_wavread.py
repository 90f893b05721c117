"""Reading WAV files lazily."""

import os
import stat
from types import TracebackType
from typing import BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio._sniff import describe
from rxvoice.audio._wavformat import WavFormat
from rxvoice.audio._wavheader import ORDERS, WavHeader, wav_header
from rxvoice.errors import AudioFormatError

Path: TypeAlias = str | os.PathLike[str]
READ = 65536


class WavReader:
    """Reads the samples of a WAV file as mono 16 bit, in bounded memory.

    RIFF, RIFX (big-endian) and RF64/BW64 files with 8 to 64-bit integers, 32 or 64-bit floats,
    A-law or mu-law samples, plain or extensible, in any number of channels up to 256. Files whose
    writer did not know the length (0 or 0xFFFFFFFF) are read to their end. What a header claims is
    never allocated.

    Args:
        path: The file.
        channel: The channel wanted, counted from 0; the mean of all unless given.

    Attributes:
        name: The path as text.
        rate: Samples a second.
        channels: How many the file has.
        announced: How many samples its header promises; ``None`` when it does not say.
        position: How many samples were read.

    Raises:
        AudioFormatError: When it is no WAV file or nothing in it can be played; the message names
            the file and what it seems to be.
        OSError: When it cannot be opened, such as ``FileNotFoundError``.
    """

    def __init__(self, path: Path, *, channel: int | None = None) -> None:
        self.name: str = os.fspath(path)
        self._file = _opened(self.name)
        self._size = os.fstat(self._file.fileno()).st_size
        try:
            header = self._header()
        except AudioFormatError as error:
            self._file.close()
            raise AudioFormatError(f"{self.name} cannot be read: {error}") from None
        except BaseException:
            self._file.close()
            raise
        self._format: WavFormat = header.format
        self._channel = channel
        self.rate: int = header.format.rate
        self.channels: int = header.format.channels
        size = _promised(header, self._size)
        self.announced: int | None = None if size is None else size // header.format.block
        self.position: int = 0
        if channel is not None and not 0 <= channel < self.channels:
            self._file.close()
            raise AudioFormatError(
                f"channel {channel} was asked for, but {self.name} has {self.channels}"
            )
        self._file.seek(header.start)

    @property
    def truncated(self) -> bool:
        """Whether fewer samples were read than promised; known after the last `read`."""
        return self.announced is not None and self.position < self.announced

    def read(self, count: int) -> NDArray[np.int16]:
        """Read on.

        Args:
            count: How many samples to read at most.

        Returns:
            Shape ``(count,)``; shorter only at the end of the file.
        """
        if self.announced is not None:
            count = min(count, self.announced - self.position)
        pieces: list[NDArray[np.int16]] = []
        step = max(READ // self._format.block, 1)
        while count > 0:
            wanted = min(count, step)
            data = self._file.read(wanted * self._format.block)
            blocks = len(data) // self._format.block
            pieces.append(self._format.decode(data[: blocks * self._format.block], self._channel))
            self.position += blocks
            count -= blocks
            if blocks < wanted:
                break
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else np.empty(0, np.int16)

    def close(self) -> None:
        """Close the file; idempotent."""
        self._file.close()

    def __enter__(self) -> "WavReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _header(self) -> WavHeader:
        head = self._file.read(64)
        if head[:4] not in ORDERS or head[8:12] != b"WAVE":
            raise AudioFormatError(describe(head))
        self._file.seek(0)
        steps = wav_header()
        wanted = next(steps)
        try:
            while True:
                if wanted >= 0:
                    wanted = steps.send(self._file.read(wanted))
                else:
                    self._file.seek(min(self._file.tell() - wanted, self._size))
                    wanted = steps.send(b"")
        except StopIteration as stop:
            header: WavHeader = stop.value
            return header


def _opened(name: str) -> BinaryIO:
    try:
        mode = os.stat(name).st_mode
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no file {name}") from None
    if stat.S_ISDIR(mode):
        raise AudioFormatError(f"{name} cannot be read: it is a folder")
    if not stat.S_ISREG(mode):
        raise AudioFormatError(f"{name} cannot be read: it is not a regular file")
    return open(name, "rb")


def _promised(header: WavHeader, file_size: int) -> int | None:
    if header.size == 0 and header.end < file_size - 1:
        return None  # neither length was written: the writer was cut off or could not go back
    return header.size


__all__ = ["Path", "WavReader"]
