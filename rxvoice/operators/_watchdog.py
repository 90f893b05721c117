"""The end of a turn in which nothing happens any more."""

from collections.abc import Callable

from reactivex.disposable import Disposable, SerialDisposable

from rxvoice.clock import LoopScheduler
from rxvoice.contracts import TurnInput
from rxvoice.operators._signs import Bot, Signs
from rxvoice.operators._unheard import unheard


class Watchdog:
    """Waits while the user is silent; whatever the user does, it waits anew.

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
        self._timer.disposable = (
            self._clock.call_later(self._timeout, self._expired)
            if self._timeout and not self._user.speaking
            else Disposable()
        )
