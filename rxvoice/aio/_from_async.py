"""Coroutines and async generators as observables."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from reactivex import Observable, abc
from reactivex.disposable import Disposable

from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.errors import RxvoiceError

T = TypeVar("T")


class _Feed:
    """One subscription to an async generator: its task and the rules about ending it."""

    def __init__(
        self,
        factory: Callable[[], AsyncIterator[Any]],
        observer: abc.ObserverBase[Any],
        scheduler: LoopScheduler,
        name: str,
    ) -> None:
        self._factory = factory
        self._observer = observer
        self._name = name
        self._disposed = False
        self._delivering = False
        self._task = scheduler.scope.spawn(self._run, name=name)

    def dispose(self) -> None:
        if self._disposed:
            return
        self._disposed = True
        # Inside our own on_next the loop below sees the flag. A cancel would hit the first await
        # of the generator's clean-up instead.
        if not (self._delivering and asyncio.current_task() is self._task):
            self._task.cancel()

    async def _run(self) -> None:
        try:
            await self._iterate()
        except asyncio.CancelledError:
            if self._disposed:
                return
            self._disposed = True
            self._observer.on_error(RxvoiceError(f"{self._name} was cancelled from outside"))
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
        except Exception as error:
            if self._disposed:
                raise  # too late for the observer: the loop's exception handler hears of it
            self._disposed = True
            self._observer.on_error(error)
        else:
            if not self._disposed:
                self._disposed = True
                self._observer.on_completed()

    async def _iterate(self) -> None:
        items = self._factory()
        try:
            async for item in items:
                if self._disposed:
                    return
                self._delivering = True
                try:
                    self._observer.on_next(item)
                finally:
                    self._delivering = False
                if self._disposed:
                    return
        finally:
            close = getattr(items, "aclose", None)
            if close is not None:
                await close()


def from_async(
    factory: Callable[[], AsyncIterator[T]], /, *, name: str | None = None
) -> Observable[T]:
    """Turn an async generator function into a cold observable.

    Each subscription calls ``factory`` in a task of its own, which opens and closes the generator.
    Unsubscribing cancels that task; the generator's ``finally`` blocks run, awaits included, and
    the session waits for them when it closes. After unsubscribing nothing is emitted, even when
    the generator swallows the cancellation, and an exception reaches the loop's exception handler.
    A cancellation that does not come from unsubscribing is an ordinary error.

    Args:
        factory: Returns an async iterator; called at each subscription, on the loop.
        name: The task's name, told when it does not end.

    Returns:
        The observable. It completes when the generator is exhausted, and fails as it fails.
    """
    label = name or getattr(factory, "__name__", "from_async")

    def subscribe(
        observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        feed = _Feed(factory, observer, loop_scheduler(scheduler), label)
        return Disposable(feed.dispose)

    return Observable(subscribe)


def from_coroutine(
    factory: Callable[[], Awaitable[T]], /, *, name: str | None = None
) -> Observable[T]:
    """Turn a coroutine function into a cold observable of its one result.

    Args:
        factory: Returns an awaitable; called at each subscription, on the loop.
        name: The task's name.

    Returns:
        The observable. Unsubscribing cancels the coroutine, by the rules of `from_async`.
    """

    async def once() -> AsyncIterator[T]:
        yield await factory()

    return from_async(once, name=name or getattr(factory, "__name__", "from_coroutine"))
