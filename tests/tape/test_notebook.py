"""Tapes are replayed where a loop is running, as in a notebook."""

import asyncio
from pathlib import Path

from rxvoice.tape import fork, replay
from tests.tape.calls import agent_of, held

LLM = ["I am the assistant of the city library.", "Sorry."]


def test_a_loop_that_is_running_stands_still_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    held(path, "[--]'hello' [-]|", llm=LLM)

    async def cell() -> None:
        loop = asyncio.get_running_loop()
        replay(path, agent_of(LLM)).check()
        assert fork(path, agent_of(LLM)).divergence is None
        assert fork(path, agent_of(LLM), at=0.7, realtime=True).events
        assert asyncio.get_running_loop() is loop
        await asyncio.sleep(0.0)

    asyncio.run(cell())
