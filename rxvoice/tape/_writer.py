"""Appending blocks to a file, in a thread."""

import logging
import os
import struct
import threading
import zlib
from collections import deque
from concurrent import futures
from io import FileIO
from pathlib import Path

from ._names import TapeError

NAME = b"rxvoice tape "
MAGIC = NAME + b"1\n"
HEAD = struct.Struct("<IIB")
"""Before each block: its length, its checksum, and whether it is compressed."""

WAITING = 32_000_000
"""Bytes that may wait for the disk."""

LEVEL = 1

WAITS_FOR_NOBODY: int = getattr(os, "O_NONBLOCK", 0)
"""Lets a pipe without a reader be an error, for which the loop would stand still otherwise."""

FLAGS = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0) | WAITS_FOR_NOBODY

logger = logging.getLogger(__name__)


class Writer:
    """A file that only grows; what was handed over is written within moments.

    Args:
        path: The file; one that exists is replaced.

    Attributes:
        done: Whether the file is closed.
        failure: Why nothing is written any more.

    Raises:
        OSError: When it cannot be opened.
        TapeError: When another session is recorded to it.
    """

    def __init__(self, path: Path) -> None:
        self._file = opened(path)
        try:
            written(self._file, MAGIC, path)
        except OSError:
            self._file.close()
            raise
        self._path = path
        self._blocks: deque[bytes] = deque()
        self._waiting = 0
        self._news = threading.Condition()
        self._ended = False
        self.failure: Exception | None = None
        self.done: futures.Future[None] = futures.Future()
        self._thread = threading.Thread(target=self._run, name="rxvoice tape", daemon=True)
        self._thread.start()

    def put(self, block: bytes) -> bool:
        """Hand a block over; tell whether the file still takes any."""
        with self._news:
            if self._waiting + len(block) > WAITING and self.failure is None:
                self.failure = TapeError(f"{self._path.name}: the disk does not keep up")
                logger.error("%s", self.failure)
            if self.failure is not None or self._ended:
                return False
            self._blocks.append(block)
            self._waiting += len(block)
            self._news.notify()
        return True

    def end(self) -> None:
        """Let what is left be written and the file be closed; see `done`."""
        with self._news:
            self._ended = True
            self._news.notify()

    def join(self) -> None:
        """Wait until the file is closed."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._write()
        finally:
            self.done.set_result(None)

    def _write(self) -> None:
        with self._file:
            while True:
                with self._news:
                    while not self._blocks and not self._ended:
                        self._news.wait()
                    if not self._blocks:
                        return
                    block = self._blocks.popleft()
                    self._waiting -= len(block)
                try:
                    written(self._file, packed(block), self._path)
                except OSError as error:
                    logger.exception("%s: the tape ends here", self._path.name)
                    with self._news:
                        self.failure = error
                        self._blocks.clear()
                    return


def opened(path: Path, *, empty: bool = True) -> FileIO:
    """Open a file for this writer alone, where the system can see to that.

    Args:
        path: The file.
        empty: Whether it is written anew.

    Raises:
        OSError: When it cannot be opened.
        TapeError: When another writer has it.
    """
    file = FileIO(os.open(path, FLAGS, 0o666), "w")
    try:
        if WAITS_FOR_NOBODY:
            os.set_blocking(file.fileno(), True)
        _lock(file)
        if empty and os.fstat(file.fileno()).st_size:
            file.truncate(0)
    except BlockingIOError:
        file.close()
        raise TapeError(f"{path.name} is a tape that is being recorded") from None
    except OSError:
        file.close()
        raise
    return file


def written(file: FileIO, data: bytes | bytearray, path: Path) -> None:
    """Write all of something.

    Args:
        file: To which.
        data: What.
        path: Of the file, told in the error.

    Raises:
        OSError: When the disk is full.
    """
    rest = memoryview(data)
    try:
        while rest:  # a disk that is nearly full takes a part
            rest = rest[file.write(rest) :]
    except OSError as error:
        error.filename = str(path)
        raise


def _lock(file: FileIO) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError as error:  # a file system without locks
        logger.debug("no lock: %s", error)


def packed(block: bytes) -> bytes:
    """Return a block with its head, compressed when that is shorter."""
    small = zlib.compress(block, LEVEL)
    body, flag = (small, 1) if len(small) < len(block) else (block, 0)
    return HEAD.pack(len(body), zlib.crc32(body), flag) + body


__all__ = ["HEAD", "MAGIC", "NAME", "Writer", "opened", "packed", "written"]
