"""Async generator functions as operators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._from_async import from_async
from rxvoice.aio._pull import Pulled
from rxvoice.aio._queue import Policy, check
from rxvoice.clock import loop_scheduler

A = TypeVar("A")
B = TypeVar("B")


def lift(
    function: Callable[[Pulled[A]], AsyncIterator[B]],
    /,
    *,
    capacity: int = 256,
    policy: Policy = "error",
    name: str | None = None,
) -> Operator[A, B]:
    """Make an operator from an async generator function over an async iterator.

    The generator lives in one task, by the rules of `from_async`. When the operator is
    unsubscribed, the iterator ends, too, so that a clean-up may still walk through it.

    Args:
        function: Gets the source's items and yields the operator's; called at each subscription.
            An error of the source is raised inside it, after the items before it.
        capacity: How many items may wait for it. A source that emits more than that at once, such
            as one made of a list, overflows: it cannot be made to wait.
        policy: What happens when one more comes.
        name: The task's name.

    Returns:
        The operator. It completes when the generator ends, and unsubscribes from the source then.
    """
    check(capacity, policy)
    label = name or getattr(function, "__name__", "lift")

    def lifted(source: Observable[A]) -> Observable[B]:
        def subscribe(
            observer: abc.ObserverBase[B], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            loop = loop_scheduler(scheduler)
            items: Pulled[A] = Pulled(capacity, policy, label)
            items.show_in(loop.scope.queues)
            if loop.tape is not None and loop.tape.answers(label):
                items.on_completed()  # nobody will take what comes
            fed = from_async(lambda: function(items), name=label).subscribe(
                observer.on_next, observer.on_error, observer.on_completed, scheduler=loop
            )
            items.subscription.disposable = source.subscribe(
                items.on_next, items.on_error, items.on_completed, scheduler=loop
            )
            return CompositeDisposable(fed, Disposable(items.close))

        return Stream(subscribe)

    return lifted
