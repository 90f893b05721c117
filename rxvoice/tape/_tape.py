"""`Tape`."""

import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from rxvoice.items import Stamped

from ._kinds import Kind
from ._names import TapeError
from ._records import Reader, Record
from ._writer import HEAD, MAGIC, NAME

LARGEST = 64_000_000
"""Bytes of a block at most: one holds what came in a quarter of a second."""


@dataclass(frozen=True)
class Tape:
    """A recorded session.

    Attributes:
        name: Of the file.
        header: What was told about the recording: ``rxvoice``, the version; ``date``, when it
            began; ``settings``, as given to `record`.
        records: What happened, in order.
        is_complete: Whether the recording was ended; otherwise the process was killed, and up to
            the last second may be missing.
    """

    name: str
    header: dict[str, Any] = field(repr=False)
    records: tuple[Record, ...] = field(repr=False)
    is_complete: bool

    @cached_property
    def events(self) -> list[Stamped]:
        """What came out of the session's first stream. Audio is told by `Sound` unless kept."""
        return self.outlet(0)

    def outlet(self, number: int) -> list[Stamped]:
        """Return what came out of one of the session's streams.

        Args:
            number: Of the stream, in the order in which they were subscribed, from 0.
        """
        outs = (Kind.OUT, Kind.STRAY)
        return [
            Stamped(record.at, record.value)
            for record in self.records
            if record.kind in outs and record.number == number
        ]

    @cached_property
    def edges(self) -> list[tuple[str, int]]:
        """The edges, as name and number among those of that name, as they were subscribed."""
        opened = (record for record in self.records if record.kind == Kind.EDGE)
        return [(record.value, record.number) for record in opened]

    @property
    def duration(self) -> float:
        """When the last thing happened, in seconds on the session's clock."""
        return self.records[-1].at if self.records else 0.0


def read_tape(path: str | Path, /) -> Tape:
    """Read a tape. A tail that was torn off when the process was killed is left out.

    Raises:
        OSError: When the file cannot be read.
        TapeError: When it is not a tape, or holds what cannot be understood.
    """
    name = Path(path).name
    data = contents(Path(path))
    reader = Reader()
    with understood(name):
        records = [record for block in blocks(data) for record in reader.read(block)]
    if not records:
        raise TapeError(f"{name} holds nothing: the recording was killed when it began")
    header: Any = records[0].value
    if records[0].kind != Kind.HEADER or not isinstance(header, dict):
        raise TapeError(f"{name} does not tell what was recorded: it is damaged")
    told = cast("dict[str, Any]", header)
    return Tape(name, told, tuple(records[1:]), records[-1].kind == Kind.END)


def contents(path: Path) -> bytes:
    """Return what is in the file of a tape.

    Raises:
        OSError: When the file cannot be read.
        TapeError: When it is not a tape.
    """
    data = path.read_bytes()
    if data.startswith(MAGIC):
        return data
    if not data:
        raise TapeError(f"{path.name} is empty")
    if MAGIC.startswith(data):
        raise TapeError(f"{path.name} holds nothing: the recording was killed when it began")
    if data.startswith(NAME):
        raise TapeError(f"{path.name} is a tape of another version of rxvoice than this one reads")
    raise TapeError(f"{path.name} is not a tape of rxvoice")


@contextmanager
def understood(name: str) -> Generator[None]:
    """Tell of what fails while blocks are understood as a `TapeError`.

    Args:
        name: Of the file.
    """
    try:
        yield
    except TapeError as error:
        raise TapeError(f"{name}: {error}") from error
    except Exception as error:  # any bytes may be in a file
        raise TapeError(
            f"{name} holds what cannot be understood: it is damaged, or of another version"
        ) from error


def blocks(data: bytes) -> Iterator[bytes]:
    """Yield the blocks of a file that are whole.

    Raises:
        ValueError: When a whole one makes no sense.
        zlib.error: When it cannot be unpacked.
    """
    place = len(MAGIC)
    while place + HEAD.size <= len(data):
        size, check, packed = HEAD.unpack_from(data, place)
        place += HEAD.size
        block = data[place : place + size]
        if len(block) < size or zlib.crc32(block) != check:
            return
        place += size
        yield _unpacked(block, packed)


def _unpacked(block: bytes, packed: int) -> bytes:
    if packed == 0:
        return block
    unpacking = zlib.decompressobj()
    whole = unpacking.decompress(block, LARGEST)
    if packed != 1 or not unpacking.eof:
        raise ValueError("a block is too large, or packed in another way")
    return whole


__all__ = ["Tape", "blocks", "contents", "read_tape", "understood"]
