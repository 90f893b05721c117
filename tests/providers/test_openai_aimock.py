"""LM01, LM06, LM19, LM20, LM22, LM25: a fake of somebody else's answers the providers of OpenAI."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from rxvoice.context import Context, Message, tools
from rxvoice.contracts import Chat
from rxvoice.errors import ProviderRejected
from rxvoice.items import ToolCall, Usage
from rxvoice.providers.openai import openai_chat, openai_responses, openai_responses_ws
from rxvoice.session import Session

from .openai_server import Asked
from .peers import PATIENCE, aimock, needs_aimock

pytestmark = needs_aimock

LONG = " ".join(str(number) for number in range(200))
FIXTURES: list[dict[str, Any]] = [
    {"match": {"toolCallId": "call_ulm"}, "response": {"content": "It rains in Ulm."}},
    {"match": {"userMessage": "hello"}, "response": {"content": "Hello! How can I help?"}},
    {
        "match": {"userMessage": "weather"},
        "response": {
            "toolCalls": [{"id": "call_ulm", "name": "weather", "arguments": '{"city":"Ulm"}'}]
        },
    },
    {
        "match": {"userMessage": "long"},
        "response": {"content": LONG},
        "latency": 100,
        "chunkSize": 4,
    },
    {
        "match": {"userMessage": "limit"},
        "response": {
            "error": {"message": "no", "type": "rate_limit_error", "code": "rate_limit_exceeded"},
            "status": 429,
        },
    },
]

MAKERS: dict[str, Callable[..., Chat]] = {
    "chat": partial(openai_chat, model="gpt-4o"),
    "responses": partial(openai_responses, model="gpt-4o"),
    "websocket": partial(openai_responses_ws, model="gpt-4o"),
}


def play(
    name: str, folder: Path, scene: Callable[[Callable[[Context], Asked], str], Awaitable[None]]
) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(PATIENCE),
            aimock(FIXTURES, folder) as address,
            Session() as session,
        ):
            chat = MAKERS[name](api_key="any", base_url=f"{address}/v1", retries=0)
            await scene(lambda context: Asked(session, chat(context)), address)

    asyncio.run(main())


async def weather(city: str) -> str:
    return ""


def said(text: str) -> Context:
    return Context("Be brief.").append("user", text)


@pytest.mark.parametrize("name", MAKERS)
def test_lm01_text_and_usage(name: str, tmp_path: Path) -> None:
    async def scene(ask: Callable[[Context], Asked], address: str) -> None:
        for _ in range(2):
            asked = await ask(said("hello")).end()
            assert (asked.error, asked.text) == (None, "Hello! How can I help?")
            assert isinstance(asked.items[-1], Usage)

    play(name, tmp_path, scene)


@pytest.mark.parametrize("name", MAKERS)
def test_lm06_a_call_and_what_is_said_of_its_answer(name: str, tmp_path: Path) -> None:
    async def scene(ask: Callable[[Context], Asked], _: str) -> None:
        context = replace(said("weather"), tools=tools(weather))
        asked = await ask(context).end()
        (call,) = asked.of(ToolCall)
        assert (call.name, call.arguments) == ("weather", {"city": "Ulm"})
        after = context.add(
            Message("assistant", calls=(call,)), Message("tool", "rain", answers=call.id)
        )
        assert (await ask(after).end()).text == "It rains in Ulm."

    play(name, tmp_path, scene)


@pytest.mark.parametrize("name", MAKERS)
def test_lm02_and_lm22_after_leaving_the_next_request_is_served(name: str, tmp_path: Path) -> None:
    async def scene(ask: Callable[[Context], Asked], _: str) -> None:
        left = ask(said("long"))
        await left.until(lambda: len(left.items) == 2 or left.over)
        assert not left.over
        left.leave()
        asked = await ask(said("hello")).end()
        assert (asked.error, asked.text) == (None, "Hello! How can I help?")
        assert len(left.items) == 2

    play(name, tmp_path, scene)


@pytest.mark.parametrize("name", ["chat", "responses"])
def test_a_limit_is_told(name: str, tmp_path: Path) -> None:
    async def scene(ask: Callable[[Context], Asked], _: str) -> None:
        asked = await ask(said("limit")).end()
        assert isinstance(asked.error, ProviderRejected)
        assert (asked.error.status, asked.error.retryable) == (429, True)

    play(name, tmp_path, scene)


def test_lm19_one_socket_is_used_again(tmp_path: Path) -> None:
    async def scene(ask: Callable[[Context], Asked], address: str) -> None:
        context = said("hello")
        await ask(context).end()
        context = context.append("assistant", "Hello! How can I help?").append("user", "hello")
        assert (await ask(context).end()).text == "Hello! How can I help?"
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{address}/v1/_requests") as response,
        ):
            asked = await response.json()
        assert len(asked) == 2

    play("websocket", tmp_path, scene)
