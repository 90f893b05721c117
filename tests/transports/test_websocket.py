"""Both halves of a websocket, between two sessions on this machine."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import reactivex as rx
from aiohttp import web
from aiohttp.test_utils import TestServer
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import AudioFrame, ClearAudio, Session
from rxvoice.items import Connected, Disconnected, MessageReceived, Played, SendMessage
from rxvoice.testing import run_virtual
from rxvoice.transports import SocketTransport, accepted, websocket

RATE = 16_000


def tone(seconds: float, value: int = 1000, pts: float = 0.0) -> AudioFrame:
    return AudioFrame(np.full(round(seconds * RATE), value, np.int16), RATE, pts)


def talk(
    serve: Callable[[SocketTransport, Session], Awaitable[None]],
    call: Callable[[SocketTransport, Session], Awaitable[None]],
) -> None:
    """Let a server's and a client's session talk over a socket, in virtual time."""

    async def main() -> None:
        async def handler(request: web.Request) -> web.WebSocketResponse:
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            async with Session(name="server") as session:
                await serve(accepted(socket), session)
            return socket

        app = web.Application()
        app.router.add_get("/", handler)
        async with TestServer(app) as server, Session(name="client") as session:
            line = websocket(str(server.make_url("/")).replace("http", "ws", 1))
            await call(line, session)

    run_virtual(main(), real_io=True)


def test_tr01_a_server_and_a_client_hear_each_other_and_see_each_other_leave() -> None:
    heard: dict[str, list[object]] = {"server": [], "client": []}

    async def serve(line: SocketTransport, session: Session) -> None:
        said = line.incoming.pipe(ops.do_action(heard["server"].append))
        await session.run(said, _echo(line))

    async def call(line: SocketTransport, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = line.outgoing(out, session)
        session.subscribe(line.incoming, heard["client"].append)
        for _ in range(5):
            out.on_next(tone(0.02))
        out.on_next(SendMessage("over", urgent=False))
        out.on_completed()
        await sending

    talk(serve, call)
    frames = [item for item in heard["server"] if isinstance(item, AudioFrame)]
    assert sum(len(frame.samples) for frame in frames) == 1600
    assert [round(frame.pts, 3) for frame in frames] == [0.0, 0.02, 0.04, 0.06, 0.08]
    assert isinstance(heard["server"][0], Connected)
    assert heard["server"][-2:] == [MessageReceived("over"), Disconnected()]
    assert heard["client"][0] == Connected()
    assert any(isinstance(item, Played) for item in heard["client"])


def _echo(line: SocketTransport) -> Callable[[rx.Observable[object], Session], Awaitable[None]]:
    return line.outgoing


def test_tr02_after_an_interruption_at_most_one_packet_comes() -> None:
    heard: list[object] = []

    async def serve(line: SocketTransport, session: Session) -> None:
        out: Subject[object] = Subject()
        sending = line.outgoing(out, session)
        session.subscribe(line.incoming, on_completed=out.on_completed)
        out.on_next(tone(5.0))
        await asyncio.sleep(0.1)
        out.on_next(ClearAudio())
        await sending

    async def call(line: SocketTransport, session: Session) -> None:
        session.subscribe(line.incoming, heard.append)
        await asyncio.sleep(1.0)

    talk(serve, call)
    cleared = heard.index(MessageReceived('{"type": "clear"}'))
    assert sum(isinstance(item, AudioFrame) for item in heard[:cleared]) in (5, 6)
    assert not [item for item in heard[cleared:] if isinstance(item, AudioFrame)]
