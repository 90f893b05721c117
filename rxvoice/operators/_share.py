"""`share`."""

from typing import TypeVar

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable, SingleAssignmentDisposable
from reactivex.subject import Subject

from rxvoice._types import Operator

T = TypeVar("T")


def share() -> Operator[T, T]:
    """Let several subscribers have one subscription to the source.

    The first subscriber connects, the last one to leave disconnects. After a completion or an
    error, and after the last one has left, the next subscriber connects anew (RxPY's own ``share``
    stays dead). A later subscriber gets what comes from then on.

    Returns:
        The operator. Its result must be kept and subscribed several times to be of use.
    """

    def shared(source: Observable[T]) -> Observable[T]:
        subject: Subject[T] | None = None
        connection = SingleAssignmentDisposable()
        count = 0

        def reset() -> None:
            nonlocal subject, connection, count
            subject, count = None, 0
            connection = SingleAssignmentDisposable()

        def subscribe(
            observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            nonlocal subject, count
            first = subject is None
            target: Subject[T] = Subject() if subject is None else subject
            subject = target
            count += 1
            inner = target.subscribe(observer)

            def on_error(error: Exception) -> None:
                reset()
                target.on_error(error)

            def on_completed() -> None:
                reset()
                target.on_completed()

            def leave() -> None:
                nonlocal count
                if target is not subject:
                    return
                count -= 1
                if count == 0:
                    current = connection
                    reset()
                    current.dispose()

            if first:
                current = connection
                current.disposable = source.subscribe(
                    target.on_next, on_error, on_completed, scheduler=scheduler
                )
            return CompositeDisposable(inner, Disposable(leave))

        return Observable(subscribe)

    return shared
