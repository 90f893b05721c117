"""What a trial leaves in the process: threads, open files, warnings."""

import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from warnings import WarningMessage, warn_explicit

_FILES = Path("/proc/self/fd")


class Residue:
    """The process before a trial."""

    def __init__(self) -> None:
        self._threads = set(threading.enumerate())
        self._files = _open_files()

    def left(self, patience: float) -> list[str]:
        """Describe the threads and files that are there now and were not then.

        Args:
            patience: Real seconds that each thread gets to end.
        """
        threads = [thread for thread in threading.enumerate() if thread not in self._threads]
        for thread in threads:
            thread.join(patience)
        lines = [f"thread {thread.name!r}" for thread in threads if thread.is_alive()]
        return lines + [f"open {name}" for _, name in sorted(_open_files() - self._files)]


def complaints(warned: Iterable[WarningMessage]) -> list[str]:
    """Return what Python warned of that was left open, and give all other warnings again."""
    lines: list[str] = []
    for warning in warned:
        text = str(warning.message)
        if issubclass(warning.category, ResourceWarning) or "never awaited" in text:
            lines.append(f"what Python warns of: {text.splitlines()[0]}")
        else:
            warn_explicit(text, warning.category, warning.filename, warning.lineno)
    return lines


def _open_files() -> set[tuple[str, str]]:
    """File descriptors and what they are, where the system tells."""
    found: set[tuple[str, str]] = set()
    if _FILES.is_dir():
        for name in os.listdir(_FILES):
            with suppress(OSError):
                found.add((name, os.readlink(_FILES / name)))
    return found


__all__ = ["Residue", "complaints"]
