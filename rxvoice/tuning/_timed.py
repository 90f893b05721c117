"""Items that come when they are due."""

from collections.abc import Iterable
from typing import TypeAlias, TypeVar

from reactivex import Observable, abc
from reactivex.disposable import SerialDisposable

from rxvoice.clock import loop_scheduler

A = TypeVar("A")
Timed: TypeAlias = tuple[float, A]
"""Seconds since the subscription, and what comes then."""


def timed(items: Iterable[Timed[A]], *, complete: bool = False) -> Observable[A]:
    """Return a stream of items that come at their times.

    Args:
        items: In the order of their times.
        complete: Whether it completes with the last one, or stays open.
    """

    def subscribe(
        observer: abc.ObserverBase[A], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        began = clock.now_seconds
        timer = SerialDisposable()
        left = iter(items)

        def plan() -> None:
            due, item = next(left, (None, None))
            if due is not None:
                timer.disposable = clock.call_at(began + due, lambda: come(item))  # pyright: ignore
            elif complete:
                observer.on_completed()

        def come(item: A) -> None:
            observer.on_next(item)
            plan()

        plan()
        return timer

    return Observable(subscribe)


__all__ = ["Timed", "timed"]
