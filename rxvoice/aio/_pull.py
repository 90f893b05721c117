"""Observables for consumers that await."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from reactivex import Observable

from rxvoice._disposables import SingleAssignmentDisposable
from rxvoice.aio._queue import BoundedQueue, Policy, check
from rxvoice.aio._queues import Queues
from rxvoice.clock import LoopScheduler, loop_scheduler

T = TypeVar("T")


class Pulled(Generic[T]):
    """An async iterator over what an observable emits; for one consumer.

    What came before an error or the completion is handed out first. A consumer that is cancelled
    while it waits loses nothing.

    Attributes:
        subscription: To the observable.
    """

    def __init__(self, capacity: int, policy: Policy, name: str) -> None:
        self._queue: BoundedQueue[T] = BoundedQueue(capacity, policy, name)
        self._name = name
        self._queues: Queues | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._error: Exception | None = None
        self._ended = False
        self.subscription: SingleAssignmentDisposable = SingleAssignmentDisposable()

    @property
    def dropped(self) -> int:
        """How many items were lost because the queue was full."""
        return self._queue.dropped

    def show_in(self, queues: Queues) -> None:
        """Let others see how many items wait, until it is closed."""
        self._queues = queues
        queues.add(self._queue)

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
            if self._waiter is not None:
                raise RuntimeError(f"{self._name} has another consumer that waits")
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
        self._queue.tell()
        self._wake()

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        if not self._ended:
            self._error = error
            self.on_completed()

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        self._wake()

    def close(self) -> None:
        """Unsubscribe and forget what was not consumed; the iterator ends."""
        self.subscription.dispose()
        self._queue.clear()
        if self._queues is not None:
            self._queues.remove(self._queue)
            self._queues = None
        self._error = None
        self.on_completed()

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
        capacity: How many items may wait for the consumer. A stream that emits more than that at
            once, such as one made of a list, overflows: it cannot be made to wait.
        policy: What happens when one more comes.
        scheduler: Given to the subscription; the running loop's unless given.
        name: Told when the queue is full.

    Yields:
        The iterator. It ends when the stream completes and raises what it fails with.
    """
    check(capacity, policy)
    items: Pulled[T] = Pulled(capacity, policy, name)
    clock = loop_scheduler(scheduler)
    items.show_in(clock.scope.queues)
    try:
        items.subscription.disposable = stream.subscribe(
            items.on_next, items.on_error, items.on_completed, scheduler=clock
        )
        yield items
    finally:
        items.close()
