"""A lock between processes, and between threads, that ends with whoever holds it."""

import errno
import logging
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from ._room import writing

logger = logging.getLogger(__name__)

_UNSUPPORTED = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}

if sys.platform == "win32":
    import msvcrt

    def _try(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _wait(descriptor: int) -> None:
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)  # tries for ten seconds
            except OSError as error:
                if error.errno != errno.EDEADLOCK:
                    raise
            else:
                return

    def _release(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    # flock, not lockf: only flock also keeps two threads of one process apart.
    def _try(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _wait(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def _release(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextmanager
def locked(path: Path, waiting: Callable[[], None]) -> Generator[None]:
    """Hold the lock that the file stands for.

    The file is left behind: removing it could part two processes that both believe to hold it.

    Args:
        path: The file; its folder exists.
        waiting: Called once before waiting for somebody else.
    """
    with writing(path.parent, 0):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        held = _acquire(descriptor, path, waiting)
        try:
            yield
        finally:
            if held:
                _release(descriptor)
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, waiting: Callable[[], None]) -> bool:
    try:
        if not _try(descriptor):
            waiting()
            _wait(descriptor)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        logger.warning("no locks in %s: do not fetch with two processes at once", path.parent)
        return False
    return True
