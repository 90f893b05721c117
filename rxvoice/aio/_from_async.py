"""Coroutines and async generators as observables."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import Disposable
from rxvoice._stream import Stream
from rxvoice.aio._closing import close_after
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
        self._clock = scheduler
        self._scope = scheduler.scope
        self._name = name
        self._disposed = False
        self._delivering = False
        self._cancelled = False
        self._task = self._scope.spawn(self._run, name=name)
        self._task.add_done_callback(self._over)

    def dispose(self) -> None:
        if self._disposed:
            return
        self._disposed = True
        # Inside our own on_next the loop below sees the flag. A cancel would hit the first await
        # of the generator's clean-up instead.
        self._cancelled = not (self._delivering and asyncio.current_task() is self._task)
        self._scope.end(self._task, cancel=self._cancelled)

    async def _run(self) -> None:
        try:
            await self._iterate()
        except asyncio.CancelledError as cancelled:
            if self._disposed:
                return
            self._fail_for(cancelled)
            if self._task.cancelling():
                raise
        except Exception as error:
            if self._disposed:
                raise  # too late for the observer: the loop's exception handler hears of it
            self._fail(error)
        else:
            if not self._disposed:
                self._disposed = True
                self._observer.on_completed()

    async def _iterate(self) -> None:
        items = aiter(self._factory())
        try:
            async for item in items:
                if not self._disposed:
                    self._deliver(item)
                if self._disposed:
                    break
        except GeneratorExit:  # collected after its loop was closed: nothing can be awaited
            raise
        except BaseException as error:
            await close_after(items, error)
            raise
        if self._cancelled:
            # The generator never met the cancellation: it must not meet it in its clean-up.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0)
        await close_after(items)

    def _deliver(self, item: Any) -> None:
        self._delivering = True
        try:
            if (timing := self._clock.timing) is None:
                self._observer.on_next(item)
            else:
                timing.run(self._name, self._observer.on_next, item)
        except Exception as error:
            if self._disposed:
                raise
            self._fail(error)
        finally:
            self._delivering = False

    def _over(self, task: asyncio.Task[None]) -> None:
        if not self._disposed:  # it was cancelled before its first step
            self._fail_for(None)

    def _fail_for(self, cancelled: BaseException | None) -> None:
        error = RxvoiceError(f"{self._name} was cancelled from outside")
        error.__cause__ = cancelled
        self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._disposed = True
        self._scope.end(self._task, cancel=False)
        self._observer.on_error(error)


def from_async(
    factory: Callable[[], AsyncIterator[T]], /, *, name: str | None = None
) -> Observable[T]:
    """Turn an async generator function into a cold observable.

    Each subscription calls ``factory`` in a task of its own, which opens and closes the generator.
    Unsubscribing cancels that task; the generator's ``finally`` blocks run, awaits included, and
    the session waits for them when it closes. After unsubscribing nothing is emitted, even when
    the generator swallows the cancellation, and an exception reaches the loop's exception handler.
    A cancellation that does not come from unsubscribing is an ordinary error. So is an exception
    of the subscriber: it gets it back as its error, while the generator is closed.

    A subscription that is undone in the turn of the loop in which it was made never calls
    ``factory``. Under ``switch_map`` the next generator may start before the clean-up of the last
    one has ended: see `rxvoice.aio`.

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
        clock = loop_scheduler(scheduler)
        tape = clock.tape
        if tape is None:
            return Disposable(_Feed(factory, observer, clock, label).dispose)
        told = tape.observe(label, observer)
        if told is None:
            return Disposable(lambda: tape.forget(observer))
        return Disposable(_Feed(factory, told, clock, label).dispose)

    return Stream(subscribe)


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
