"""LM33: MCP servers at an address on loopback: the package's own, and faulty ones."""

import asyncio
import gc
import json
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from aiohttp import web
from mcp.server.mcpserver import MCPServer

from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Fault
from rxvoice.providers.mcp import McpServer, mcp_http, mcp_sse

from .mcp_raw import INITIALIZED, listing, text
from .mcp_use import Uses, by_name

Answer = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]
on_sockets = pytest.mark.virtual_time(real_io=True)
UNREADABLE = "The service gave an answer that cannot be read."
LOST = {"error": "The connection to the service was lost."}


class Office:
    """A server with the package, behind uvicorn; in real time, which uvicorn wants.

    Attributes:
        keys: The key of each request.
        began: Set when a call of ``slow`` is there.
        cancelled: Set when it was cancelled.
    """

    def __init__(self) -> None:
        self.keys: set[str | None] = set()
        self.began = asyncio.Event()
        self.cancelled = asyncio.Event()
        self._server = MCPServer("office")
        self._server.add_tool(self.add)
        self._server.add_tool(self.slow)

    async def add(self, a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    async def slow(self) -> str:
        """Never answer."""
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()
        return "never"

    @asynccontextmanager
    async def serve(self, *, sse: bool) -> AsyncGenerator[str]:
        app = self._server.sse_app() if sse else self._server.streamable_http_app()

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                headers = {name.decode(): value.decode() for name, value in scope["headers"]}
                self.keys.add(headers.get("x-key"))
            await app(scope, receive, send)

        config = uvicorn.Config(watched, port=0, log_config=None, ws="none", lifespan="on")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  it tells in no other way
            await asyncio.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}/{'sse' if sse else 'mcp'}"
        finally:
            server.should_exit = True
            await serving


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run in real time, at most 30 s, and check that no task or socket is left."""

    async def bounded() -> None:
        async with asyncio.timeout(30.0):
            await coroutine
        left = [str(task.get_coro()) for task in asyncio.all_tasks() - {asyncio.current_task()}]
        assert [one for one in left if "_shutdown_watcher" not in one] == []  # the server's

    asyncio.run(bounded())
    gc.collect()  # a socket that was not closed warns


@pytest.mark.parametrize("kind", ["http", "http, older", "sse"])
def test_lm33_tools_of_a_server_at_an_address_are_called_over_one_session(kind: str) -> None:
    async def main() -> None:
        uses, office = Uses(), Office()
        async with office.serve(sse=kind == "sse") as url:
            connect = mcp_sse if kind == "sse" else mcp_http
            mode = "legacy" if kind == "http, older" else "auto"
            async with connect(url, headers={"X-Key": "k"}, mode=mode) as server:
                named = by_name(await server.tools())
                answers = await asyncio.gather(
                    *(uses.call(named["add"], a=n, b=1) for n in range(5))
                )
                assert answers == [{"result": n + 1} for n in range(5)]
                call = asyncio.create_task(uses.call(named["slow"]))
                await office.began.wait()
                call.cancel()
                await office.cancelled.wait()
                await asyncio.wait({call})
                assert call.cancelled()
                assert await uses.call(named["add"], a=2, b=2) == {"result": 4}
        assert office.keys == {"k"}
        assert uses.events == []

    run(main())


@asynccontextmanager
async def answering(answer: Answer) -> AsyncGenerator[str]:
    """Serve what is written by hand."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.method != "POST":
            return web.Response(status=405)
        return await answer(request, json.loads(await request.read()))

    app = web.Application()
    app.router.add_route("*", "/mcp", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # pyright: ignore
    try:
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        await runner.cleanup()


def replied(message: dict[str, Any], result: dict[str, Any]) -> web.Response:
    return web.json_response({"jsonrpc": "2.0", "id": message["id"], "result": result})


def calling(call: Answer) -> Answer:
    """Answer all but calls as a proper server does."""

    async def answer(request: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        match message["method"]:
            case "initialize":
                return replied(message, INITIALIZED)
            case "tools/list":
                return replied(message, listing("x"))
            case "tools/call":
                return await call(request, message)
            case method if method.startswith("notifications/"):
                return web.Response(status=202)
            case _:
                return web.Response(status=404)

    return answer


@pytest.mark.parametrize("status", [401, 403, 404, 500])
@on_sockets
async def test_lm33_the_status_of_a_server_that_refuses_is_told(status: int) -> None:
    async def refuse(request: web.Request, message: dict[str, Any]) -> web.Response:
        return web.Response(status=status, text="secret")

    async with answering(refuse) as url:
        with pytest.raises(ProviderRejected, match=f"status {status}") as caught:
            async with mcp_http(url):
                raise AssertionError
    assert caught.value.status == status
    assert caught.value.fatal == (status in (401, 403))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("connect", [mcp_http, mcp_sse])
@on_sockets
async def test_lm33_a_server_that_is_not_there_cannot_be_connected_to(
    connect: Callable[[str], McpServer],
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with pytest.raises(ProviderError, match="cannot be connected to: ConnectError"):
        async with connect(f"http://127.0.0.1:{port}/mcp"):
            raise AssertionError


@on_sockets
async def test_lm33_a_connection_that_is_cut_in_a_call_is_made_anew_by_the_next() -> None:
    calls = 0

    async def call(request: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        nonlocal calls
        calls += 1
        if calls == 2:
            return replied(message, text("well"))
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    uses = Uses()
    async with answering(calling(call)) as url, mcp_http(url) as server:
        (tool,) = await server.tools()
        assert await uses.call(tool) == LOST
        assert await uses.call(tool) == "well"
        assert await uses.call(tool) == LOST
    assert uses.events == [Fault("mcp", "the tool x failed: its server was lost")] * 2


@on_sockets
async def test_lm33_a_server_that_has_forgotten_the_session_is_connected_to_again() -> None:
    known: set[str] = set()

    async def answer(request: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        if message["method"] == "initialize":
            name = f"session-{len(known)}"
            known.add(name)
            reply = replied(message, INITIALIZED)
            reply.headers["mcp-session-id"] = name
            return reply
        asked = request.headers.get("mcp-session-id")
        if asked is not None and asked not in known:
            return web.Response(status=404)
        return await calling(call)(request, message)

    async def call(request: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        return replied(message, text("well"))

    uses = Uses()
    async with answering(answer) as url, mcp_http(url, mode="legacy") as server:
        (tool,) = await server.tools()
        assert await uses.call(tool) == "well"
        known.remove("session-0")
        known.add("another's")
        assert await uses.call(tool) == LOST
        assert await uses.call(tool) == "well"
        assert "session-1" in known


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (web.Response(text="<html>"), "Unexpected content type: text/plain"),
        (web.Response(status=502, text="secret"), "Server returned an error response"),
        (web.Response(text="{", content_type="application/json"), UNREADABLE),
        (web.Response(status=202), "server answered a request with 202 Accepted"),
    ],
)
@on_sockets
async def test_lm33_an_answer_that_is_none_is_told_and_the_session_goes_on(
    answer: web.Response, told: str
) -> None:
    answers = [answer, None]

    async def call(request: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        return answers.pop(0) or replied(message, text("well"))

    uses = Uses()
    async with answering(calling(call)) as url, mcp_http(url) as server:
        (tool,) = await server.tools()
        failed = await uses.call(tool)
        assert failed["error"].startswith(told)
        assert await uses.call(tool) == "well"
    assert len(uses.events) == 1
