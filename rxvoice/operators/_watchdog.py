"""The end of a turn in which nothing happens any more."""

from collections.abc import Callable

from reactivex.disposable import Disposable, SerialDisposable

from rxvoice.clock import LoopScheduler
from rxvoice.contracts import TurnInput
from rxvoice.items import (
    Dtmf,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    UserStarted,
    UserStopped,
)


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
        self._speaking = self._held = False
        self._timer = SerialDisposable()
        self._wait()

    def hear(self, item: TurnInput) -> None:
        """Take what happens."""
        match item:
            case SpeechStarted() | SpeechOngoing():
                self._speaking = True
            case SpeechStopped():
                self._speaking = False
            case UserStarted():
                self._held = True
            case UserStopped():
                self._held = False
            case Transcript() | Dtmf():
                pass
            case _:
                return
        self._wait()

    def muted(self) -> None:
        """Take the user for silent: where their speech ends will not be heard."""
        self._speaking = self._held = False
        self._wait()

    def dispose(self) -> None:
        """Stop the timer."""
        self._timer.dispose()

    def _wait(self) -> None:
        self._timer.disposable = (
            Disposable()
            if self._speaking or self._held or not self._timeout
            else self._clock.call_later(self._timeout, self._expired)
        )
