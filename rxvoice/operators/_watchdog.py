"""The end of a turn in which nothing happens any more."""

from collections.abc import Callable

from rxvoice.clock import LoopScheduler
from rxvoice.contracts import TurnInput
from rxvoice.operators._lapse import Lapse
from rxvoice.operators._signs import Bot, Signs


class Watchdog:
    """Waits while the user is silent; whatever the user does, it waits anew.

    Args:
        clock: For the timer.
        timeout: Seconds; 0 for never.
        expired: Called when nothing has happened for so long.
    """

    def __init__(self, clock: LoopScheduler, timeout: float, expired: Callable[[], None]) -> None:
        self._timeout = timeout
        self._user = Signs()
        self._lapse = Lapse(clock, timeout, expired)
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
        self._lapse.timer.dispose()

    def _wait(self) -> None:
        if not self._timeout:
            return
        if self._user.speaking:
            self._waits = False
            self._lapse.timer.disposable = None
            return
        self._lapse.note()
        if not self._waits:
            self._waits = True
            self._lapse.wait()
