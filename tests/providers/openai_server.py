"""Asking models of OpenAI's kind that a fake answers."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from reactivex import Observable

from rxvoice.context import Context
from rxvoice.contracts import Chat
from rxvoice.items import Thought, Token
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import FakeOpenAI

T = TypeVar("T")

HELLO = Context("Be brief.").append("user", "Hi.")


class Asked:
    """What came of a call.

    Attributes:
        items: What came, in order.
        times: When it came, in virtual seconds.
        error: What it failed with.
        over: Whether it ended.
    """

    def __init__(self, session: Session, stream: Observable[Any]) -> None:
        self.items: list[Any] = []
        self.times: list[float] = []
        self.error: Exception | None = None
        self.over = False
        self._session = session
        self._changed = asyncio.Event()
        self._subscription = session.subscribe(stream, self._next, self._failed, self._ended)

    @property
    def text(self) -> str:
        return "".join(item.text for item in self.items if isinstance(item, Token))

    @property
    def thoughts(self) -> str:
        return "".join(item.text for item in self.items if isinstance(item, Thought))

    def of(self, kind: type[T]) -> list[T]:
        return [item for item in self.items if isinstance(item, kind)]

    def leave(self) -> None:
        self._subscription.dispose()

    async def end(self) -> "Asked":
        """Wait for the end and return itself."""
        return await self.until(lambda: self.over)

    async def until(self, condition: Callable[[], object]) -> "Asked":
        while not condition():
            self._changed.clear()
            await self._changed.wait()
        return self

    def _next(self, item: Any) -> None:
        self.items.append(item)
        self.times.append(self._session.now)
        self._changed.set()

    def _failed(self, error: Exception) -> None:
        self.error = error
        self._ended()

    def _ended(self) -> None:
        self.over = True
        self._changed.set()


@asynccontextmanager
async def served(
    make: Callable[..., Chat], replies: Any, *, faults: Any = None, **options: Any
) -> AsyncGenerator[tuple[FakeOpenAI, Callable[..., Asked]]]:
    """A fake, and what asks a model that it serves, in a session that is closed at the end."""
    async with FakeOpenAI(replies, faults=faults, key="secret") as server, Session() as session:
        chat = make(**{"api_key": "secret", "base_url": server.api, **options})

        def ask(context: Context = HELLO, of: Chat = chat) -> Asked:
            return Asked(session, of(context))

        yield server, ask


def answer(make: Callable[..., Chat], reply: Any, *, faults: Any = None, **options: Any) -> Asked:
    """What one call gives, for a reply or a whole script; a leak fails it."""

    async def main() -> Asked:
        replies = cast("list[Any]", reply) if isinstance(reply, list) else [reply]
        async with served(make, replies, faults=faults, **options) as (_, ask):
            return await ask().end()

    return run_virtual(main(), real_io=True)
