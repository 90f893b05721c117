"""Calls in which nobody says anything."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable

from rxvoice._types import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.items import (
    AudioFrame,
    BotSpeechOngoing,
    BotSpeechStarted,
    Dtmf,
    SpeechStarted,
    Token,
    Transcript,
    Turn,
    TurnStarted,
)

A = TypeVar("A")

_ACTIVE: Final = (
    AudioFrame,  # of the bot: what comes out of an agent
    BotSpeechOngoing,
    BotSpeechStarted,
    Dtmf,
    SpeechStarted,
    Token,
    Transcript,
    Turn,
    TurnStarted,
)


_TICK: Final = 1e-6
"""Seconds that sums of times may be off; a timer of less would be due at once, again and again."""


def until_idle(after: float | None, end: Callable[[str], Any]) -> Operator[A, A]:
    """Call a function when neither the user nor the bot has done anything for some time.

    Args:
        after: Seconds; None for never.
        end: Is told why.
    """
    if after is None:
        return lambda source: source
    patience = after

    def watched(source: Observable[A]) -> Observable[A]:
        def subscribe(
            observer: abc.ObserverBase[A], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            timer = SerialDisposable()
            active = clock.now_seconds

            def check() -> None:
                left = active + patience - clock.now_seconds
                if left > _TICK:
                    timer.disposable = clock.call_later(left, check)
                else:
                    end("nobody says anything")

            def on_next(item: A) -> None:
                nonlocal active
                if isinstance(item, _ACTIVE):
                    active = clock.now_seconds
                observer.on_next(item)

            timer.disposable = clock.call_later(patience, check)
            subscription = source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=clock
            )
            return CompositeDisposable(timer, subscription)

        return Observable(subscribe)

    return watched


__all__ = ["until_idle"]
