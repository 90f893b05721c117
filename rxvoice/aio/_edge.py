"""`edge` and `entrance`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from reactivex import Observable, Observer, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice.clock import LoopScheduler, loop_scheduler

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

    return Stream(subscribe)


def entrance(clock: LoopScheduler, name: str, tell: Callable[[T], None]) -> Callable[[T], None]:
    """Say the same of a function by which somebody outside puts items into the graph.

    Args:
        clock: Of the subscription.
        name: Of the edge.
        tell: The function.

    Returns:
        What is to be called instead.
    """
    tape = clock.tape
    if tape is None:
        return tell
    observer: Observer[T] = Observer(tell)
    told = tape.observe(name, observer, source=True)
    if told is None:
        return _ignore
    tape.settle(told)
    return told.on_next


def _ignore(item: object) -> None:
    """The tape tells what was told."""


__all__ = ["edge", "entrance"]
