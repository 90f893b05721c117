"""Places that a command will write to, looked at before the work begins."""

import os
import stat
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rxvoice.tape import TapeError
from rxvoice.tape._writer import opened


def file(option: str, path: Path | None) -> None:
    """See that a file can be written; it stays as it is, and one that was not there is not.

    Args:
        option: By which it was given, told in the error.
        path: The file; None for none.

    Raises:
        ValueError: In a line: it cannot.
    """
    if path is None:
        return
    with _told(option, path), _as_it_was(path):
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        if not path.exists() or stat.S_ISREG(path.stat().st_mode):
            path.open("ab").close()  # a pipe would wait for its reader


def other(option: str, path: Path | None, source: Path) -> None:
    """See that a file is not the one that is read.

    Args:
        option: As above.
        path: The file; None for none.
        source: What is read.

    Raises:
        ValueError: When it is.
    """
    if path is not None and path.exists() and path.samefile(source):
        raise ValueError(f"{option}: {path} is what is read, and would be written over")


def tape(option: str, path: Path | None) -> None:
    """See that a call can be recorded to a file, likewise.

    Raises:
        ValueError: Likewise, also when another process records to it.
    """
    if path is None:
        return
    file(option, path)
    with _told(option, path), _as_it_was(path):
        opened(path, empty=False).close()


def folder(option: str, path: Path | None, *names: str, mode: int = 0o777) -> None:
    """Make a folder, and see that files can be written to it.

    Args:
        option: As above.
        path: The folder; None for none.
        names: Of files in it that will be written.
        mode: Of a folder that was not there.

    Raises:
        ValueError: Likewise.
    """
    if path is None:
        return
    with _told(option, path):
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    for name in names:
        file(option, path / name)


@contextmanager
def _told(option: str, path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ValueError(f"{option}: {path} cannot be written: {reason}") from error
    except TapeError as error:
        raise ValueError(f"{option}: {error}") from error


@contextmanager
def _as_it_was(path: Path) -> Generator[None]:
    """Take a file away again that was not there."""
    was = os.path.lexists(path)
    try:
        yield
    finally:
        if not was:
            path.unlink(missing_ok=True)


__all__ = ["file", "folder", "other", "tape"]
