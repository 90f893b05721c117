"""The inside of `user_idle`: one subscription."""

from reactivex import abc

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.items import (
    BotSpeechStarted,
    BotSpeechStopped,
    Dtmf,
    Event,
    InterruptionRejected,
    ReplyEnded,
    ReplyStarted,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    UserIdle,
    UserMuted,
    UserStarted,
    UserStopped,
)
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._running_calls import RunningCalls


class IdleWatch:
    """One subscription: who has the word, and what keeps the user from taking it."""

    def __init__(self, observer: abc.ObserverBase[Event], clock: LoopScheduler) -> None:
        self.timer = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._timeout = 0.0
        self._asked = False
        self._since: float | None = None
        self._count = 0
        self._busy: set[str] = set()
        self._calls = RunningCalls()

    def change(self, timeout: float) -> None:
        """Take another time-out."""
        if not timeout >= 0.0:
            self.failed(ValueError(f"timeout must not be negative, got {timeout}"))
            return
        self._timeout = timeout
        self._wait()

    def failed(self, error: Exception) -> None:
        """Take that there will be no other time-out."""
        self._observer.on_next(fault_of("idle", error))

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        self._observer.on_next(item)
        if self._calls.take(item):
            self._busy.add("tools")
        else:
            self._busy.discard("tools")
        since = self._clock.now_seconds
        match item:
            case BotSpeechStarted():
                self._asked = False
                self._busy.add("bot")
            case BotSpeechStopped(pts=pts):
                self._asked = True
                self._busy.discard("bot")
                since = min(pts, since)
            case ReplyStarted():
                self._busy.add("reply")
            case ReplyEnded(interrupted=interrupted):
                self._asked = self._asked or not interrupted
                self._busy.discard("reply")
            case SpeechStarted():
                self._spoke("speech")
            case SpeechStopped():
                self._busy.discard("speech")
            case TurnStarted():
                self._spoke("turn")
            case Turn():
                self._asked = False
                self._busy.discard("turn")
            case TurnDropped() | InterruptionRejected():
                self._busy.discard("turn")
            case UserStarted():
                self._spoke("floor")
            case UserStopped():
                self._busy.discard("floor")
            case Transcript(text=text) if text:
                self._spoke()
            case Dtmf():
                self._spoke()
            case UserMuted(muted=True):
                self._busy.add("muted")
            case UserMuted():
                self._busy.discard("muted")
            case _:
                pass
        self._look(since)

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self.timer.dispose()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Take the source's completion."""
        self.timer.dispose()
        self._observer.on_completed()

    def _spoke(self, *busy: str) -> None:
        """Take that the user does something, which may last."""
        self._count = 0
        self._busy.update(busy)
        self._since = None
        self.timer.disposable = None

    def _look(self, since: float) -> None:
        """Begin to wait, or cease to."""
        if not self._asked or self._busy:
            if self._since is not None:
                self._since = None
                self.timer.disposable = None
        elif self._since is None:
            self._since = since
            self._wait()

    def _wait(self) -> None:
        if self._since is None or not self._timeout:
            self.timer.disposable = None
        else:
            self.timer.disposable = self._clock.call_at(self._since + self._timeout, self._idle)

    def _idle(self) -> None:
        self._asked, self._since = False, None
        self._count += 1
        self._observer.on_next(UserIdle(self._count))


__all__ = ["IdleWatch"]
