"""What of a process an event loop does not know of: threads and sockets."""

import socket
import threading
from collections.abc import Callable
from typing import Any

_GRACE = 0.25
"""Real seconds that a thread which was told to end has to do so."""


class ProcessWatch:
    """Notes the threads that are started and the sockets that are made while it is entered.

    Only what the thread that enters it does counts, and what threads do that it started, so that
    whatever else the process is busy with makes no difference.
    """

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._undo: Callable[[], None] = lambda: None

    def enter(self) -> None:
        """Begin to note."""
        ours: set[int | None] = {threading.get_ident()}
        start, make = threading.Thread.start, socket.socket.__init__

        def started(thread: threading.Thread) -> None:
            start(thread)
            if threading.get_ident() in ours:
                ours.add(thread.ident)
                self._threads.append(thread)

        def made(new: socket.socket, *args: Any, **options: Any) -> None:
            make(new, *args, **options)
            if threading.get_ident() in ours:
                self._sockets.append(new)

        def undo() -> None:
            threading.Thread.start, socket.socket.__init__ = start, make

        threading.Thread.start, socket.socket.__init__ = started, made  # pyright: ignore
        self._undo = undo

    def leave(self) -> None:
        """Note nothing any more."""
        self._undo()

    def left(self) -> list[str]:
        """Tell what is still there."""
        found: list[str] = []
        for thread in self._threads:
            thread.join(_GRACE)
            if thread.is_alive():
                found.append(f"thread {thread.name!r}")
        sockets = sum(each.fileno() != -1 for each in self._sockets)
        return [*found, f"{sockets} socket(s)"] if sockets else found


__all__ = ["ProcessWatch"]
