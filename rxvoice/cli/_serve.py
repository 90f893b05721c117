"""``rxvoice serve``: a browser page, telephone lines and rooms reach the same agent."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from rxvoice.cli import _agent, _python_file
from rxvoice.cli._agent import say

if TYPE_CHECKING:
    from rxvoice.server import AgentFactory, CallSession, Options


def add_arguments(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "serve",
        help="let browsers, telephone lines and rooms talk to an agent",
        description="Serve an agent: a page for browsers at /, clients of the RTVI protocol at /ws "
        "and /api/offer, the media streams of telephone vendors at /phone. Ctrl-C, or SIGTERM, "
        "lets calls that go on end first.",
    )
    parser.add_argument(
        "agent",
        nargs="?",
        metavar="AGENT.PY[:NAME]",
        help="a Python file with a function that is given the session and returns the agent; "
        "NAME is 'agent' or 'bot' unless given (default: the agent of `rxvoice demo`)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--port", type=int, default=7860, help="default: %(default)s")
    parser.add_argument(
        "--proxy",
        default="",
        metavar="HOST",
        help="name by which the world reaches this server, such as voice.example.org",
    )
    parser.add_argument(
        "--max-sessions", type=int, default=100, metavar="N", help="default: %(default)s"
    )
    parser.add_argument(
        "--drain",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="how long calls may go on after the server was told to stop (default: %(default)g)",
    )
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="URL",
        help="a page of another host that may connect; may be repeated",
    )
    parser.add_argument("--title", default="rxvoice", help="of the page (default: %(default)s)")
    parser.add_argument("-v", "--verbose", action="store_true", help="log what happens")
    parser.add_argument(
        "--argument",
        action="append",
        default=[],
        metavar="TEXT",
        help="for the agent, as session.start.arguments; may be repeated",
    )
    _agent.add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if args.verbose:
        logging.getLogger("rxvoice").setLevel(logging.INFO)
        logging.getLogger().setLevel(logging.INFO)
    asyncio.run(_serve(args))
    return 0


async def _serve(args: argparse.Namespace) -> None:
    from aiohttp import web

    from rxvoice.server import Server, create_app
    from rxvoice.server._metrics import watch_lag

    factory = await _factory(args)
    server = Server(factory, _options(args))
    runner = web.AppRunner(create_app(server), handle_signals=False, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, args.host, args.port)
        await site.start()
        host, port = runner.addresses[0][:2]
        shown = f"[{host}]" if ":" in host else host
        say(f"serving http://{shown}:{port}/ (Ctrl-C ends it)")
        watching = asyncio.ensure_future(watch_lag(server.metrics))
        await _told_to_stop()
        watching.cancel()
        say("no more calls are taken; Ctrl-C ends those there are")
        draining = asyncio.ensure_future(server.drain())
        stopping = asyncio.ensure_future(_told_to_stop())
        await asyncio.wait({draining, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in (draining, stopping):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    finally:
        await runner.cleanup()


def _options(args: argparse.Namespace) -> "Options":
    from rxvoice.server import Limits, Options

    return Options(
        host=args.host,
        port=args.port,
        proxy=args.proxy,
        limits=Limits(max_sessions=args.max_sessions),
        drain=args.drain,
        title=args.title,
        arguments=tuple(args.argument),
        allowed_origins=tuple(args.origin),
        secrets=tuple(os.environ.get("RXVOICE_SECRET", "").replace(",", " ").split()),
        api_key=os.environ.get("RXVOICE_API_KEY", ""),
    )


async def _factory(args: argparse.Namespace) -> "AgentFactory":
    if args.agent is not None:
        found: Any = _python_file.load_first(args.agent, ("agent", "bot"))
        return found
    make = await _agent.local_agents(args)

    def agent(session: "CallSession") -> Any:
        return make(played=session.played, commands=session.commands, loudspeaker=True)

    return agent


async def _told_to_stop() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    wanted = (signal.SIGINT, signal.SIGTERM)
    try:
        for one in wanted:
            # Windows has no signal handlers on loops; there Ctrl-C ends at once.
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(one, told.set)
        await told.wait()
    finally:
        for one in wanted:
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(one)
        sys.stderr.flush()
