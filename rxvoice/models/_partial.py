"""A file that is being fetched."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from ._room import writing

Append = Callable[[bytes], None]


class Partial:
    """The first bytes of a file, as far as they were fetched.

    Args:
        path: Where they are.
        size: Bytes of the whole.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size

    @property
    def length(self) -> int:
        """How many bytes are there."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def cut(self, length: int) -> None:
        """Keep at most so many bytes."""
        if self.length > length:
            with writing(self.path.parent, 0):
                os.truncate(self.path, length)

    @contextmanager
    def appending(self) -> Generator[Append]:
        """Gives a function that adds bytes."""
        missing = self.size - self.length
        with writing(self.path.parent, missing):
            opened = self.path.open("ab", buffering=0)

        def append(chunk: bytes) -> None:
            with writing(self.path.parent, missing):
                view = memoryview(chunk)
                while view:
                    view = view[opened.write(view) :]

        with opened:
            yield append
