"""What of a process an event loop does not know of: threads and sockets."""

import os
import stat
import threading

_GRACE = 0.05
"""Real seconds that a thread which was told to end has to do so."""


class ProcessWatch:
    """Remembers the threads and sockets that there are when it is made."""

    def __init__(self) -> None:
        self._threads = set(threading.enumerate())
        self._sockets = _open_sockets()

    def accept(self) -> None:
        """Take what there is by now for granted, too."""
        self._threads |= set(threading.enumerate())
        self._sockets |= _open_sockets()

    def left(self) -> list[str]:
        """Tell what is there besides."""
        found: list[str] = []
        for thread in set(threading.enumerate()) - self._threads:
            thread.join(_GRACE)
            if thread.is_alive():
                found.append(f"thread {thread.name!r}")
        sockets = len(_open_sockets() - self._sockets)
        return [*found, f"{sockets} socket(s)"] if sockets else found


def _open_sockets() -> set[int]:
    """Return the inodes of this process's sockets, where the system tells."""
    found: set[int] = set()
    try:
        numbers = os.listdir("/proc/self/fd")
    except OSError:
        return found
    for number in numbers:
        try:
            status = os.stat(int(number))
        except OSError:
            continue
        if stat.S_ISSOCK(status.st_mode):
            found.add(status.st_ino)
    return found


__all__ = ["ProcessWatch"]
