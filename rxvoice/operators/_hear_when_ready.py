"""`hear_when_ready`."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SingleAssignmentDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.items import AudioFrame, Event
from rxvoice.operators._fault_of import fault_of

SOURCE = "hear_when_ready"


def hear_when_ready(
    ready: Observable[object] | Callable[[Event], object], /
) -> Operator[Event, Event]:
    """Drop the user's audio until the other side is ready to be heard.

    A client often sends audio before it has set up what it needs, and a call may be connected
    before somebody is there. What is no audio passes from the start. Times stay as they are, so
    that the first audio does not begin at 0.

    The other side is ready when a stream emits, or with the first item for which a function says
    so, such as a client's message. When the function raises the stream fails; when the stream
    ``ready`` fails a `Fault` says so, and audio passes: a user who is heard too early is better
    than one who never is. The stream ends as its source does.

    Marbles (one column is 20 ms: "s" is a frame of speech)::

        audio   -s-s-s-s-|
        client  ----r----
        hear_when_ready(client)
        out     -----s-s-|

    Args:
        ready: Emits when the other side is ready; or tells of an item whether it is.

    Returns:
        The operator.
    """
    signal = cast("Observable[object]", ready) if isinstance(ready, Observable) else None
    says_so = None if isinstance(ready, Observable) else ready

    def started(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            is_ready = False
            waiting = SingleAssignmentDisposable()

            def begin(_: object = None) -> None:
                nonlocal is_ready
                is_ready = True
                waiting.dispose()

            def failed(error: Exception) -> None:
                if not is_ready:
                    begin()
                    observer.on_next(fault_of(SOURCE, error))

            def on_next(item: Event) -> None:
                if not is_ready and says_so is not None:
                    try:
                        is_told = says_so(item)
                    except Exception as error:
                        observer.on_error(error)
                        return
                    if is_told:
                        begin()
                if is_ready or not isinstance(item, AudioFrame):
                    observer.on_next(item)

            own = CompositeDisposable(waiting)
            with begun(own):
                if signal is not None:
                    waiting.disposable = signal.subscribe(begin, failed, scheduler=scheduler)
                own.add(
                    source.subscribe(
                        on_next, observer.on_error, observer.on_completed, scheduler=scheduler
                    )
                )
            return own

        return Stream(subscribe)

    return started


__all__ = ["hear_when_ready"]
