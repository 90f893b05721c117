"""Observables for consumers that await."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Generic, Protocol, TypeVar

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SingleAssignmentDisposable

from rxvoice._types import Operator
from rxvoice.aio._from_async import from_async
from rxvoice.aio._queue import BoundedQueue, Policy, check
from rxvoice.clock import LoopScheduler, loop_scheduler

logger = logging.getLogger(__name__)

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")


class Pulled(Generic[T]):
    """An async iterator over what an observable emits; for one consumer.

    What came before an error or the completion is handed out first.
    """

    def __init__(self, capacity: int, policy: Policy, name: str) -> None:
        self._queue: BoundedQueue[T] = BoundedQueue(capacity, policy, name)
        self._waiter: asyncio.Future[None] | None = None
        self._error: Exception | None = None
        self._ended = False
        self.subscription = SingleAssignmentDisposable()

    @property
    def dropped(self) -> int:
        """How many items were lost because the queue was full."""
        return self._queue.dropped

    def __len__(self) -> int:
        return len(self._queue)

    def __aiter__(self) -> "Pulled[T]":
        return self

    async def __anext__(self) -> T:
        while not self._queue:
            if self._error is not None:
                raise self._error
            if self._ended:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._queue.get()

    def on_next(self, item: T) -> None:
        """Take an item from the source."""
        if self._ended:
            return
        try:
            self._queue.put(item)
        except Exception as error:
            self.on_error(error)
            self.subscription.dispose()
            return
        self._wake()

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self._error = self._error or error
        self.on_completed()

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        self._wake()

    def close(self) -> None:
        """Unsubscribe and forget what was not consumed."""
        self.subscription.dispose()
        self._ended = True
        self._queue.clear()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


@asynccontextmanager
async def pull(
    stream: Observable[T],
    /,
    *,
    capacity: int = 256,
    policy: Policy = "error",
    scheduler: LoopScheduler | None = None,
    name: str = "pull",
) -> AsyncGenerator[Pulled[T], None]:
    """Subscribe and iterate with ``async for``.

    Args:
        stream: Subscribed when the context is entered and unsubscribed when it is left.
        capacity: How many items may wait for the consumer.
        policy: What happens when one more comes.
        scheduler: Given to the subscription; the running loop's unless given.
        name: Told when the queue is full.

    Yields:
        The iterator. It ends when the stream completes and raises what it fails with.
    """
    check(capacity, policy)
    items: Pulled[T] = Pulled(capacity, policy, name)
    items.subscription.disposable = stream.subscribe(
        items.on_next, items.on_error, items.on_completed, scheduler=loop_scheduler(scheduler)
    )
    try:
        yield items
    finally:
        items.close()


def lift(
    function: Callable[[Pulled[A]], AsyncIterator[B]],
    /,
    *,
    capacity: int = 256,
    policy: Policy = "error",
    name: str | None = None,
) -> Operator[A, B]:
    """Make an operator from an async generator function over an async iterator.

    Args:
        function: Gets the source's items and yields the operator's; called at each subscription.
            An error of the source is raised inside it.
        capacity: How many items may wait for it.
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
            fed = from_async(lambda: function(items), name=label).subscribe(
                observer.on_next, observer.on_error, observer.on_completed, scheduler=loop
            )
            items.subscription.disposable = source.subscribe(
                items.on_next, items.on_error, items.on_completed, scheduler=loop
            )
            return CompositeDisposable(items.subscription, fed)

        return Observable(subscribe)

    return lifted


class _Scheduled(Protocol):
    @property
    def scheduler(self) -> LoopScheduler: ...


def drain_into(
    send: Callable[[A], Awaitable[Any]],
    /,
    *,
    capacity: int = 256,
    policy: Policy = "error",
    name: str = "drain",
) -> Callable[[Observable[A], _Scheduled], Awaitable[None]]:
    """Make a sink that awaits ``send`` for each item, one at a time and in order.

    Args:
        send: Called on the loop; an exception ends the sink with it.
        capacity: How many items may wait.
        policy: What happens when one more comes.
        name: The task's name.

    Returns:
        The sink, to be called with a stream and a session: it subscribes at once; the awaitable it
        returns is done when the stream has ended and the last item was sent.
    """
    check(capacity, policy)

    def sink(stream: Observable[A], session: _Scheduled) -> Awaitable[None]:
        scheduler = session.scheduler
        items: Pulled[A] = Pulled(capacity, policy, name)
        items.subscription.disposable = stream.subscribe(
            items.on_next, items.on_error, items.on_completed, scheduler=scheduler
        )
        done: asyncio.Future[None] = scheduler.loop.create_future()

        async def drain() -> None:
            try:
                async for item in items:
                    await send(item)
            except asyncio.CancelledError:
                done.cancel()
                raise
            except Exception as error:
                if not done.done():
                    done.set_exception(error)
            finally:
                items.close()
                if not done.done():
                    done.set_result(None)

        scheduler.scope.spawn(drain, name=name)
        return done

    return sink
