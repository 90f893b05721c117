"""Answers of providers, whatever their shape."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Generator
from typing import Any, Generic, TypeVar, cast

from reactivex import Observable, abc

from rxvoice._stream import Stream, deferred
from rxvoice.aio import from_async, pull
from rxvoice.aio._from_awaitable import from_awaitable
from rxvoice.aio._scope import current_scope
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import Fault, Metric, Token, Usage

T = TypeVar("T")

CAPACITY = 16_384
"""Items of one answer that may wait for a coroutine that takes them: minutes of audio."""


def answer_of(member: Callable[[Any], Any], request: object, name: str) -> Observable[Any]:
    """Ask a provider, at each subscription: a stream of what it answers, of whatever kind it is.

    Args:
        member: Returns an observable, an async iterator or an awaitable.
        request: What it is asked.
        name: Of the tasks.
    """

    def ask() -> Observable[Any]:
        answer = member(request)
        if isinstance(answer, Observable):
            return cast("Observable[Any]", answer)
        if isinstance(answer, AsyncIterable):
            items = cast("AsyncIterable[Any]", answer)
            return from_async(lambda: aiter(items), name=name)
        if isinstance(answer, Awaitable):
            return from_awaitable(cast("Awaitable[Any]", answer), name=name)
        raise TypeError(f"{name} must answer with a stream or an awaitable, got {answer!r}")

    return deferred(ask)


def says_something(item: object) -> bool:
    """Tell whether an item is part of an answer; faults, metrics and usage are about it."""
    if isinstance(item, Token):
        return bool(item.text)
    return not isinstance(item, Fault | Metric | Usage)


class Answer(Stream[T], Generic[T]):
    """A stream, an async iterator and an awaitable in one: whoever asked takes what they want.

    Nothing happens before it is used. What is awaited is its first item.

    Args:
        stream: Makes the stream.
        name: Told in errors.
    """

    def __init__(self, stream: Callable[[], Observable[T]], name: str) -> None:
        super().__init__()
        self._stream = stream
        self._name = name
        self._items: AsyncGenerator[T] | None = None

    def __aiter__(self) -> Answer[T]:
        return self

    async def __anext__(self) -> T:
        if self._items is None:
            self._items = self._iterate()
        return await anext(self._items)

    async def aclose(self) -> None:
        """Unsubscribe, if it was begun to iterate."""
        if self._items is not None:
            await self._items.aclose()

    def __await__(self) -> Generator[Any, None, T]:
        return self._first().__await__()

    async def _first(self) -> T:
        try:
            return await anext(self)
        except StopAsyncIteration:
            raise RuntimeError(f"{self._name} gave no answer") from None
        finally:
            await self.aclose()

    async def _iterate(self) -> AsyncGenerator[T]:
        clock = LoopScheduler(scope=current_scope.get())
        async with pull(
            self._stream(), capacity=CAPACITY, scheduler=clock, name=self._name
        ) as items:
            async for item in items:
                yield item

    def _subscribe_core(
        self, observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        return self._stream().subscribe(observer, scheduler=loop_scheduler(scheduler))


__all__ = ["Answer", "answer_of", "says_something"]
