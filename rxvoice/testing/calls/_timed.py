"""Emitting items at given times."""

from collections.abc import Iterable
from typing import TypeVar

from reactivex import Observable, abc
from reactivex.disposable import Disposable

from rxvoice.clock import loop_scheduler

T = TypeVar("T")


def timed(
    items: Iterable[tuple[float, T]], end: float | None, error: Exception | None = None
) -> Observable[T]:
    """Emit items at times that count from the subscription.

    Args:
        items: Seconds and item, in order.
        end: When to complete, or to fail, in seconds; never unless given.
        error: What to fail with.
    """
    steps = list(items)

    def subscribe(
        observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        start = clock.now_seconds
        following = iter(steps)
        timer: abc.DisposableBase | None = None
        disposed = False

        def dispose() -> None:
            nonlocal disposed
            disposed = True
            if timer is not None:
                timer.dispose()

        def advance() -> None:
            nonlocal timer
            step = next(following, None)
            if step is not None:
                item = step[1]
                timer = clock.call_at(start + step[0], lambda: emit(item))
            elif end is not None:
                timer = clock.call_at(start + end, finish)

        def emit(item: T) -> None:
            observer.on_next(item)
            if not disposed:
                advance()

        def finish() -> None:
            if error is None:
                observer.on_completed()
            else:
                observer.on_error(error)

        advance()
        return Disposable(dispose)

    return Observable(subscribe)
