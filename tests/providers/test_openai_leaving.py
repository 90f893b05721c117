"""LM02: an answer may be left at any moment, and the next one knows nothing of it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from rxvoice.providers.openai import openai_chat, openai_responses, openai_responses_ws
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import ChatReply

from .openai_server import served

MAKERS = [openai_chat, openai_responses, openai_responses_ws]


async def left_after(make: Callable[..., Any], steps: int, seconds: float) -> None:
    def replies(*_: Any) -> ChatReply:
        return ChatReply("a b c", between=0.2)

    async with served(make, replies) as (server, ask):
        first = ask()
        for _ in range(steps):
            await asyncio.sleep(0.0)
        await asyncio.sleep(seconds)
        heard = len(first.items)
        first.leave()
        second = await ask().end()
        assert (second.error, second.text) == (None, "a b c")
        assert second.times[-1] - seconds <= 1.0
        assert len(first.items) == heard
    assert server.open_connections == 0


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("steps", range(0, 60, 4))
def test_lm02_it_may_be_left_at_any_step_of_the_loop(make: Callable[..., Any], steps: int) -> None:
    run_virtual(left_after(make, steps, 0.0), real_io=True)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("seconds", [0.01, 0.19, 0.2, 0.21, 0.4, 0.41, 0.6])
def test_lm02_it_may_be_left_at_any_time(make: Callable[..., Any], seconds: float) -> None:
    run_virtual(left_after(make, 0, seconds), real_io=True)
