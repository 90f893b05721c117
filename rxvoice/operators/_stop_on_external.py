"""`stop_on_external`."""

from __future__ import annotations

import math

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable
from rxvoice._stream import Stream
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import StopStrategy, TurnInput
from rxvoice.items import EagerStop, StopTurn, Transcript, UserStarted, UserStopped, UserStopping


def stop_on_external(*, source: str | None = None, latency: float = 0.5) -> StopStrategy:
    """Let a turn stop when somebody else said that the user gives the floor back.

    That is a recogniser that finds out about turns by itself, another stage, or a key that the user
    released (`push_to_talk`). When there is text by then and no interim transcript waits for its
    final one, the turn stops at once. Otherwise transcripts are awaited for ``latency`` seconds, or
    until one is finalised; from then on the turn stops at the first one that leaves text and
    nothing to wait for. When there is no text and then a blank transcript is finalised, it stops,
    too, which drops it.

    `UserStopping`, what a recogniser guesses beforehand, is a guess (`EagerStop`), too. What takes
    it back is `UserResumed`, which `aggregate_turn` knows.

    It completes with its one decision, or as the source does.

    Marbles (one column is 100 ms)::

        turn   U-iV-t
        stop_on_external()
        out    --------(x|)

        U: UserStarted("push_to_talk")  V: UserStopped("push_to_talk")
        i: Transcript("hell", is_final=False)  t: Transcript("hello", is_final=True)
        x: StopTurn("external")

    Args:
        source: Only what this one says; what anybody says unless given.
        latency: Seconds in which late transcripts are awaited (Pipecat's value).

    Returns:
        The strategy.

    Raises:
        ValueError: When ``latency`` is negative or not finite.
    """
    if not 0.0 <= latency < math.inf:
        raise ValueError(f"latency must be finite and not negative, got {latency}")

    def awaited(items: Observable[TurnInput]) -> Observable[StopTurn | EagerStop]:
        def subscribe(
            observer: abc.ObserverBase[StopTurn | EagerStop],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            timer = SerialDisposable()
            stopped = over = text = pending = finalized = False

            def check() -> None:
                known = (text or finalized) and not pending
                if stopped and known and (over or finalized):
                    observer.on_next(StopTurn("external"))
                    observer.on_completed()

            def elapsed() -> None:
                nonlocal over
                over = True
                check()

            def on_next(item: TurnInput) -> None:
                nonlocal stopped, over, text, pending, finalized
                match item:
                    case UserStarted() if source in (None, item.source):
                        stopped = over = False
                        timer.disposable = None
                    case UserStopping() if source in (None, item.source):
                        observer.on_next(EagerStop("external"))
                    case UserStopped() if source in (None, item.source):
                        stopped, finalized = True, False
                        over = text and not pending
                        timer.disposable = clock.call_later(latency, elapsed)
                        check()
                    case Transcript():
                        pending = not item.is_final and bool(item.text)
                        text = text or (item.is_final and bool(item.text))
                        finalized = item.is_finalized or (finalized and not pending)
                        check()
                    case _:
                        pass

            with begun(timer):
                subscription = items.subscribe(
                    on_next, observer.on_error, observer.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, timer)

        return Stream(subscribe)

    return awaited
