"""LM01, LM02, LM31: llama.cpp's own server, with one slot, answers and is left."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import pytest

from rxvoice.context import Context
from rxvoice.contracts import Chat
from rxvoice.errors import ProviderRejected
from rxvoice.items import Usage
from rxvoice.providers.openai import openai_compatible, openai_responses
from rxvoice.session import Session

from .openai_server import Asked
from .peers import PATIENCE, llama_cpp

KEY = "only the tests know"
HELLO = Context("Be brief.").append("user", "Say hello.")
STORY = Context("You tell stories.").append("user", "Tell me a very long story about a cat.")
LONG = 1500
"""Tokens of an answer that takes many seconds."""
PATIENTLY = {"connect_timeout": PATIENCE, "read_timeout": PATIENCE}
"""No test here is of a slow server, and the machine may have other work."""
ENDLESS: dict[str, Any] = {"ignore_eos": True}
"""Has the server write all tokens: where a story ends is up to a machine's rounding."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with llama_cpp(KEY) as address:
        yield address


def local(server: str, **options: Any) -> Chat:
    given: dict[str, Any] = {"base_url": f"{server}/v1", "api_key": KEY, **PATIENTLY, **options}
    return openai_compatible("llama.cpp", **given)


def in_real_time(scene: Callable[[Session], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(PATIENCE), Session() as session:
            await scene(session)

    asyncio.run(main())


async def slot(server: str) -> tuple[bool, int]:
    """Whether the only slot writes, and how many tokens it has written."""
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as client,
        client.get(f"{server}/slots") as response,
    ):
        told: dict[str, Any] = (await response.json())[0]
    written: list[dict[str, Any]] = told.get("next_token") or []
    return told["is_processing"], sum(one["n_decoded"] for one in written)


def test_lm02_leaving_frees_the_only_slot_at_once(server: str) -> None:
    async def scene(session: Session) -> None:
        endless = local(server, max_tokens=LONG, temperature=0.0, extra=ENDLESS)
        left = Asked(session, endless(STORY))
        await left.until(lambda: len(left.items) == 3 or left.over)
        assert left.error is None
        assert not left.over
        busy, written = await slot(server)
        assert busy
        assert written >= 3
        left.leave()
        while busy:
            busy, now = await slot(server)
            written = max(written, now)
        assert written < LONG // 2
        following = await Asked(session, local(server, max_tokens=8)(HELLO)).end()
        assert following.error is None
        assert following.text.strip()

    in_real_time(scene)


def test_lm01_and_lm30_text_and_usage(server: str) -> None:
    async def scene(session: Session) -> None:
        chat = local(server, max_tokens=8, temperature=0.0, seed=1)
        first, second = [await Asked(session, chat(HELLO)).end() for _ in range(2)]
        assert first.text == second.text != ""
        usage = second.items[-1]
        assert isinstance(usage, Usage)
        assert usage.source == "llama.cpp"
        assert 0 < usage.output_tokens <= 8
        assert 0 < usage.cached_tokens < usage.input_tokens

    in_real_time(scene)


def test_lm25_responses(server: str) -> None:
    async def scene(session: Session) -> None:
        chat = openai_responses(
            model="any", base_url=f"{server}/v1", api_key=KEY, max_tokens=8, temperature=0.0
        )
        asked = await Asked(session, chat(HELLO)).end()
        assert asked.error is None
        assert asked.text.strip()
        assert len(asked.of(Usage)) == 1

    in_real_time(scene)


def test_a_wrong_key_is_told(server: str) -> None:
    async def scene(session: Session) -> None:
        asked = await Asked(session, local(server, api_key="wrong")(HELLO)).end()
        assert isinstance(asked.error, ProviderRejected)
        assert asked.error.fatal

    in_real_time(scene)
