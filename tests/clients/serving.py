"""A server with an agent, in real time and in a thread of its own."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from rxvoice.server import AgentFactory, Options, Server, create_app

PATIENCE = 20.0
"""Seconds that anything here may take at most."""


@dataclass
class Served:
    """A server that serves.

    Attributes:
        server: It.
        host: Where it listens, with its port.
        page: Where the client's page is, at another origin.
    """

    server: Server
    host: str
    page: str

    def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, "it does not come to that"
            time.sleep(0.01)


@contextlib.contextmanager
def served(
    agent: AgentFactory,
    *,
    files: Mapping[str, bytes] | None = None,
    prepare: Callable[[Server, web.Application], object] | None = None,
    **options: Any,
) -> Generator[Served]:
    """Serve an agent, and the files of a page at another port.

    Args:
        agent: As for a `Server`.
        files: What the page consists of, by its paths.
        prepare: Is given the server and its application before it serves.
        options: As `Options`.
    """
    began: Future[Served] = Future()
    over: Future[None] = Future()

    async def serve() -> None:
        async with contextlib.AsyncExitStack() as stack:
            pages = await stack.enter_async_context(_listening(_static(files or {})))
            server = Server(agent, Options(allowed_origins=(f"http://{pages}",), **options))
            app = create_app(server)
            if prepare is not None:
                prepare(server, app)
            host = await stack.enter_async_context(_listening(app))
            began.set_result(Served(server, host, f"http://{pages}"))
            await asyncio.wrap_future(over)

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if not began.done():
                began.set_exception(error)
            else:
                raise

    thread = threading.Thread(target=run, name="server of the tests")
    thread.start()
    try:
        yield began.result(PATIENCE)
    finally:
        over.set_result(None)
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the server does not end"


@contextlib.asynccontextmanager
async def _listening(app: web.Application) -> AsyncGenerator[str]:
    runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _static(files: Mapping[str, bytes]) -> web.Application:
    async def answer(request: web.Request) -> web.StreamResponse:
        body = files.get(request.path)
        if body is None:
            return web.Response(status=204)  # a favicon
        kind = "text/javascript" if request.path.endswith(".js") else "text/html"
        return web.Response(body=body, content_type=kind, charset="utf-8")

    app = web.Application()
    app.router.add_get("/{name:.*}", answer)
    return app
