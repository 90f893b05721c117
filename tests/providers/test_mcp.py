"""LM33: tools of MCP servers, in virtual time."""

import asyncio
from typing import Any

import pytest
import reactivex as rx
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ErrorData
from pydantic import BaseModel
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.aio import from_coroutine
from rxvoice.clock import LoopScheduler
from rxvoice.context import Context as Conversation
from rxvoice.context import Memory, tools
from rxvoice.errors import ProviderError
from rxvoice.items import Fault, Tool, ToolCall, ToolProgress, ToolResult, Turn
from rxvoice.operators import respond
from rxvoice.providers.mcp import McpResult, McpServer, mcp_client

from .mcp_raw import INITIALIZED, UNKNOWN, RawServer, listing, raw, text
from .mcp_use import Uses, by_name

both = pytest.mark.parametrize("mode", ["legacy", "auto"])
"""The protocol with a handshake and notifications, and the one without."""


class Weather(BaseModel):
    city: str
    degrees: float


class Office:
    """A server with the package, and what happened at it.

    Attributes:
        server: The server.
        began: Set when a call of ``slow`` is there.
        cancelled: Set when it was cancelled.
    """

    def __init__(self) -> None:
        self.server = MCPServer("office")
        self.began = asyncio.Event()
        self.cancelled = asyncio.Event()
        for function in (self.weather, self.say, self.slow, self.count, self.fail):
            self.server.add_tool(function, name=function.__name__)

    async def weather(self, city: str) -> Weather:
        """Tell the weather of a city."""
        return Weather(city=city, degrees=21.5)

    async def say(self, word: str, after: float = 0.0) -> str:
        """Say a word."""
        await asyncio.sleep(after)
        return word

    async def slow(self) -> str:
        """Never answer."""
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()
        return "never"

    async def count(self, context: Context[Any, Any]) -> str:
        """Count to five, one every two seconds."""
        for number in range(1, 6):
            await context.report_progress(number, 5, f"at {number}")
            await asyncio.sleep(2.0)
        return "done"

    async def fail(self) -> str:
        """Fail."""
        raise ToolError("no such city\nTraceback (most recent call last):\n  File secret")


@both
@pytest.mark.virtual_time
async def test_lm33_tools_of_a_server_are_tools_of_a_conversation(mode: str) -> None:
    async def own(x: int) -> int:
        return x

    uses = Uses()
    async with mcp_client(Office().server, mode=mode) as server:
        listed = await server.tools()
        conversation = Memory()
        context = tools(*listed, own)
        assert [one.name for one in context.standard] == [
            *("weather", "say", "slow", "count", "fail", "own")
        ]
        weather = listed[0]
        assert isinstance(weather, Tool)
        assert weather.description == "Tell the weather of a city."
        assert weather.parameters["type"] == "object"
        assert weather.parameters["required"] == ["city"]
        assert weather.parameters["properties"]["city"]["type"] == "string"
        assert "title" not in weather.parameters
        assert not weather.background
        answer = await uses.call(weather, city="Rome")
        assert answer == {"city": "Rome", "degrees": 21.5}
    assert uses.events == []
    assert conversation.context.messages == ()


@both
@pytest.mark.virtual_time
async def test_lm33_a_reply_calls_a_tool_and_its_interruption_cancels_the_call(mode: str) -> None:
    office = Office()
    asked: list[Any] = []

    def llm(context: Conversation) -> Observable[Any]:
        asked.append(context.messages[-1])
        match len(asked):
            case 1:
                return rx.of(ToolCall("1", "say", {"word": "hello"}))
            case 2:
                return rx.of(ToolCall("2", "slow"))
            case _:
                return rx.never()

    async with mcp_client(office.server, mode=mode) as server:
        memory = Memory(tools=await server.tools())
        events: list[object] = []
        turn = rx.just(Turn("Say it.", 1)).pipe(respond(llm, memory), memory.record())
        reply = turn.subscribe(events.append, scheduler=LoopScheduler())
        await office.began.wait()
        assert ToolResult("1", "say", {"result": "hello"}) in events
        reply.dispose()
        await office.cancelled.wait()
        assert len(asked) == 2


@both
@pytest.mark.virtual_time
async def test_lm33_several_calls_run_at_once_on_one_session(mode: str) -> None:
    uses = Uses()
    async with mcp_client(Office().server, mode=mode) as server:
        say = by_name(await server.tools())["say"]
        answers = await asyncio.gather(
            *(uses.call(say, word=str(n), after=5.0 - n) for n in range(5))
        )
        assert answers == [{"result": str(n)} for n in range(5)]
        assert asyncio.get_running_loop().time() == pytest.approx(5.0)


@both
@pytest.mark.virtual_time
async def test_lm33_an_interruption_cancels_the_call_at_the_server_only(mode: str) -> None:
    uses, office = Uses(), Office()
    async with mcp_client(office.server, mode=mode) as server:
        named = by_name(await server.tools())
        waiting = asyncio.create_task(uses.call(named["say"], word="still here", after=3.0))
        call = from_coroutine(lambda: uses.call(named["slow"])).subscribe(scheduler=LoopScheduler())
        await office.began.wait()
        call.dispose()
        await office.cancelled.wait()
        assert await waiting == {"result": "still here"}
        assert await uses.call(named["say"], word="usable") == {"result": "usable"}
    assert uses.events == []


@pytest.mark.virtual_time
async def test_lm33_a_server_of_the_older_protocol_is_told_which_request_is_cancelled() -> None:
    began = asyncio.Event()

    async def calls(name: str) -> dict[str, Any] | None:
        began.set()
        await asyncio.Event().wait()
        return None

    peer, uses = raw(listing("slow"), calls), Uses()
    async with mcp_client(peer.connect()) as server:
        (slow,) = await server.tools()
        call = asyncio.create_task(uses.call(slow))
        await began.wait()
        call.cancel()
        await asyncio.wait({call})
        await asyncio.sleep(0.1)
        (told,) = [params for method, params in peer.heard if method == "notifications/cancelled"]
        assert told["requestId"] == len(peer.asked)


@both
@pytest.mark.virtual_time
async def test_lm33_a_call_that_takes_too_long_is_told_and_cancelled(mode: str) -> None:
    uses, office = Uses(), Office()
    async with mcp_client(office.server, mode=mode) as server:
        slow = by_name(await server.tools(timeout=4.0))["slow"]
        assert await uses.call(slow) == {"error": "The service took too long."}
        assert asyncio.get_running_loop().time() == pytest.approx(4.0)
        await office.cancelled.wait()
        assert slow.timeout is None  # which would give no words
    assert uses.events == [Fault("mcp", "the tool slow failed: it took too long")]


@both
@pytest.mark.virtual_time
async def test_lm33_what_fails_at_the_server_is_told_without_its_stack(mode: str) -> None:
    uses = Uses()
    async with mcp_client(Office().server, mode=mode, name="office") as server:
        named = by_name(await server.tools())
        answer = await uses.call(named["fail"])
        assert answer == {"error": "Error executing tool fail: no such city"}
        answer = await uses.call(named["weather"], town="Rome")
        assert "Field required" in answer["error"]
    said = "the server says so"
    assert uses.events == [
        Fault("office", f"the tool fail failed: {said}"),
        Fault("office", f"the tool weather failed: {said}"),
    ]


@both
@pytest.mark.virtual_time
async def test_lm33_progress_is_reported_by_tools_in_the_background_only(
    mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    uses = Uses()
    async with mcp_client(Office().server, mode=mode) as server:
        aside = by_name(await server.tools(background=["count"], progress_every=4.0))
        assert [name for name, one in aside.items() if one.background] == ["count"]
        assert await uses.call(aside["count"]) == {"result": "done"}
        assert uses.events == [
            ToolProgress("1", "count", {"progress": n, "total": 5, "message": f"at {n}"})
            for n in (1, 3, 5)
        ]
        uses.events.clear()
        everything = await server.tools(background=True)
        assert all(one.background for one in everything)
        ordinary = by_name(await server.tools())["count"]
        assert await uses.call(ordinary) == {"result": "done"}
        assert uses.events == []
        assert [one for one in caplog.records if one.name.startswith("rxvoice")] == []


@pytest.mark.virtual_time
async def test_lm33_a_filter_makes_of_the_answer_what_the_model_is_told() -> None:
    uses, seen = Uses(), list[McpResult]()

    def short(result: McpResult) -> str:
        seen.append(result)
        return f"{result.structured['degrees']:.0f} degrees"

    def broken(result: McpResult) -> str:
        return result.text[99]

    async with mcp_client(Office().server) as server:
        named = by_name(await server.tools(outputs={"weather": short, "say": broken}))
        assert await uses.call(named["weather"], city="Rome") == "22 degrees"
        assert seen[0].value == seen[0].structured == {"city": "Rome", "degrees": 21.5}
        assert '"Rome"' in seen[0].text
        assert seen[0].content[0].type == "text"
        answer = await uses.call(named["say"], word="hello")
        assert answer == {"error": "The answer of the service cannot be used."}
    (fault,) = uses.events
    assert isinstance(fault, Fault)
    assert fault.message == "the tool say failed: its output filter raised IndexError"
    assert isinstance(fault.cause, IndexError)


@both
@pytest.mark.virtual_time
async def test_lm33_it_is_told_when_the_server_has_other_tools(mode: str) -> None:
    office = Office()

    async def change(context: Context[Any, Any]) -> str:
        office.server.remove_tool("weather")
        if mode == "legacy":
            await context.session.send_tool_list_changed()
        else:
            await context.notify_tools_changed()
        return "changed"

    office.server.add_tool(change)
    names: list[list[str]] = []
    over: list[str] = []

    async with mcp_client(office.server, mode=mode) as server:

        async def reload() -> list[str]:
            return [one.name for one in await server.tools(allow=["weather", "say"])]

        again = server.changed.pipe(ops.flat_map(lambda _: from_coroutine(reload)))
        again.subscribe(
            names.append,
            on_completed=lambda: over.append("completed"),
            scheduler=LoopScheduler(),
        )
        uses = Uses()
        named = by_name(await server.tools())
        assert await uses.call(named["change"]) == {"result": "changed"}
        await asyncio.sleep(1.0)
        assert names == [["say"]]
        assert await uses.call(named["weather"], city="Rome") == {"error": "Unknown tool: weather"}
    assert over == ["completed"]


@pytest.mark.virtual_time
async def test_lm33_using_it_unconnected_is_an_error() -> None:
    uses = Uses()
    server = mcp_client(Office().server)
    with pytest.raises(RuntimeError, match="not connected: use it inside `async with`"):
        await server.tools()
    async with server:
        say = by_name(await server.tools())["say"]
        with pytest.raises(RuntimeError, match="connected to once"):
            await server.__aenter__()
    with pytest.raises(RuntimeError, match="not connected"):
        await server.tools()
    assert await uses.call(say, word="x") == {"error": "The service is not connected."}
    assert uses.events == [Fault("mcp", "the tool say failed: it is not connected")]


@pytest.mark.virtual_time
async def test_lm33_a_list_that_is_asked_for_while_the_block_is_left_connects_nowhere() -> None:
    async def answer(method: str, parameters: Any) -> dict[str, Any] | ErrorData | None:
        if method != "initialize":
            return UNKNOWN
        return INITIALIZED if peer.connections == 1 else None

    peer = RawServer(answer)
    async with McpServer(peer.connect) as server:
        first = asyncio.create_task(server.tools())
        await asyncio.wait({first})
        assert isinstance(first.exception(), ProviderError)
        listing_now = asyncio.create_task(server.tools())
    with pytest.raises((ProviderError, RuntimeError)):
        await listing_now
    assert peer.connections == 1


@both
@pytest.mark.virtual_time
async def test_lm33_leaving_the_block_ends_calls_under_way(mode: str) -> None:
    uses, office = Uses(), Office()
    async with mcp_client(office.server, mode=mode) as server:
        slow = by_name(await server.tools())["slow"]
        call = asyncio.create_task(uses.call(slow))
        await office.began.wait()
    assert await call == {"error": "The connection to the service was lost."}
    assert uses.events == [Fault("mcp", "the tool slow failed: it was not waited for")]
    assert office.cancelled.is_set()


@pytest.mark.virtual_time
async def test_lm33_it_is_left_by_a_task_that_did_not_enter_it() -> None:
    server = mcp_client(Office().server)
    await asyncio.create_task(server.__aenter__())
    assert len(await server.tools()) == 5
    await asyncio.create_task(server.__aexit__(None, None, None))
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.virtual_time
async def test_lm33_a_block_that_fails_is_left_with_its_own_error() -> None:
    with pytest.raises(ZeroDivisionError):
        async with mcp_client(Office().server):
            raise ZeroDivisionError


@pytest.mark.virtual_time
async def test_lm33_a_server_that_hangs_up_in_a_call_is_connected_to_again_by_the_next() -> None:
    async def calls(name: str) -> dict[str, Any] | None:
        if name == "quit":
            peer.hang_up()
            return None
        return text("well")

    peer, uses = raw(listing("quit", "ask"), calls), Uses()
    async with McpServer(peer.connect) as server:
        named = by_name(await server.tools())
        assert await uses.call(named["quit"]) == {
            "error": "The connection to the service was lost."
        }
        answers = await asyncio.gather(*(uses.call(named["ask"]) for _ in range(3)))
        assert answers == ["well"] * 3
        assert peer.connections == 2
    assert uses.events == [Fault("mcp", "the tool quit failed: its server was lost")]
