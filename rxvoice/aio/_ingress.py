"""Items from other threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice.aio._from_async import from_async
from rxvoice.aio._queue import BoundedQueue, Policy, check
from rxvoice.clock import loop_scheduler
from rxvoice.errors import BufferOverflow, RxvoiceError

T = TypeVar("T")


class ThreadIngress(Generic[T]):
    """A bounded way from any thread onto the loop, at one wake-up for many items.

    Args:
        capacity: How many items may wait for the loop.
        policy: What happens when one more comes. With ``"wait"`` the putting thread waits; with
            ``"error"`` the stream fails after the items before it.
        loop: The loop; the running one unless given.
        name: Told when the queue is full.
    """

    def __init__(
        self,
        capacity: int = 256,
        policy: Policy = "drop_oldest",
        *,
        loop: asyncio.AbstractEventLoop | None = None,
        name: str = "ingress",
    ) -> None:
        check(capacity, policy, may_wait=True)
        self._loop = loop or asyncio.get_running_loop()
        self._policy = policy
        self._name = name
        self._queue: BoundedQueue[T] = BoundedQueue(capacity, policy, name)
        self._free = threading.Condition()
        self._error: BaseException | None = None
        self._ended = False
        self._taken = False
        self._waking = False
        self._waiter: asyncio.Future[None] | None = None

    @property
    def dropped(self) -> int:
        """How many items were lost because the queue was full."""
        return self._queue.dropped

    def put(self, item: T) -> bool:
        """Hand an item over; from any thread.

        It never waits but with the policy ``"wait"``, and then until there is room, the stream is
        unsubscribed or has ended, or the loop is closed.

        Returns:
            Whether more is wanted; false once the stream was unsubscribed or its loop is closed.

        Raises:
            RuntimeError: When it would have to wait on the loop's own thread.
        """
        with self._free:
            if self._policy == "wait":
                self._wait_for_room()
            if self._ended or self._loop.is_closed():
                return False
            try:
                self._queue.put(item)
            except BufferOverflow as error:
                self._error, self._ended = error, True
            more = not self._ended
        return self._wake() and more

    def end(self, error: BaseException | None = None) -> None:
        """Say that nothing more will come; from any thread.

        Args:
            error: What the stream fails with, after the items before it.
        """
        with self._free:
            if self._ended:
                return
            self._error, self._ended = error, True
            self._free.notify_all()
        self._wake()

    @property
    def stream(self) -> Observable[T]:
        """The items, on the loop; for one subscription, a second one fails."""
        items = from_async(self._items, name=self._name)

        def subscribe(
            observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            if self._taken:
                raise RuntimeError(f"{self._name} can be subscribed only once")
            self._taken = True
            clock = loop_scheduler(scheduler)
            queues = clock.scope.queues
            queues.add(self._queue)
            fed = items.subscribe(
                observer.on_next, observer.on_error, observer.on_completed, scheduler=clock
            )
            gone = Disposable(lambda: queues.remove(self._queue))
            return CompositeDisposable(fed, Disposable(self._close), gone)

        return Stream(subscribe)

    def _wait_for_room(self) -> None:
        while len(self._queue) >= self._queue.capacity and not self._ended:
            if self._loop.is_closed():
                self._ended = True
            elif _running_loop() is self._loop:
                raise RuntimeError(f"{self._name} is full, and its own loop cannot wait for room")
            else:
                self._free.wait(0.2)  # bounds how long a closed loop goes unnoticed

    def _close(self) -> None:
        with self._free:
            self._ended = True
            self._queue.clear()
            self._free.notify_all()

    async def _items(self) -> AsyncIterator[T]:
        try:
            while True:
                with self._free:
                    batch = [self._queue.get() for _ in range(len(self._queue))]
                    ended = self._ended
                    self._free.notify_all()
                self._queue.tell()
                for item in batch:
                    yield item
                if ended:
                    break
                await self._until_something()
            if isinstance(self._error, Exception):
                raise self._error
            if self._error is not None:
                raise RxvoiceError(f"{self._name} ended by {self._error!r}") from self._error
        finally:
            self._close()

    async def _until_something(self) -> None:
        with self._free:
            if not self._queue and not self._ended:
                self._waiter = self._loop.create_future()
            waiter = self._waiter
        if waiter is None:
            await asyncio.sleep(0)  # a thread that never pauses must not starve the loop
        else:
            await waiter

    def _wake(self) -> bool:
        with self._free:
            if self._waking or self._waiter is None:
                return True
            self._waking = True
        try:
            self._loop.call_soon_threadsafe(self._woken)
        except RuntimeError:  # the loop is closed
            with self._free:
                self._waking, self._ended = False, True
            return False
        return True

    def _woken(self) -> None:
        with self._free:
            self._waking = False
            waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
