"""`heartbeat`."""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Beat:
    """A stage lives.

    Attributes:
        stage: Its name.
        at: Seconds on the session's clock.
        items: How many items have passed it since the last beat.
        idle: Seconds since the last item passed, or since it was subscribed.
    """

    stage: str
    at: float
    items: int
    idle: float


def heartbeat(
    stage: str, tell: Callable[[Beat], object], /, *, every: float = 1.0
) -> Operator[A, A]:
    """Tell, at one stage of a pipe, that it lives and what passes.

    A beat comes each ``every`` seconds for as long as the stage is subscribed and has not ended; a
    stage whose beats are idle while those before it are not is where items are held up. All items
    pass.

    Args:
        stage: Its name.
        tell: Called with each beat.
        every: Seconds.

    Returns:
        The operator.

    Raises:
        TypeError: When ``tell`` is no function, or an async one.
        ValueError: When ``every`` is not positive and finite.
    """
    if not callable(tell) or inspect.iscoroutinefunction(tell):
        raise TypeError(f"tell must be a function that is not async, got {tell!r}")
    if not 0.0 < every < math.inf:
        raise ValueError(f"every must be positive and finite, got {every}")

    def beating(source: Observable[A]) -> Observable[A]:
        def subscribe(
            observer: abc.ObserverBase[A], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            timer = SerialDisposable()
            last = due = clock.now_seconds
            items = 0

            def beat() -> None:
                nonlocal items, due
                now = clock.now_seconds
                told, items = Beat(stage, now, items, now - last), 0
                due += every
                timer.disposable = clock.call_at(due, beat)
                tell(told)

            def on_next(item: A) -> None:
                nonlocal items, last
                items += 1
                last = clock.now_seconds
                observer.on_next(item)

            def on_error(error: Exception) -> None:
                timer.dispose()
                observer.on_error(error)

            def on_completed() -> None:
                timer.dispose()
                observer.on_completed()

            due += every
            timer.disposable = clock.call_at(due, beat)
            with begun(timer):
                subscription = source.subscribe(on_next, on_error, on_completed, scheduler=clock)
            return CompositeDisposable(subscription, timer)

        return Observable(subscribe)

    return beating


__all__ = ["Beat", "heartbeat"]
