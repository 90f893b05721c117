"""LM33: MCP servers that are programs, in real time; they are waited for, never slept for."""

import asyncio
import gc
import os
import sys
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from rxvoice.aio import Scope
from rxvoice.aio._scope import current_scope
from rxvoice.errors import ProviderError
from rxvoice.items import Fault
from rxvoice.providers.mcp import McpServer, mcp_stdio

from .mcp_use import Uses, by_name

HERE = Path(__file__).parent
PROGRAM = str(HERE / "mcp_program.py")
BROKEN = str(HERE / "mcp_broken_program.py")


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run in real time, at most 30 s, and check that no task or transport is left."""

    async def bounded() -> None:
        async with asyncio.timeout(30.0):
            await coroutine
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(bounded())
    gc.collect()  # a pipe that was not closed warns


def program(**options: Any) -> McpServer:
    return mcp_stdio(sys.executable, PROGRAM, **options)


async def touched(path: Path) -> None:
    while not path.exists():  # noqa: ASYNC110, ASYNC240  the other process knows no event
        await asyncio.sleep(0.005)


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_lm33_tools_of_a_program_are_called_over_one_session_and_it_ends_with_the_block(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def main() -> None:
        uses = Uses()
        began, ended = tmp_path / "began", tmp_path / "ended"
        async with program(env={"COLOUR": "green"}) as server:
            tools = by_name(await server.tools())
            assert tools["add"].description == "Add two numbers."
            assert tools["add"].parameters["required"] == ["a", "b"]
            one, two = await asyncio.gather(
                uses.call(tools["add"], a=1, b=2), uses.call(tools["add"], a=3, b=4)
            )
            assert (one, two) == ({"result": 3}, {"result": 7})
            pid = (await uses.call(tools["pid"]))["result"]
            assert await uses.call(tools["variable"], name="COLOUR") == {"result": "green"}
            call = asyncio.create_task(uses.call(tools["slow"], began=str(began), ended=str(ended)))
            await touched(began)
            call.cancel()
            await asyncio.wait({call})
            await touched(ended)  # the server heard of it
            assert call.cancelled()
            assert await uses.call(tools["pid"]) == {"result": pid}
            assert is_running(pid)
        assert not is_running(pid)
        assert uses.events == []

    run(main())
    assert capfd.readouterr().err == ""


def test_lm33_a_program_that_is_killed_in_the_midst_of_a_call_is_started_again_by_the_next(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        uses = Uses()
        with (tmp_path / "errors").open("w") as errors:
            async with program(stderr=errors, name="adder") as server:
                tools = by_name(await server.tools())
                first = await uses.call(tools["pid"])
                answer, other = await asyncio.gather(
                    uses.call(tools["die"]),
                    uses.call(tools["slow"], began=os.devnull, ended=os.devnull),
                )
                assert answer == other == {"error": "The connection to the service was lost."}
                assert uses.events == [
                    Fault("adder", "the tool die failed: its server was lost"),
                    Fault("adder", "the tool slow failed: its server was lost"),
                ]
                second = await uses.call(tools["pid"])
                assert second != first
            assert not is_running(second["result"])
        assert (tmp_path / "errors").read_text() == "the server was started\n" * 2

    run(main())


def test_lm33_a_program_that_writes_rubbish_and_dies_in_an_answer_is_survived() -> None:
    async def main() -> None:
        uses = Uses()
        async with mcp_stdio(sys.executable, BROKEN) as server:
            (half,) = await server.tools()
            assert await uses.call(half) == {"error": "The connection to the service was lost."}

    run(main())


def test_lm33_a_command_that_does_not_exist_or_ends_at_once_is_an_error() -> None:
    async def main() -> None:
        with pytest.raises(ProviderError, match="cannot be started: FileNotFoundError") as caught:
            async with mcp_stdio("no-such-command-anywhere"):
                raise AssertionError
        assert not caught.value.retryable
        with pytest.raises(ProviderError, match="cannot be connected to"):
            async with mcp_stdio(sys.executable, "-c", "pass"):
                raise AssertionError

    run(main())


def test_lm33_closing_the_session_ends_the_program_too() -> None:
    async def main() -> None:
        scope = Scope()
        pids: list[int] = []

        async def talk() -> None:
            current_scope.set(scope)
            async with mcp_stdio(sys.executable, BROKEN) as server:
                (half,) = await server.tools()
                pids.append(int(half.description))
                ready.set()
                await asyncio.Event().wait()

        ready = asyncio.Event()
        scope.spawn(talk, name="talk")
        await ready.wait()
        await scope.aclose()
        assert scope.names == []
        assert not is_running(pids[0])

    run(main())
