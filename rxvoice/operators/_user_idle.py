"""`user_idle`."""

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
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


def user_idle(timeout: float | Observable[float], /) -> Operator[Event, Event]:
    """Tell when nobody has spoken for a while after the bot has.

    The time runs from `BotSpeechStopped`, or from the end of the reply: from then on the user has
    the word. It stops when either side speaks. It does not run while a turn or a reply is open, a
    tool runs, or the user is muted, whatever the order of their marks; when the last of these is
    over and the user still has the word (a cough was no turn), it begins anew. After a `Turn` the
    bot has the word. `UserIdle` comes once each time that the bot has spoken, and its count goes up
    until the user speaks, types or takes the floor.

    All items pass, in order. It belongs behind `bot_speech`.

    Marbles (one column is 0.5 s)::

        events  -B-E------B-E----S-E-T-B-E------|
        user_idle(2.0)
        out     -B-E---i--B-E---jS-E-T-B-E---i--|

        B: BotSpeechStarted(1)  E: BotSpeechStopped(1, pts=100.0)
        S: TurnStarted(1)  T: Turn("Yes.", 1)
        i: UserIdle(1)  j: UserIdle(2)

    Args:
        timeout: Seconds; 0 for never. A stream changes it while it runs, from its first value on,
            also for a wait that is under way.

    Returns:
        The operator. It ends as the source does.

    Raises:
        ValueError: When ``timeout`` is negative. A stream's negative value is a fault, and changes
            nothing.
    """
    if not isinstance(timeout, Observable) and not timeout >= 0.0:
        raise ValueError(f"timeout must not be negative, got {timeout}")

    def watched(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            watch = _Watch(observer, clock)
            own = CompositeDisposable(watch.timer)
            with begun(own):
                if isinstance(timeout, Observable):
                    own.add(timeout.subscribe(watch.change, watch.failed, scheduler=clock))
                else:
                    watch.change(timeout)
                own.add(
                    source.subscribe(
                        watch.on_next, watch.on_error, watch.on_completed, scheduler=clock
                    )
                )
            return own

        return Observable(subscribe)

    return watched


class _Watch:
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
