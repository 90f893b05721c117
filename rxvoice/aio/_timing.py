"""How long the loop is busy with one thing."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rxvoice.aio._naming import name_of, name_of_running

if TYPE_CHECKING:
    from rxvoice.clock import LoopScheduler


class Timing:
    """Times what sessions do on their loop: timers, steps of tasks, and what is delivered.

    Args:
        loop: Of the sessions.
        limit: Seconds; what takes longer is told.
        tell: Called with the name of who blocked the loop, and the seconds it took.
        now: A clock that shows real time also in virtual time, in seconds.
        shared: Whether it is that of all sessions; then one of them may have its own instead.

    Attributes:
        late: The longest that a timer was late since that was set to 0, in seconds.
        shared: As given.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        limit: float,
        tell: Callable[[str, float], object],
        now: Callable[[], float] = time.perf_counter,
        *,
        shared: bool = False,
    ) -> None:
        self.late: float = 0.0
        self.shared: bool = shared
        self._loop = loop
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
            late = self._loop.time() - when
            if late > self.late:
                self.late = late
            self.run(action if named is None else named, action)

        return timed

    def run(self, named: object, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function and tell when it took too long.

        Args:
            named: Its name, or the callable whose name it has.
            function: What is called.
            args: With what.

        Returns:
            What the function does.
        """
        if self._since is not None:  # a part of what is timed already
            return function(*args)
        self._culprit = ""
        self._since = since = self._now()
        try:
            return function(*args)
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


class TimedSteps(Coroutine[Any, Any, None]):
    """A coroutine whose steps are timed, each from one await to the next.

    Args:
        timing: Of the session.
        name: Of its task.
        inner: The coroutine.
    """

    def __init__(self, timing: Timing, name: str, inner: Coroutine[Any, Any, None]) -> None:
        self._timing = timing
        self._name = name
        self._inner = inner

    def send(self, value: Any, /) -> Any:
        """Do one step."""
        return self._timing.run(self._name, self._inner.send, value)

    def throw(self, kind: Any, value: Any = None, traceback: TracebackType | None = None, /) -> Any:
        """Do one step, which begins with an error."""
        return self._timing.run(self._name, self._inner.throw, kind)

    def close(self) -> None:
        """End it."""
        self._inner.close()

    def __await__(self) -> Generator[Any, Any, None]:
        return self._inner.__await__()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)  # such as its frame, for who prints stacks


def time_by(clock: LoopScheduler, timing: Timing | None) -> None:
    """Let a session be timed from now on; None for no more."""
    clock.timing = clock.scope.timing = timing


__all__ = ["TimedSteps", "Timing", "time_by"]
