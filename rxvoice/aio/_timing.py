"""How long the loop is busy with one thing."""

import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rxvoice.aio._naming import name_of, name_of_running

if TYPE_CHECKING:
    from rxvoice.clock import LoopScheduler


class Timing:
    """Times what a session does on the loop: its timers, and what its tasks deliver.

    Args:
        clock: Of the session.
        limit: Seconds; what takes longer is told.
        tell: Called with the name of who blocked the loop, and the seconds it took.
        now: A clock that shows real time also in virtual time, in seconds.

    Attributes:
        late: The longest that a timer was late since that was set to 0, in seconds.
    """

    def __init__(
        self,
        clock: "LoopScheduler",
        limit: float,
        tell: Callable[[str, float], object],
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.late: float = 0.0
        self._clock = clock
        self._limit = limit
        self._tell = tell
        self._now = now
        self._thread_id = threading.get_ident()
        self._since: float | None = None
        self._culprit = ""
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def timed(
        self, action: Callable[[], object], when: float, named: object = None
    ) -> Callable[[], object]:
        """Return a timer's action that is timed.

        Args:
            action: The timer's.
            when: When it is due, in the loop's seconds.
            named: The callable whose name it has; itself unless given.
        """

        def timed() -> None:
            late = self._clock.loop.time() - when
            if late > self.late:
                self.late = late
            self.run(action if named is None else named, action)

        return timed

    def run(self, named: object, function: Callable[..., object], *args: Any) -> None:
        """Call a function and tell when it took too long.

        Args:
            named: Its name, or the callable whose name it has.
            function: What is called.
            args: With what.
        """
        if self._since is not None:  # a part of what is timed already
            function(*args)
            return
        self._culprit = ""
        self._since = since = self._now()
        try:
            function(*args)
        finally:
            self._since = None
            took = self._now() - since
            if took > self._limit:
                name = named if isinstance(named, str) else name_of(named)
                self._tell(self._culprit or name, took)

    def look(self) -> None:
        """See who is busy, if anybody has been for too long; from another thread."""
        since = self._since
        if since is not None and not self._culprit and self._now() - since > self._limit:
            frame = sys._current_frames().get(self._thread_id)  # pyright: ignore[reportPrivateUsage]
            culprit = name_of_running(frame)
            if self._since == since:
                self._culprit = culprit

    def start(self) -> None:
        """Look now and then, in a thread."""
        self._thread = threading.Thread(target=self._watch, name="rxvoice timing", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(self._limit / 2):
            self.look()


__all__ = ["Timing"]
