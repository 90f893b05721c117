"""The model store: a file by its key, from wherever it can be had."""

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from rxvoice.errors import ModelUnavailable

from . import _content, _room
from ._client import Client
from ._content import PlaceFailed
from ._entry import Entry, cache_folder
from ._fetching import Fetching
from ._file import ModelFile
from ._folder import gather
from ._reach import Reach
from ._table import TABLE
from ._watch import Progress, telling

logger = logging.getLogger(__name__)

_REACH = Reach()
_OFF = {"", "0", "no", "off", "false"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `Store.verify` found.

    Attributes:
        key: Key of the file.
        path: Where it was looked for.
        present: Whether there is a file.
        problem: What is wrong with it, in one line; empty when its content is right.
    """

    key: str
    path: Path
    present: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Store:
    """A cache folder with the table of what may be in it.

    Attributes:
        cache: The cache folder.
        table: The files by key.
        environ: The environment, for ``RXVOICE_OFFLINE``, files that the user names, and the
            package client.
        free: Bytes that can be written in a folder.
        reach: Which hosts can be reached.
    """

    cache: Path = field(default_factory=cache_folder)
    table: Mapping[str, ModelFile] = field(default_factory=lambda: TABLE)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    free: Callable[[Path], int] = _room.free_bytes
    reach: Reach = _REACH

    @property
    def offline(self) -> bool:
        """Whether ``RXVOICE_OFFLINE`` says to keep off the network."""
        return self.environ.get("RXVOICE_OFFLINE", "").strip().lower() not in _OFF

    def find(self, key: str | ModelFile) -> ModelFile:
        """The table's entry.

        Raises:
            ValueError: When there is no such key; the message lists the keys.
        """
        if isinstance(key, ModelFile):
            return key
        if key not in self.table:
            raise ValueError(f"key must be one of {', '.join(self.table)}; got {key!r}")
        return self.table[key]

    def have(self, key: str | ModelFile) -> bool:
        """Whether the file seems to be here, judged by its size."""
        file = self.find(key)
        if named := self._named(file, None):
            with suppress(OSError):
                if named[1].stat().st_size == file.size:
                    return True
        return Entry(self.cache, file).seems_there()

    def path(
        self,
        key: str | ModelFile,
        *,
        given: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
    ) -> Path:
        """Where the file is, with the right content; fetched when it is not here.

        Args:
            key: Key of the table, or an entry of one's own.
            given: A file to use, if its content is right.
            progress: Told how the fetching goes.

        Raises:
            ValueError: When there is no such key.
            ModelUnavailable: When no place has the file, or it cannot be written.
        """
        file = self.find(key)
        entry = Entry(self.cache, file)
        tried: list[str] = []
        if named := self._named(file, given):
            origin, path = named
            wrong = _content.problem(path, file, entry.named)
            if not wrong:
                return path
            tried.append(f"{origin} ({path}): {wrong}")
            logger.warning("%s: %s (%s) is not used: %s", file.key, origin, path, wrong)
        if not (wrong := entry.problem()):
            return entry.path
        tried.append(f"cache ({entry.path}): {wrong}")
        if wrong != _content.ABSENT:
            logger.warning("%s: the cached file is not used: %s", file.key, wrong)
        return self._fetch(entry, tried, progress)

    def first(
        self, keys: Iterable[str | ModelFile], *, progress: Progress | None = None
    ) -> tuple[str, Path]:
        """Key and path of the first of several files that can be had.

        Args:
            keys: In the order of preference.
            progress: Told how the fetching goes.

        Raises:
            ValueError: When there is no such key, or none is given.
            ModelUnavailable: When none can be had.
        """
        files = [self.find(key) for key in keys]
        if not files:
            raise ValueError("keys must name at least one file")
        missing: list[str] = []
        for file in files:
            try:
                path = self.path(file, progress=progress)
            except ModelUnavailable as error:
                missing.append(str(error))
            else:
                if missing:
                    logger.warning("%s takes the place of %s", file.key, files[0].key)
                return file.key, path
        raise ModelUnavailable("\n".join(missing))

    def folder(self, group: str, *, progress: Progress | None = None) -> Path:
        """A folder with all files of a group under their own names.

        Args:
            group: What stands before the slash in their keys.
            progress: Told how the fetching goes.

        Raises:
            ValueError: When no key begins so.
            ModelUnavailable: When one of them cannot be had.
        """
        files = [file for key, file in self.table.items() if key.startswith(f"{group}/")]
        if not files:
            groups = dict.fromkeys(key.split("/")[0] for key in self.table if "/" in key)
            raise ValueError(f"group must be one of {', '.join(groups)}; got {group!r}")
        paths = {file.name: self.path(file, progress=progress) for file in files}
        return gather(self.cache, group, paths)

    def verify(self, key: str | ModelFile) -> Verdict:
        """Hash the file again, without fetching anything."""
        file = self.find(key)
        entry = Entry(self.cache, file)
        if named := self._named(file, None):
            path, stamp = named[1], entry.named
        else:
            path, stamp = entry.path, entry.stamp
        wrong = _content.problem(path, file, stamp, rehash=True)
        return Verdict(file.key, path, path.exists(), wrong)

    def _named(
        self, file: ModelFile, given: str | os.PathLike[str] | None
    ) -> tuple[str, Path] | None:
        if given is not None:
            return "the file given", _absolute(given)
        if value := self.environ.get(file.variable):
            return file.variable, _absolute(value)
        return None

    def _fetch(self, entry: Entry, tried: list[str], progress: Progress | None) -> Path:
        file = entry.file
        fetching = Fetching(
            entry=entry,
            cache=self.cache,
            table=self.table,
            client=Client(self.environ, self.offline),
            free=self.free,
            reach=None if self.offline else self.reach,
            tell=telling(file.key, progress),
        )
        with fetching.alone():
            if not entry.problem() or fetching.finished():
                return entry.path
            for place in file.places:
                try:
                    fetching.from_place(place)
                except PlaceFailed as error:
                    tried.append(f"{place}: {error}")
                    level = logging.WARNING if error.wrong else logging.INFO
                    logger.log(level, "%s: not from %s: %s", file.key, place, error)
                else:
                    logger.info("%s is in %s", file.key, entry.path)
                    return entry.path
        raise ModelUnavailable(_explain(entry, tried))


def _absolute(path: str | os.PathLike[str]) -> Path:
    return Path(os.path.abspath(Path(path).expanduser()))


def _explain(entry: Entry, tried: list[str]) -> str:
    file = entry.file
    lines = "".join(f"\n  {line}" for line in tried)
    return (
        f"{file.key} cannot be had. Tried:{lines}\n"
        f"To give it by hand, put a file of {file.size:,} bytes with SHA-256 {file.sha256}"
        f" at {entry.path}, or name it: {file.variable}=/path/to/{file.name}"
    )
