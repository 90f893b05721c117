"""`edge`."""

from typing import TypeVar

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice.clock import loop_scheduler

T = TypeVar("T")


def edge(source: Observable[T], name: str) -> Observable[T]:
    """Say that a stream comes from outside of the graph, for a session that is taped.

    Otherwise, and for subscriptions from outside, nothing changes. When a tape is recorded, what
    the source does is not the graph's, and each of its items is kept; when it is replayed, the
    source is not subscribed.

    Args:
        source: The stream.
        name: Of the edge.
    """

    def subscribe(
        observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        tape = clock.tape
        if tape is None:
            return source.subscribe(observer, scheduler=clock)
        told = tape.observe(name, observer, source=True)
        if told is None:
            return Disposable(lambda: tape.forget(observer))
        with tape.outside():
            inner = source.subscribe(
                told.on_next, told.on_error, told.on_completed, scheduler=clock
            )
        tape.settle(told)
        return CompositeDisposable(inner, Disposable(lambda: tape.forget(observer)))

    return Observable(subscribe)


__all__ = ["edge"]
