"""`from_awaitable`."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable
from typing import TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice.aio._from_async import from_coroutine

T = TypeVar("T")

NEVER_RUN = inspect.CORO_CREATED


def from_awaitable(waiting: Awaitable[T], /, *, name: str) -> Observable[T]:
    """Emit what is waited for, once, to one subscriber.

    Unsubscribing cancels it; a coroutine that has not begun by then is closed, so that Python does
    not complain that nobody has awaited it.

    Args:
        waiting: A coroutine, or anything else that can be awaited.
        name: Of the task.
    """

    async def waited() -> T:
        return await waiting

    def subscribe(
        observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        def close() -> None:
            if inspect.iscoroutine(waiting) and inspect.getcoroutinestate(waiting) == NEVER_RUN:
                waiting.close()

        inner = from_coroutine(waited, name=name).subscribe(observer, scheduler=scheduler)
        return CompositeDisposable(inner, Disposable(close))

    return Stream(subscribe)


__all__ = ["from_awaitable"]
