"""Language models over HTTP, each with its vendor's fake server."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from reactivex import Observable
from reactivex import operators as ops

from rxvoice.aio import pull
from rxvoice.context import Context
from rxvoice.items import Thought, Token, ToolCall
from rxvoice.providers._http_chat import HttpChat
from rxvoice.providers.anthropic import anthropic
from rxvoice.providers.gemini import gemini
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import FakeAnthropic, FakeGemini

HELLO = Context().append("user", "Say hello, please.")


@dataclass(frozen=True)
class Vendor:
    """One of the vendors.

    Attributes:
        name: Its provider's name.
        fake: Makes its fake server.
        make: Makes its provider.
        text_field: Where the text is in an event of the fake.
    """

    name: str
    fake: Callable[..., Any]
    make: Callable[..., HttpChat[Any]]
    text_field: str

    @asynccontextmanager
    async def served(
        self, replies: Any, *, options: dict[str, Any] | None = None, **fake: Any
    ) -> "AsyncGenerator[tuple[HttpChat[Any], Any]]":
        async with self.fake(replies, **fake) as server:
            yield self.make(api_key="secret", base_url=server.url, **(options or {})), server


ANTHROPIC = Vendor("anthropic", FakeAnthropic, anthropic, "delta.text")
GEMINI = Vendor("gemini", FakeGemini, gemini, "candidates.0.content.parts.0.text")
VENDORS = [ANTHROPIC, GEMINI]


async def said(stream: Observable[Any], session: Session | None = None) -> list[Any]:
    """Return all items of an answer, which comes outside of sessions unless one is given."""
    if session is None:
        return [*await stream.pipe(ops.to_list())]
    items: list[Any] = []
    async with pull(stream, capacity=10_000, scheduler=session.scheduler) as pulled:
        async for item in pulled:
            items.append(item)
    return items


def text_of(items: list[Any]) -> str:
    return "".join(item.text for item in items if isinstance(item, Token))


def thoughts_of(items: list[Any]) -> str:
    return "".join(item.text for item in items if isinstance(item, Thought))


def calls_of(items: list[Any]) -> list[ToolCall]:
    return [item for item in items if isinstance(item, ToolCall)]


def in_virtual_time(main: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    run_virtual(main(), real_io=True)
