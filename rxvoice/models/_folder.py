"""Several files in one folder under their own names, for runtimes that want that."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from . import _room


def gather(cache: Path, group: str, files: Mapping[str, Path]) -> Path:
    """Make a folder that holds the files under the given names; takes no room where it can.

    Args:
        cache: The cache folder.
        group: Name of the group.
        files: The files by the names that they shall have.
    """
    contents = hashlib.sha256(repr(sorted((k, str(v)) for k, v in files.items())).encode())
    folder = cache / ".folders" / f"{group}-{contents.hexdigest()[:16]}"
    with _room.writing(cache, sum(path.stat().st_size for path in files.values())):
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in files.items():
            _link(path, folder / name)
    return folder


def _link(path: Path, link: Path) -> None:
    with suppress(OSError):
        if link.samefile(path):
            return
    written = link.with_name(f".{link.name}.{os.getpid()}")
    written.unlink(missing_ok=True)
    for make in (os.link, os.symlink):
        with suppress(OSError):
            make(path, written)
            break
    else:
        shutil.copyfile(path, written)
    os.replace(written, link)
