"""What is sent one after the other."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Errands(Generic[T]):
    """Does something with items, one at a time and in order.

    Args:
        do: What is done; an exception goes to ``failed``, and the next item has its turn.
        failed: Is told of exceptions.
        capacity: How many items may wait; what is more is dropped and logged.
        name: Told in logs, and to who looks at what waits.

    Attributes:
        name: As given.
        capacity: As given.
        dropped: How many items were.
    """

    def __init__(
        self,
        do: Callable[[T], Awaitable[None]],
        failed: Callable[[Exception], None],
        *,
        capacity: int,
        name: str,
    ) -> None:
        self._do = do
        self._failed = failed
        self.name: str = name
        self.capacity: int = capacity
        self.dropped: int = 0
        self._items: deque[T] = deque()
        self._news = asyncio.Event()
        self._done = asyncio.Event()
        self._done.set()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> None:
        """Let an item wait for its turn."""
        if len(self._items) >= self.capacity:
            logger.warning("too much waits to be sent, dropping", extra={"queue": self.name})
            self.dropped += 1
            return
        self._items.append(item)
        self._done.clear()
        self._news.set()

    async def run(self) -> None:
        """Do what waits, and what comes, until this is cancelled."""
        while True:
            while self._items:
                try:
                    await self._do(self._items.popleft())
                except Exception as error:
                    self._failed(error)
            self._done.set()
            self._news.clear()
            await self._news.wait()

    async def done(self) -> None:
        """Wait until nothing waits."""
        await self._done.wait()


__all__ = ["Errands"]
