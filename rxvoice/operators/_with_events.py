"""`with_events`."""

from __future__ import annotations

from collections import deque

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.items import Event
from rxvoice.operators._fault_of import fault_of


def with_events(*streams: Observable[Event]) -> Operator[Event, Event]:
    """Add what is told beside the pipe, for as long as the source lasts.

    It is for the ``events`` of `failover`, `switchable` and their kin. What is told in the midst of
    an item comes after it. A stream that ends adds nothing more; one that fails, a `Fault`.

    Marbles (one column is 20 ms)::

        pipe   -a---a-|
        told   --s--
               ^------!
        with_events(told)
        out    -as--a-|

        s: ProviderSwitched("llm", "small", "big", "failed")

    Args:
        streams: What is told.

    Returns:
        The operator. It ends as the source does.
    """

    def told(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            waiting: deque[Event] = deque()
            busy = False

            def emit(item: Event) -> None:
                nonlocal busy
                waiting.append(item)
                if busy:
                    return
                busy = True
                try:
                    while waiting:
                        observer.on_next(waiting.popleft())
                finally:
                    busy = False

            own = CompositeDisposable()
            with begun(own):
                for stream in streams:
                    own.add(
                        stream.subscribe(
                            emit,
                            lambda error: emit(fault_of("events", error)),
                            scheduler=scheduler,
                        )
                    )
                own.add(
                    source.subscribe(
                        emit, observer.on_error, observer.on_completed, scheduler=scheduler
                    )
                )
            return own

        return Stream(subscribe)

    return told
