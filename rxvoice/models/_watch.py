"""Who is told how fetching goes."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

Progress = Callable[[int, int, str], None]
"""Told how many bytes are there, how many there will be, and the place they come from."""

Watcher = Callable[[str, int, int, str], None]
"""Told the key, then as `Progress`."""

_watchers: list[Watcher] = []


@contextmanager
def watch(watcher: Watcher) -> Generator[None]:
    """Be told, within the block, of all fetching in this process, whoever asked for the file.

    Args:
        watcher: Called in the thread that fetches. What it raises ends the fetching.
    """
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def telling(key: str, progress: Progress | None) -> Progress:
    """A function that tells all who want to know."""

    def tell(done: int, total: int, place: str) -> None:
        if progress is not None:
            progress(done, total, place)
        for watcher in tuple(_watchers):
            watcher(key, done, total, place)

    return tell
