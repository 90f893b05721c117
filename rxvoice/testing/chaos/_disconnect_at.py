"""`disconnect_at`."""

import math
from typing import Literal, TypeVar

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SingleAssignmentDisposable

from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Operator
from rxvoice.testing.chaos._transit import EARLY

A = TypeVar("A")


def disconnect_at(
    when: float | None = None,
    /,
    *,
    items: int | None = None,
    how: Literal["fail", "complete", "silence"] = "fail",
    error: Exception | None = None,
) -> Operator[A, A]:
    """Cut the stream off, at a time or after some items, whichever comes first.

    It fails, or completes, or, with ``how="silence"``, gives nothing any more and never ends, like
    a connection of which only one side knows that it is gone; then the source stays subscribed.
    Else it is unsubscribed at once. What comes at the very time of the cut is lost. A subscription
    that begins at that time or later is not cut off at a time: so a second attempt succeeds. The
    items are counted for each subscription. Time is that of the session's clock, which is the
    scheduler's.

    Marbles (one column is 20 ms)::

        audio  s-sss-s-s|
               ^---!
        disconnect_at(0.08)
        out    s-ss#

        #: ConnectionError("disconnected")

    Args:
        when: Time of the cut, in seconds.
        items: Number of items that pass before the cut.
        how: What comes of it.
        error: What it fails with; a `ConnectionError` unless given.

    Returns:
        The operator.

    Raises:
        ValueError: When neither ``when`` nor ``items`` is given, one is negative, ``how`` is
            unknown, or there is an ``error`` without ``how="fail"``.
    """
    if when is None and items is None:
        raise ValueError("when or items must be given")
    if when is not None and not (when >= 0.0 and math.isfinite(when)):
        raise ValueError(f"when must not be negative, got {when}")
    if items is not None and items < 0:
        raise ValueError(f"items must not be negative, got {items}")
    if how not in ("fail", "complete", "silence"):
        raise ValueError(f"how must be 'fail', 'complete' or 'silence', got {how!r}")
    if error is not None and how != "fail":
        raise ValueError(f"an error needs how='fail', got {how!r}")

    def cut_off(source: Observable[A]) -> Observable[A]:
        def subscribe(
            observer: abc.ObserverBase[A], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            subscription = SingleAssignmentDisposable()
            timer = SingleAssignmentDisposable()
            due = math.inf if when is None or when <= clock.now_seconds + EARLY else when
            left = math.inf if items is None else items
            gone = False

            def disconnect() -> None:
                nonlocal gone
                if gone:
                    return
                gone = True
                if how == "silence":
                    return
                subscription.dispose()
                if how == "complete":
                    observer.on_completed()
                else:
                    observer.on_error(error or ConnectionError("disconnected"))

            def is_gone() -> bool:
                if left <= 0 or clock.now_seconds + EARLY >= due:
                    disconnect()
                return gone

            def on_next(item: A) -> None:
                nonlocal left
                if not is_gone():
                    left -= 1
                    observer.on_next(item)
                    is_gone()

            def on_error(problem: Exception) -> None:
                if not is_gone():
                    observer.on_error(problem)

            def on_completed() -> None:
                if not is_gone():
                    observer.on_completed()

            if due < math.inf:
                timer.disposable = clock.call_at(due, disconnect)
            if not is_gone() or how == "silence":
                subscription.disposable = source.subscribe(
                    on_next, on_error, on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, timer)

        return Observable(subscribe)

    return cut_off


__all__ = ["disconnect_at"]
