"""RT05, RT07: what is told of calls of functions, and functions that the client runs."""

import asyncio
from typing import Any

import pytest

from rxvoice.context import Context, ToolUse
from rxvoice.items import Event, Tool, ToolCall, ToolResult, ToolsCancelled
from rxvoice.rtvi import ClientFunctions, FunctionResult, Level, Reports, Version
from rxvoice.testing import run_virtual

from .said import told_of

CALL = ToolCall("c1", "book", {"seats": 2})
RESULT = ToolResult("c1", "book", {"table": 7})
CANCELLED = ToolsCancelled((CALL,), "interrupted")

NAME = {"function_name": "book"}
ID = {"tool_call_id": "c1"}
ARGUMENTS = {"arguments": {"seats": 2}}


@pytest.mark.parametrize(
    ("level", "started", "running", "stopped"),
    [
        ("id", {}, ID, {}),
        ("name", NAME, ID | NAME, NAME),
        ("arguments", NAME, ID | NAME | ARGUMENTS, NAME),
        ("full", NAME, ID | NAME | ARGUMENTS, NAME | {"result": {"table": 7}}),
    ],
)
def test_rt07_of_a_call_is_told_what_its_level_allows(
    level: Level, started: dict[str, Any], running: dict[str, Any], stopped: dict[str, Any]
) -> None:
    assert told_of([CALL, RESULT], Reports(levels={"*": level})) == [
        {"type": "llm-function-call-started", "data": started},
        {"type": "llm-function-call-in-progress", "data": running},
        {"type": "llm-function-call-stopped", "data": ID | {"cancelled": False} | stopped},
    ]


def test_rt07_the_id_alone_is_told_unless_more_is_wanted() -> None:
    usual = told_of([CALL, RESULT])
    assert usual == told_of([CALL, RESULT], Reports(levels={"book": "id"}))
    assert "book" not in str(usual)
    assert "seats" not in str(usual)
    assert "table" not in str(usual)


@pytest.mark.parametrize("level", ["disabled", "id", "name", "arguments", "full"])
@pytest.mark.parametrize("version", [(1, 0, 0), (1, 2, 0), (2, 2, 0)])
def test_rt05_a_client_of_rtvi_1_0_is_asked_by_the_old_name_if_at_all(
    level: Level, version: Version
) -> None:
    told = told_of([CALL], Reports(version=version, levels={"*": level}))
    asked = [message["data"] for message in told if message["type"] == "llm-function-call"]
    if version < (1, 2, 0) and level in ("arguments", "full"):
        assert asked == [ID | NAME | {"args": {"seats": 2}}]
    else:
        assert asked == []


def test_rt07_a_function_may_be_told_unlike_the_others() -> None:
    reports = Reports(levels={"*": "disabled", "book": "name"})
    other = ToolCall("c2", "look_up", {})
    told = told_of([other, CALL, ToolResult("c2", "look_up"), RESULT], reports)
    assert [message["data"].get("tool_call_id") for message in told] == [None, "c1", "c1"]


def test_rt07_calls_that_are_cancelled_are_told_without_a_result() -> None:
    both = ToolsCancelled((CALL, ToolCall("c2", "secret")), "interrupted")
    reports = Reports(levels={"*": "full", "secret": "disabled"})
    assert told_of([both], reports) == [
        {"type": "llm-function-call-stopped", "data": ID | NAME | {"cancelled": True}}
    ]


def asks(call: ToolCall) -> ToolUse:
    def emit(_: Event) -> None: ...

    return ToolUse(call, Context(), None, emit)


def run(tool: Tool, call: ToolCall) -> Any:
    assert tool.function is not None
    return tool.function(asks(call), call.arguments)


def test_rt05_a_function_of_the_client_has_the_clients_result() -> None:
    async def main() -> None:
        functions = ClientFunctions()
        tool = functions.tool("book", description="Books a table.")
        waiting = asyncio.ensure_future(run(tool, CALL))
        await asyncio.sleep(1.0)
        assert not waiting.done()
        functions.take(FunctionResult("another", "book", "no"))
        functions.take(FunctionResult("c1", "book", {"table": 7}))
        assert await waiting == {"table": 7}

    run_virtual(main())


def test_rt05_a_result_may_come_before_it_is_waited_for() -> None:
    async def main() -> None:
        functions = ClientFunctions()
        functions.take(FunctionResult("c1", "book", "yes"))
        assert await run(functions.tool("book"), CALL) == "yes"

    run_virtual(main())


def test_rt05_results_that_nobody_waits_for_are_not_kept_for_ever() -> None:
    async def main() -> None:
        functions = ClientFunctions()
        for number in range(100):
            functions.take(FunctionResult(f"c{number}", "book", number))
        assert await run(functions.tool("book"), ToolCall("c99", "book")) == 99
        waiting = asyncio.ensure_future(run(functions.tool("book"), ToolCall("c1", "book")))
        await asyncio.sleep(1.0)
        assert not waiting.done()
        waiting.cancel()
        await asyncio.wait([waiting])
        functions.take(FunctionResult("c1", "book", "late"))

    run_virtual(main())
