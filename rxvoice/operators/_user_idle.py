"""`user_idle`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.items import Event
from rxvoice.operators._idle_watch import IdleWatch


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
            watch = IdleWatch(observer, clock)
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

        return Stream(subscribe)

    return watched
