"""Conversations in the files of a folder."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rxvoice.aio import in_thread
from rxvoice.context._json import from_json, to_json
from rxvoice.items import Context, Tools

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,199}\.json")
_PREFIX: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_TIME: Final = "%Y-%m-%d_%H-%M-%S"
_PART: Final = ".part"


def _now() -> datetime:
    return datetime.now(UTC)


class ContextFiles:
    """Keeps conversations in a folder, one a file, named by date and time.

    A file is complete or not there at all, and only its owner can read it. Files are read and
    written off the event loop.

    Args:
        folder: Made when something is saved.
        prefix: What names begin with: letters, digits, ``_`` and ``-``.
        now: Tells the time; that of the clock, in UTC, unless given.

    Raises:
        ValueError: When ``prefix`` holds anything else.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        prefix: str = "conversation",
        now: Callable[[], datetime] = _now,
    ) -> None:
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(f"prefix must be 1 to 100 letters, digits, _ and -, got {prefix!r}")
        self._folder = Path(folder)
        self._prefix = prefix
        self._now = now

    async def save(self, context: Context) -> str:
        """Save a conversation and return the name of its file.

        Raises:
            OSError: When it cannot be written; nothing is left then.
            TypeError: As `to_json` does.
        """
        stem = f"{self._prefix}_{self._now().strftime(_TIME)}"
        return await in_thread(self._write, stem, context, name="save a conversation")

    async def names(self) -> tuple[str, ...]:
        """Return the names of all files, in order of time where they have the same prefix.

        Raises:
            OSError: When the folder cannot be read; one that does not exist is empty.
        """
        return await in_thread(self._listed, name="list conversations")

    async def load(self, name: str, *, tools: Tools | None = None) -> Context:
        """Load a conversation.

        Args:
            name: One of `names`.
            tools: As for `from_json`.

        Raises:
            OSError: When there is no such file or it cannot be read.
            ValueError: When it is no name of a file in this folder, or as `from_json` does.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"name must be that of a file in the folder, got {name!r:.80}")
        return await in_thread(self._read, name, tools, name="load a conversation")

    def _write(self, stem: str, context: Context) -> str:
        text = to_json(context)
        self._folder.mkdir(parents=True, exist_ok=True)
        again = 1
        while True:
            name = f"{stem}.json" if again == 1 else f"{stem}_{again:03}.json"
            if self._written(self._folder / name, text):
                return name
            again += 1

    def _written(self, path: Path, text: str) -> bool:
        """Write a file, unless there is one, or somebody else is about to write it."""
        part = path.with_name(path.name + _PART)
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return False
        try:
            with open(handle, "w", encoding="ascii") as file:
                if path.exists():
                    return False
                file.write(text)
                file.flush()
                os.fsync(handle)
            os.replace(part, path)
            return True
        finally:
            with suppress(FileNotFoundError):
                part.unlink()

    def _listed(self) -> tuple[str, ...]:
        if not self._folder.exists():
            return ()
        found = [path.name for path in self._folder.iterdir() if path.is_file()]
        return tuple(sorted(filter(_NAME.fullmatch, found), key=lambda name: name[:-5]))

    def _read(self, name: str, tools: Tools | None) -> Context:
        path = self._folder / name
        if path.resolve().parent != self._folder.resolve():
            raise ValueError(f"name must be that of a file in the folder, got {name!r}")
        return from_json(path.read_text(encoding="utf-8"), tools=tools)


__all__ = ["ContextFiles"]
