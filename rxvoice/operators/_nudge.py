"""`nudge`."""

from __future__ import annotations

from collections.abc import Callable

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import Event, Turn, UserIdle
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._feedback_failed import feedback_failed
from rxvoice.operators._source_clock import SourceClock
from rxvoice.operators._turn_numbers import TurnNumbers


def nudge(
    prompt: str | Callable[[UserIdle], str | None], /, *, feedback: Observable[Event]
) -> Operator[Event, Event]:
    """Let the bot say something when the user is idle.

    It stands between `aggregate_turn` and `interruptible`. Each `UserIdle` that comes back from
    `user_idle` gives a `Turn` with the reason ``"idle"``, that nobody has said: the model answers
    it, and it is remembered like any other. While a turn is open there is none. The turns that
    follow are counted on from there. All other items pass, in order.

    Marbles (one column is 100 ms)::

        turns  -S-T---------S-U--|
        idle   ---------i-----
        nudge("(The user is silent.)", feedback=idle)
        out    -S-T-----n---V-W--|

        S: TurnStarted(1)  T: Turn("Hello.", 1)  i: UserIdle(1)
        n: Turn("(The user is silent.)", 2, reason="idle")
        U: Turn("I am.", 2)  V: TurnStarted(2)  W: Turn("I am.", 3)

    Args:
        prompt: What the model is told, or a function that makes it; nothing is said when that
            returns nothing.
        feedback: What comes out of the pipe, from `with_feedback`.

    Returns:
        The operator.
    """

    def nudged(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            counted = _Counted(observer, clock, prompt)
            own = CompositeDisposable()
            with begun(own):
                own.add(feedback.subscribe(counted.on_feedback, feedback_failed, scheduler=clock))
                own.add(
                    source.subscribe(
                        counted.on_next, observer.on_error, observer.on_completed, scheduler=clock
                    )
                )
            return own

        return Stream(subscribe)

    return nudged


class _Counted:
    """One subscription: the turns, numbered anew."""

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        prompt: str | Callable[[UserIdle], str | None],
    ) -> None:
        self._observer = observer
        self._time = SourceClock(clock)
        self._prompt = prompt
        self._numbers = TurnNumbers()

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        self._time.note(item)
        self._observer.on_next(self._numbers.take(item))

    def on_feedback(self, item: Event) -> None:
        """Take an item that has come out."""
        if not isinstance(item, UserIdle) or self._numbers.is_open:
            return
        try:
            text = self._prompt if isinstance(self._prompt, str) else self._prompt(item)
        except Exception as error:
            self._observer.on_next(fault_of("nudge", error))
            return
        if text:
            now = self._time.now
            self._observer.on_next(Turn(text, self._numbers.add(), now, now, "idle"))
