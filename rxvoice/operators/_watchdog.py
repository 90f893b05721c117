"""The end of a turn in which nothing happens any more."""

from collections.abc import Callable

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.contracts import TurnInput
from rxvoice.operators._signs import Bot, Signs
from rxvoice.operators._unheard import unheard

EARLY = 1e-6  # times are sums of floats, and a loop may round them to its resolution


class Watchdog:
    """Waits while the user is silent; whatever the user does, it waits anew.

    One timer serves a whole silence: what happens is just noted, and when the timer rings too
    early, it is set once more. It is no `Lapse`, which keeps the function that it calls: that one
    knows the turn, which knows its watchdog, so that each turn would be garbage in a circle.

    Args:
        clock: For the timer.
        timeout: Seconds; 0 for never.
        expired: Called when nothing has happened for so long.
    """

    def __init__(self, clock: LoopScheduler, timeout: float, expired: Callable[[], None]) -> None:
        self._clock = clock
        self._timeout = timeout
        self._expired = expired
        self._user = Signs()
        self._timer = SerialDisposable()
        self._due = 0.0
        self._waits = False
        self._wait()

    def hear(self, item: TurnInput) -> None:
        """Take what happens."""
        if not isinstance(item, Bot) and self._user.note(item):
            self._wait()

    def muted(self) -> None:
        """Take the user for silent: where their speech ends will not be heard."""
        self._user.clear()
        self._wait()

    def dispose(self) -> None:
        """Stop the timer."""
        self._timer.dispose()
        self._expired = unheard

    def _wait(self) -> None:
        if not self._timeout:
            return
        if self._user.speaking:
            self._waits = False
            self._timer.disposable = None
            return
        self._due = self._clock.now_seconds + self._timeout
        if not self._waits:
            self._set()

    def _set(self) -> None:
        self._waits = True
        self._timer.disposable = self._clock.call_at(self._due, self._look)

    def _look(self) -> None:
        """Take the timer's ring."""
        self._waits = False
        if self._clock.now_seconds < self._due - EARLY:
            self._set()
        else:
            self._expired()
