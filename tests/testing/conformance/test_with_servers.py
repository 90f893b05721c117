"""The checks go with the kit's fake servers: a chat over server-sent events."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.context import Context
from rxvoice.contracts import Chat
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Token, ToolCall, Usage
from rxvoice.testing.conformance import check_chat
from rxvoice.testing.servers import ChatReply, Drop, Exchange, FakeOpenAI, Hang, Refuse

from .mutants import failed

SAYS = "I am a fake, and proud of it."
WEATHER = Context().append("user", "How is the weather?")


class SmallChat:
    """Asks a server that speaks OpenAI's protocol, tool calls included."""

    def __init__(self, server: FakeOpenAI) -> None:
        self.url = f"{server.api}/chat/completions"

    def __call__(self, context: Context) -> Observable[Any]:
        return from_async(lambda: self.said(context), name="small chat")

    async def said(self, context: Context) -> AsyncIterator[Token | ToolCall | Usage]:
        messages = [{"role": message.role, "content": message.text} for message in context.messages]
        request = {
            "model": "small",
            "messages": [{"role": "system", "content": "Be brief."}, *messages],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        timeout = aiohttp.ClientTimeout(total=10.0)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self.url, json=request) as response,
            ):
                if response.status != 200:
                    raise ProviderRejected("refused", provider="small", status=response.status)
                pieces: dict[int, list[str]] = {}
                async for line in response.content:
                    if line.startswith(b"data: {"):
                        for item in read(json.loads(line[6:]), pieces):
                            yield item
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ProviderError(f"the service failed: {error!r}", provider="small") from error


def read(chunk: dict[str, Any], pieces: dict[int, list[str]]) -> list[Token | ToolCall | Usage]:
    items: list[Token | ToolCall | Usage] = []
    for choice in chunk["choices"]:
        delta = choice["delta"]
        if delta.get("content"):
            items.append(Token(delta["content"]))
        for call in delta.get("tool_calls") or ():
            known = pieces.setdefault(call["index"], ["", "", ""])
            known[0] += call.get("id") or ""
            known[1] += call["function"].get("name") or ""
            known[2] += call["function"].get("arguments") or ""
        if choice.get("finish_reason") == "tool_calls":
            items += [ToolCall(i, name, json.loads(a or "{}")) for i, name, a in pieces.values()]
    if usage := chunk.get("usage"):
        items.append(Usage("small", usage["prompt_tokens"], usage["completion_tokens"]))
    return items


class HangsUpNever(SmallChat):
    """Reads in a generator that nobody closes."""

    def __call__(self, context: Context) -> Observable[Any]:
        self.readers: list[Any] = []

        async def said() -> AsyncIterator[Any]:
            reader = self.said(context)
            self.readers.append(reader)
            async for item in reader:
                yield item

        return from_async(said)


def reply(exchange: Exchange) -> ChatReply:
    if "weather" in str(exchange.json):
        return ChatReply("", calls=[ToolCall("call-1", "weather", {"city": "Łódź", "days": 2})])
    return ChatReply(SAYS, between=0.02)


def served(
    make: Callable[[FakeOpenAI], Chat], servers: "list[FakeOpenAI] | None" = None, **options: Any
) -> Any:
    @asynccontextmanager
    async def entered() -> AsyncGenerator[Chat]:
        async with FakeOpenAI(reply, **options) as server:
            if servers is not None:
                servers.append(server)
            yield make(server)

    return entered


def test_a_chat_over_server_sent_events() -> None:
    servers: list[FakeOpenAI] = []
    report = check_chat(
        served(SmallChat, servers),
        says=SAYS,
        calling=WEATHER,
        generating=lambda: servers[-1].open_connections,
        failing=served(SmallChat, faults=Refuse(401)),
    )
    assert not report.skipped


@pytest.mark.parametrize("fault", [Hang(), Drop(after=1)], ids=["hang", "drop"])
def test_a_server_that_fails_is_told_of(fault: Any) -> None:
    report = check_chat(served(SmallChat), says=SAYS, failing=served(SmallChat, faults=fault))
    assert "failure" in report.passed


def test_a_generator_that_nobody_closes_keeps_its_connection() -> None:
    error = failed(lambda: check_chat(served(HangsUpNever), says=SAYS))
    assert "unsubscribing" in error.points
