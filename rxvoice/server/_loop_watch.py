"""Who blocks the loop of a server, and how late it is."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from rxvoice.aio._timing import Timing, time_by
from rxvoice.clock import LoopScheduler

LIMIT: Final = 0.02
"""Seconds that nothing may take; a frame of audio has as many."""

_EVERY: Final = 0.25
"""Seconds between two looks at how late the loop is."""


class LoopWatch:
    """Watches the loop of a server for as long as there are calls: once for all of them.

    Args:
        blocked: Is told the name of what took longer than `LIMIT`, and the seconds it took.
        late: Is told how many seconds late the loop is, four times a second.
    """

    def __init__(
        self, blocked: Callable[[str, float], object], late: Callable[[float], object]
    ) -> None:
        self._blocked = blocked
        self._late = late
        self._calls = 0
        self._timing: Timing | None = None
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def over(self, clock: LoopScheduler) -> Generator[None]:
        """Watch one more call while the context lasts; what it has started before is not timed."""
        if self._timing is None:
            self._timing = Timing(clock.loop, LIMIT, self._blocked, shared=True)
            self._timing.start()
            self._wait(clock.loop)
        self._calls += 1
        time_by(clock, self._timing)
        try:
            yield
        finally:
            time_by(clock, None)
            self._calls -= 1
            if not self._calls:
                self._stop()

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        due = loop.time() + _EVERY

        def look() -> None:
            self._late(max(0.0, loop.time() - due))
            self._wait(loop)

        self._timer = loop.call_at(due, look)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._timing is not None:
            self._timing.stop()
        self._timer = self._timing = None


__all__ = ["LIMIT", "LoopWatch"]
