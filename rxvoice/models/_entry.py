"""The cache: where it is, and the folder of one file in it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from rxvoice.errors import ModelUnavailable

from . import _content, _room
from ._file import ModelFile


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds the model files.

    ``RXVOICE_CACHE`` names it; else it is in the platform's usual place for caches.
    """
    if named := environ.get("RXVOICE_CACHE"):
        return Path(os.path.abspath(Path(named).expanduser()))
    return _usual(environ) / "rxvoice" / "models"


def _usual(environ: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        local = environ.get("LOCALAPPDATA", "")
        return Path(local) if local else _home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches"
    base = environ.get("XDG_CACHE_HOME", "")
    return Path(base) if os.path.isabs(base) else _home() / ".cache"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        raise ModelUnavailable(
            "there is no home folder to keep models in; RXVOICE_CACHE names a folder"
        ) from error


class Entry:
    """The folder of one file in the cache.

    It is named by the hash, so that two versions of a file live side by side.

    Args:
        cache: The cache folder.
        file: The file.
    """

    def __init__(self, cache: Path, file: ModelFile) -> None:
        self.file = file
        self.folder = cache / file.sha256
        self.path = self.folder / file.name
        self.lock = self.folder / ".lock"
        self.work = self.folder / ".work"
        self.partial = self.folder / ".partial"
        self.stamp = self.folder / ".verified"
        self.named = self.folder / ".named"

    def problem(self, *, rehash: bool = False) -> str:
        """What is wrong with the cached file; empty when it can be used."""
        return _content.problem(self.path, self.file, self.stamp, rehash=rehash)

    def seems_there(self) -> bool:
        """Whether there is a cached file of the right size."""
        try:
            return self.path.is_file() and self.path.stat().st_size == self.file.size
        except OSError:
            return False

    def adopt(self, written: Path) -> None:
        """Make a file of the same disk, whose content is right, the cached one."""
        with _room.writing(self.folder, 0):
            self.folder.mkdir(parents=True, exist_ok=True)
            _flush(written)
            os.replace(written, self.path)
            if sys.platform != "win32":
                _flush(self.folder)
            note = _content.note(self.path, self.file, self.path.stat())
            self.stamp.write_text(note, encoding="utf-8")


def _flush(path: Path) -> None:
    writable = os.O_RDWR if path.is_file() else os.O_RDONLY
    descriptor = os.open(path, writable | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
