"""A time in which something should have happened."""

from collections.abc import Callable
from typing import Final

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler

_EARLY: Final = 1e-6
"""Seconds; times are sums of floats."""


class Lapse:
    """Calls when something has not happened for so long.

    What happens only takes the time down, so that it may happen often; the timer looks when it is
    due.

    Args:
        clock: Of the session.
        timeout: Seconds.
        lapsed: Called once after each `wait`.

    Attributes:
        timer: Of the wait; disposed of, nothing is called any more.
        since: When it happened for the last time, or this was made.
    """

    def __init__(self, clock: LoopScheduler, timeout: float, lapsed: Callable[[], object]) -> None:
        self.timer: SerialDisposable = SerialDisposable()
        self.since: float = clock.now_seconds
        self._clock = clock
        self._timeout = timeout
        self._lapsed = lapsed

    def note(self) -> None:
        """Take that it happens."""
        self.since = self._clock.now_seconds

    def wait(self) -> None:
        """Wait until it has not happened for the time."""
        self.timer.disposable = self._clock.call_at(self.since + self._timeout, self._look)

    def _look(self) -> None:
        if self._clock.now_seconds < self.since + self._timeout - _EARLY:
            self.wait()
        else:
            self._lapsed()


__all__ = ["Lapse"]
