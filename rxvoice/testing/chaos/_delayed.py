"""`delayed`."""

import math
from typing import TypeVar

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Operator
from rxvoice.testing.chaos._transit import Transit

A = TypeVar("A")


def delayed(seconds: float, /) -> Operator[A, A]:
    """Let everything come later, as over a long line.

    Every item comes ``seconds`` after it was there, in order, and so do the end and the error: what
    was sent before a line broke still arrives. ``pts`` stay as they are. Unsubscribing forgets what
    is under way. There is one timer, however many items are under way; time is the scheduler's.

    Marbles (one column is 20 ms)::

        audio  s-sq---q|
        delayed(0.06)
        out    ---s-sq---q|

    Args:
        seconds: By how much.

    Returns:
        The operator.

    Raises:
        ValueError: When ``seconds`` is negative or not finite.
    """
    if not (seconds >= 0.0 and math.isfinite(seconds)):
        raise ValueError(f"seconds must not be negative, got {seconds}")

    def later(source: Observable[A]) -> Observable[A]:
        def subscribe(
            observer: abc.ObserverBase[A], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            line = Transit(observer, clock)
            subscription = source.subscribe(
                lambda item: line.send(item, line.now + seconds),
                lambda error: line.fail(error, line.now + seconds),
                lambda: line.complete(line.now + seconds),
                scheduler=clock,
            )
            return CompositeDisposable(subscription, Disposable(line.dispose))

        return Observable(subscribe)

    return later


__all__ = ["delayed"]
