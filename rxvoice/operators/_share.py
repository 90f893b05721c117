"""`share`."""

from __future__ import annotations

from typing import TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable, SingleAssignmentDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._fan import Fan

T = TypeVar("T")


class _Connection(Fan[T]):
    """One subscription to the source, and its subscribers."""

    def __init__(self) -> None:
        super().__init__()
        self.subscription = SingleAssignmentDisposable()
        self.users = 0


def share() -> Operator[T, T]:
    """Let several subscribers have one subscription to the source.

    The first subscriber connects, the last one to leave disconnects. After a completion or an
    error, and after the last one has left, the next subscriber connects anew (RxPY's own ``share``
    stays dead). A later subscriber gets what comes from then on. A subscriber that raises gets its
    exception back as its error; the others go on.

    Marbles (one column is 20 ms)::

        mic  -a-b-c-d-e-f-|
             ^-----------!
        share()
        out  -a-b-c--
             ^------!
        out  -----c-d-e-f-
             ----^-------!

    Returns:
        The operator. Its result must be kept and subscribed several times to be of use.
    """

    def shared(source: Observable[T]) -> Observable[T]:
        current: _Connection[T] | None = None

        def subscribe(
            observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            nonlocal current
            first = current is None
            connection: _Connection[T] = _Connection() if current is None else current
            current = connection

            def forget() -> None:
                nonlocal current
                if current is connection:
                    current = None

            def on_error(error: Exception) -> None:
                forget()
                connection.on_error(error)

            def on_completed() -> None:
                forget()
                connection.on_completed()

            def leave() -> None:
                connection.users -= 1
                if connection.users == 0:
                    forget()
                    connection.subscription.dispose()

            connection.users += 1
            inner = connection.subscribe(observer)
            if first:
                connection.subscription.disposable = source.subscribe(
                    connection.on_next, on_error, on_completed, scheduler=scheduler
                )
            return CompositeDisposable(inner, Disposable(leave))

        return Stream(subscribe)

    return shared
