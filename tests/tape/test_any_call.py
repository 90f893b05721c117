"""Any call can be replayed: with parts that wait, fail and call tools, in any order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.context import Memory, ToolUse, tool
from rxvoice.errors import ProviderError
from rxvoice.items import Token
from rxvoice.operators import retry_with_backoff
from rxvoice.tape import fork
from rxvoice.testing.strategies import callers
from tests.tape.calls import agent_of, assert_identical, held
from tests.tape.parts import Thinker, speaker


@tool
async def look_up(use: ToolUse, number: int) -> dict[str, int]:
    """Look something up."""
    await asyncio.sleep(0.05)
    use.say("One moment.")
    await asyncio.sleep(0.1 * number)
    return {"number": number}


@tool(background=True)
async def search(use: ToolUse, number: int) -> dict[str, int]:
    """Search while the conversation goes on."""
    await asyncio.sleep(0.3)
    use.report({"found": number})
    await asyncio.sleep(1.0)
    return {"number": number}


@tool(timeout=0.2)
async def hang(number: int) -> None:
    """Never answer."""
    await asyncio.sleep(60.0)


TOOLS = [look_up, search, hang]


def options(seed: int) -> dict[str, Any]:
    llm = Thinker(seed, [one.name for one in TOOLS])
    return {"llm": llm, "tts": speaker(seed), "memory": Memory(tools=TOOLS)}


@given(callers(max_size=6), st.integers(0, 99), st.booleans())
@settings(max_examples=40)
def test_any_call_replays_to_identical_events(user: str, seed: int, audio: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "call.rxv"
        call = held(path, user, audio=audio, **options(seed))

        def agent(source: Observable[Any]) -> Observable[Any]:
            parts = options(seed + 1)  # other ones: the tape answers for them
            return agent_of(audio=audio, **parts)(source)

        assert_identical(call, path, agent)


@given(callers(max_size=4), st.integers(0, 99), st.booleans(), st.floats(0.0, 8.0))
@settings(max_examples=20)
def test_the_same_agent_goes_on_with_any_call_in_the_same_way(
    user: str, seed: int, audio: bool, at: float
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "call.rxv"
        held(path, user, audio=audio, tick=0.0973, **options(seed))  # nothing is due at one instant

        def agent(source: Observable[Any]) -> Observable[Any]:
            return agent_of(audio=audio, **options(seed + 1))(source)

        assert fork(path, agent, at=at).divergence is None


@pytest.mark.parametrize("seed", range(3))
def test_pauses_of_chance_are_the_same_again(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "call.rxv"

    def failing(source: int) -> Any:
        random = Random(source)

        async def written() -> AsyncIterator[Token]:
            await asyncio.sleep(random.uniform(0.01, 0.1))
            if random.random() < 0.7:
                raise ProviderError("busy", provider="fake", retryable=True)
            yield Token("Hello.")

        def ask(context: object) -> Observable[Token]:
            return from_async(written, name="llm")

        return retry_with_backoff(ask, tries=5)

    call = held(path, "[--]'hello' 2s [-]'stop'", llm=failing(seed), apology="Sorry?")
    agent = agent_of(llm=failing(seed + 1), apology="Sorry?")
    assert sum(name == "llm" for name, _ in assert_identical(call, path, agent).edges) > 2
