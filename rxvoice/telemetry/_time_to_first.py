"""`time_to_first` and `processing_time`."""

from typing import TypeVar

from reactivex import Observable, abc

from rxvoice._types import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.items import Metric

A = TypeVar("A")


def time_to_first(source: str, /, *, name: str = "ttfb") -> Operator[A, A | Metric]:
    """Tell how long a request takes to its first item.

    The request is what is subscribed: a cold stream, such as what a service of one's own answers.
    The measurement comes right before the first item; there is none when nothing comes. All items
    pass. `rxvoice.operators.respond` and `synthesize` do this for theirs.

    Marbles (one column is 100 ms)::

        answer  ---a-b|
        time_to_first("search")
        out     ---(m a)-b|

        a: 1  b: 2  m: Metric("search", "ttfb", 0.3)

    Args:
        source: Of the measurement.
        name: Of the measurement.

    Returns:
        The operator. Seconds are the session's.
    """

    def timed(stream: Observable[A]) -> Observable[A | Metric]:
        def subscribe(
            observer: abc.ObserverBase[A | Metric], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            began = clock.now_seconds
            first = True

            def on_next(item: A) -> None:
                nonlocal first
                if first:
                    first = False
                    observer.on_next(Metric(source, name, clock.now_seconds - began))
                observer.on_next(item)

            return stream.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=clock
            )

        return Observable(subscribe)

    return timed


def processing_time(source: str, /, *, name: str = "processing") -> Operator[A, A | Metric]:
    """Tell how long a request takes from its beginning to its end.

    The measurement is the last item, also of a request that fails; there is none of a request that
    is unsubscribed. All items pass.

    Marbles (one column is 100 ms)::

        answer  ---a-b|
        processing_time("search")
        out     ---a-b(m |)

        a: 1  b: 2  m: Metric("search", "processing", 0.6)

    Args:
        source: Of the measurement.
        name: Of the measurement.

    Returns:
        The operator. Seconds are the session's.
    """

    def timed(stream: Observable[A]) -> Observable[A | Metric]:
        def subscribe(
            observer: abc.ObserverBase[A | Metric], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            began = clock.now_seconds

            def tell() -> None:
                observer.on_next(Metric(source, name, clock.now_seconds - began))

            def on_error(error: Exception) -> None:
                tell()
                observer.on_error(error)

            def on_completed() -> None:
                tell()
                observer.on_completed()

            return stream.subscribe(observer.on_next, on_error, on_completed, scheduler=clock)

        return Observable(subscribe)

    return timed


__all__ = ["processing_time", "time_to_first"]
