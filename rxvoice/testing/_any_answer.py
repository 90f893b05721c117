"""An answer of any shape."""

from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

from reactivex import Observable, abc


class AnyAnswer(Observable[Any]):
    """A stream, an async iterator and an awaitable in one: whoever asked takes what they want.

    Nothing happens before it is used.

    Args:
        name: Told when it is awaited and has no value.
        stream: Makes the stream.
        items: Makes the generator; its first item is what is awaited.
    """

    def __init__(
        self,
        name: str,
        stream: Callable[[], Observable[Any]],
        items: Callable[[], AsyncGenerator[Any, None]],
    ) -> None:
        super().__init__()
        self._name = name
        self._stream = stream
        self._make = items
        self._items: AsyncGenerator[Any, None] | None = None

    def __aiter__(self) -> "AnyAnswer":
        return self

    async def __anext__(self) -> Any:
        if self._items is None:
            self._items = self._make()
        return await anext(self._items)

    async def aclose(self) -> None:
        """Close the generator, if it was begun."""
        if self._items is not None:
            await self._items.aclose()

    def __await__(self) -> Generator[Any, None, Any]:
        return self._first().__await__()

    async def _first(self) -> Any:
        try:
            return await anext(self)
        except StopAsyncIteration:
            raise RuntimeError(f"{self._name} was awaited and has no value") from None
        finally:
            await self.aclose()

    def _subscribe_core(
        self, observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        return self._stream().subscribe(observer, scheduler=scheduler)


__all__ = ["AnyAnswer"]
