"""`fail_on_fatal`."""

from __future__ import annotations

from typing import TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import SingleAssignmentDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.errors import ProviderError
from rxvoice.items import Fault

T = TypeVar("T")


def fail_on_fatal() -> Operator[T, T]:
    """Pass everything, and fail after a fault that is fatal.

    It stands at the end of the pipe: with it, bad credentials end the session, which otherwise goes
    on with what still works. All other faults only pass. The `Fault` itself still comes out; then
    the stream fails with its cause, and the source is unsubscribed.

    Marbles (one column is 20 ms)::

        events  -a-f-a-g-a
                ^------!
        fail_on_fatal()
        out     -a-f-a-(g #)

        f: Fault("stt", "lost")  g: Fault("llm", "bad key", fatal=True)
        #: ProviderError("bad key", provider="llm", retryable=False)

    Returns:
        The operator. A fault without a cause makes it fail with a `rxvoice.errors.ProviderError`.
    """

    def passed(source: Observable[T]) -> Observable[T]:
        def subscribe(
            observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            subscription = SingleAssignmentDisposable()

            def on_next(item: T) -> None:
                observer.on_next(item)
                if isinstance(item, Fault) and item.fatal:
                    subscription.dispose()
                    observer.on_error(_cause(item))

            subscription.disposable = source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )
            return subscription

        return Stream(subscribe)

    return passed


def _cause(fault: Fault) -> Exception:
    if isinstance(fault.cause, Exception):
        return fault.cause
    return ProviderError(fault.message, provider=fault.source, retryable=False)
