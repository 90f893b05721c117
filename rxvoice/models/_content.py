"""Whether a file has the content that the table asks for."""

import hashlib
import os
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

from ._file import ModelFile

CHUNK = 1 << 20
ABSENT = "not there"


class PlaceFailed(Exception):
    """A place did not give the file; the message says why, in one line.

    Attributes:
        wrong: Whether it gave something else in its stead.
    """

    def __init__(self, message: str, *, wrong: bool = False) -> None:
        super().__init__(message)
        self.wrong = wrong


def different(expected: str, found: str) -> str:
    """Say that the SHA-256 differs."""
    return f"wrong content: expected SHA-256 {expected}, found {found}"


def chunks(path: Path, start: int = 0, length: int | None = None) -> Generator[bytes]:
    """The bytes of a file, or of a range of it."""
    with path.open("rb") as opened:
        opened.seek(start)
        while length is None or length > 0:
            chunk = opened.read(CHUNK if length is None else min(CHUNK, length))
            if not chunk:
                return
            if length is not None:
                length -= len(chunk)
            yield chunk


def digest(path: Path, start: int = 0, length: int | None = None) -> str:
    """SHA-256 of a file, or of a range of it, in lower-case hex."""
    sha256 = hashlib.sha256()
    for chunk in chunks(path, start, length):
        sha256.update(chunk)
    return sha256.hexdigest()


def problem(path: Path, file: ModelFile, stamp: Path, *, rehash: bool = False) -> str:
    """What is wrong with a file, in one line; empty when it has the right content.

    Hashing a large file takes its time, so its size and time of change are noted after the first
    check, and as long as they stay the same the file is taken for unchanged.

    Args:
        path: The file.
        file: What it must be.
        stamp: Where the note is kept. A folder that cannot be written only costs time.
        rehash: Do not rely on the note.
    """
    try:
        status = path.stat()
        if not path.is_file():
            return "not a file"
        if status.st_size != file.size:
            return f"wrong size: expected {file.size:,} bytes, found {status.st_size:,}"
        noted = note(path, file, status)
        if not rehash and _read(stamp) == noted:
            return ""
        found = digest(path)
    except FileNotFoundError:
        return ABSENT
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    with suppress(OSError):
        if found == file.sha256:
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.write_text(noted, encoding="utf-8")
        else:
            stamp.unlink(missing_ok=True)
    return "" if found == file.sha256 else different(file.sha256, found)


def note(path: Path, file: ModelFile, status: os.stat_result) -> str:
    """What a stamp says of a file that was found right."""
    changed = status.st_mtime_ns
    return f"{file.sha256} {status.st_size} {changed} {os.path.abspath(path)}\n"


def _read(stamp: Path) -> str:
    try:
        return stamp.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
