"""``rxvoice serve``: a browser page, telephone lines and rooms reach the same agent."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import reactivex as rx

from rxvoice.cli import _agent, _outputs, _python_file
from rxvoice.cli._agent import say
from rxvoice.errors import RxvoiceError
from rxvoice.operators import measure_response

if TYPE_CHECKING:
    from rxvoice.server import AgentFactory, CallSession, Options, Server

_CLOSING: Final = 2.0
"""Seconds that connections may take to close when all calls have ended, or were told to."""

VENDORS: Final = ("exotel", "genesys", "plivo", "telnyx", "twilio", "vonage")


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
    parser.add_argument(
        "-t",
        "--transport",
        default="all",
        choices=("all", "websocket", "webrtc", *VENDORS, "livekit"),
        help="websocket or webrtc: what the page uses first; a telephone vendor: its calls are "
        "answered at / too, and its credentials are needed to hang up; livekit: no server, but a "
        "room that the agent joins (default: %(default)s)",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on, such as 0.0.0.0; where others reach it, clients need tokens, "
        "which /start gives (default: %(default)s)",
    )
    parser.add_argument(
        "--port", type=int, default=7860, help="0 for any that is free (default: %(default)s)"
    )
    parser.add_argument(
        "--proxy",
        default="",
        metavar="HOST",
        help="name by which the world reaches this server, such as voice.example.org",
    )
    parser.add_argument(
        "--proxies",
        type=int,
        default=0,
        metavar="N",
        help="how many proxies of yours a request passes, which tell where it came from "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--max-sessions",
        type=int,
        default=100,
        metavar="N",
        help="how many calls there may be at a time; one more is refused (default: %(default)s)",
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
    parser.add_argument(
        "--folder", type=Path, metavar="FOLDER", help="serve the files of a folder below /files/"
    )
    parser.add_argument(
        "--pictures",
        action="store_true",
        help="draw calls at /sessions/ID/picture.svg, with what was said",
    )
    parser.add_argument(
        "--no-watch-loop",
        action="store_true",
        help="do not tell at /metrics how late the event loop is, and who has kept it",
    )
    parser.add_argument(
        "--tapes",
        type=Path,
        metavar="FOLDER",
        help="keep each call as FOLDER/ID.rxv, for `rxvoice replay`: what was said, and numbers of "
        "telephones; the folder is made if need be",
    )
    parser.add_argument(
        "--redact",
        action="append",
        default=[],
        choices=("text", "audio"),
        help="keep the shape of it only; may be repeated",
    )
    parser.add_argument(
        "--no-hang-up",
        action="store_true",
        help="leave it to the vendor to end calls, for which no credentials are needed then",
    )
    parser.add_argument(
        "--ice-server",
        action="append",
        default=[],
        metavar="URL",
        help="such as stun:stun.example.org:3478, for WebRTC; may be repeated",
    )
    parser.add_argument(
        "--evaluation",
        action="store_true",
        help="let evaluation runners set the conversation, see all calls of functions, and hear "
        "the bot; only on this machine",
    )
    parser.add_argument(
        "--uvloop",
        action="store_true",
        help="run on uvloop, which takes a tenth less processor time (pip install "
        "'rxvoice[uvloop]')",
    )
    room = parser.add_argument_group("a room of LiveKit (-t livekit)")
    room.add_argument("--url", default="", help="of its server (default: LIVEKIT_URL)")
    room.add_argument("--room", default="", help="its name, for a token made by LIVEKIT_API_KEY …")
    parser.add_argument("--title", default="rxvoice", help="of the page (default: %(default)s)")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="log calls too, not only what goes wrong"
    )
    parser.add_argument(
        "--argument",
        action="append",
        default=[],
        metavar="TEXT",
        help="for the agent, as session.start.arguments; may be repeated",
    )
    _agent.add_arguments(parser.add_argument_group("the agent of `rxvoice demo`, without a file"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if not args.debug:  # what goes wrong in calls, and who is refused, is told in any case
        logging.getLogger().setLevel(logging.INFO if args.verbose else logging.WARNING)
    with asyncio.Runner(loop_factory=_uvloop() if args.uvloop else None) as runner:
        runner.run(_serve(args))
    return 0


def _uvloop() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError as error:
        raise ValueError("--uvloop needs the extra: pip install 'rxvoice[uvloop]'") from error
    return uvloop.new_event_loop


async def _serve(args: argparse.Namespace) -> None:
    if args.transport == "livekit":
        await _join(args)
        return
    from aiohttp import web

    from rxvoice.server import calm_collector, create_app

    server = await _server(args)
    runner = web.AppRunner(
        create_app(server), handle_signals=False, access_log=None, shutdown_timeout=_CLOSING
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, args.host, args.port)
        await site.start()
        calm_collector()
        host, port = runner.addresses[0][:2]
        shown = f"[{host}]" if ":" in host else host
        with _told_to_stop() as told:
            say(f"serving http://{shown}:{port}/ (Ctrl-C ends it)")
            await told.acquire()
            say("no more calls are taken; Ctrl-C ends those there are")
            draining = asyncio.ensure_future(server.drain())
            stopping = asyncio.ensure_future(told.acquire())
            await asyncio.wait({draining, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in (draining, stopping):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
    finally:
        await runner.cleanup()


async def _join(args: argparse.Namespace) -> None:
    """Let the agent join a room, and stay until it is left alone or told to stop."""
    from rxvoice.server import Arrival, RoomStart
    from rxvoice.transports.livekit import livekit_room, livekit_token

    url = args.url or os.environ.get("LIVEKIT_URL", "")
    token = os.environ.get("LIVEKIT_TOKEN", "")
    if not url:
        raise ValueError("a room needs --url, or LIVEKIT_URL")
    if not token:
        if not args.room:
            raise ValueError("a room needs --room, or LIVEKIT_TOKEN")
        token = livekit_token(args.room, "agent", kind="agent")
    server = await _server(args)
    start = RoomStart(
        session_id=server.announce({}).session_id,
        arguments=tuple(args.argument),
        url=url,
        token=token,
        room=args.room,
    )
    with _told_to_stop() as told:
        call = asyncio.ensure_future(server.serve(Arrival(livekit_room(url, token), start)))
        stopping = asyncio.ensure_future(told.acquire())
        say("joining the room (Ctrl-C ends it)")
        await asyncio.wait({call, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        await server.stop()
    if failure := await call:
        raise RxvoiceError(failure)


async def _server(args: argparse.Namespace) -> "Server":
    from rxvoice.server import Server

    _outputs.folder("--tapes", args.tapes, mode=0o700)
    options = _options(args)
    server = Server(await _factory(args), options)
    if server.tapes is not None:
        local = args.agent is None
        told = _agent.settings(args) if local else {"agent": Path(args.agent).name}
        server.tapes.settings.update(told)
    return server


def _options(args: argparse.Namespace) -> "Options":
    from rxvoice.rtvi import Reports, Settings
    from rxvoice.server import Limits, Options, whatsapp_account
    from rxvoice.server._hosts import is_loopback
    from rxvoice.server._lines import REQUIRED, OpenLine
    from rxvoice.server._tokens import secrets_from_environment

    if args.evaluation and (args.proxy or args.proxies or not is_loopback(args.host)):
        raise ValueError("--evaluation is for this machine only, without a proxy")
    lines: dict[str, OpenLine] = {}
    if args.transport in VENDORS and not args.no_hang_up:
        try:
            REQUIRED[args.transport]()  # names what is missing, lest calls go on and cost money
        except ValueError as error:
            raise ValueError(str(error).replace("hang_up=False", "--no-hang-up")) from None
        lines = {args.transport: REQUIRED[args.transport]}
    whatsapp = any(name.startswith("WHATSAPP_") for name in os.environ)
    return Options(
        lines=lines,
        client=Settings(evaluation=args.evaluation),
        reports=Reports(bot_audio=args.evaluation),
        whatsapp=whatsapp_account() if whatsapp else None,
        folder=args.folder,
        pictures=args.pictures,
        tapes=args.tapes,
        redact=tuple(args.redact),
        watch_loop=not args.no_watch_loop,
        ice_servers=tuple(args.ice_server),
        transport=args.transport,
        host=args.host,
        port=args.port,
        proxy=args.proxy,
        proxies=args.proxies,
        limits=Limits(max_sessions=args.max_sessions),
        drain=args.drain,
        title=args.title,
        arguments=tuple(args.argument),
        allowed_origins=tuple(args.origin),
        secrets=secrets_from_environment(),
        api_key=os.environ.get("RXVOICE_API_KEY", ""),
    )


async def _factory(args: argparse.Namespace) -> "AgentFactory":
    if args.agent is not None:
        found: Any = _python_file.load(args.agent, "agent", "bot")
        return found
    return served_locally(await _agent.local_agents(args))


def served_locally(make: Callable[..., Any]) -> "AgentFactory":
    """Return what serves the local agent.

    Args:
        make: As `rxvoice.cli._agent.local_agents` returns it.
    """

    def local(session: "CallSession") -> Any:
        agent = make(played=session.played, commands=session.commands, loudspeaker=True)
        return rx.compose(agent, measure_response())

    return local


@contextlib.contextmanager
def _told_to_stop() -> Generator[asyncio.Semaphore]:
    """Count Ctrl-C and SIGTERM, of which none ends the process while the context lasts.

    Yields:
        What can be acquired once for each.
    """
    loop = asyncio.get_running_loop()
    told = asyncio.Semaphore(0)
    wanted = (signal.SIGINT, signal.SIGTERM)
    try:
        for one in wanted:
            # Windows has no signal handlers on loops; there Ctrl-C ends at once.
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(one, told.release)
        yield told
    finally:
        for one in wanted:
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(one)
        sys.stderr.flush()
