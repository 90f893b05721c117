"""Room on the disk, and what to say when it cannot be written."""

import errno
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from rxvoice.errors import ModelUnavailable

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_CHOOSE = "RXVOICE_CACHE names another folder"


def free_bytes(folder: Path) -> int:
    """Bytes that can be written in the folder."""
    return shutil.disk_usage(folder).free


def require(folder: Path, needed: int, free: Callable[[Path], int]) -> None:
    """Raise `ModelUnavailable` unless so many bytes can be written in the folder."""
    if (available := free(folder)) < needed:
        raise no_room(folder, needed, f"{available:,} are free")


def no_room(folder: Path, needed: int, found: str) -> ModelUnavailable:
    """The error that says that the disk is too full."""
    return ModelUnavailable(
        f"not enough room in {folder}: {needed:,} bytes are needed, {found}; {_CHOOSE}"
    )


@contextmanager
def writing(folder: Path, needed: int) -> Generator[None]:
    """Turn the errors of writing in the folder into `ModelUnavailable`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise no_room(folder, needed, "the disk is full") from error
        raise ModelUnavailable(
            f"cannot write in {folder}: {error.strerror or error}; {_CHOOSE}"
        ) from error
