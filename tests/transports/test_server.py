"""TR08: a server for one client at a time, and clients that come to it."""

import asyncio

import aiohttp
import pytest
import reactivex as rx
from reactivex import operators as ops
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from rxvoice import AudioFrame, Session
from rxvoice.items import Connected, Disconnected, MessageReceived, Played, SendMessage
from rxvoice.testing import pause, run_virtual
from rxvoice.transports import (
    SocketTransport,
    TransportError,
    WebsocketServer,
    websocket,
    websocket_server,
)
from rxvoice.transports._listener import Listener
from tests.transports.ends import tone


def echo(line: SocketTransport) -> rx.Observable[object]:
    def answer(item: object) -> object:
        return SendMessage(item.data, urgent=True) if isinstance(item, MessageReceived) else item

    return line.incoming.pipe(ops.map(answer))


def others(items: list[object]) -> list[object]:
    return [item for item in items if not isinstance(item, AudioFrame | Played)]


def test_tr08_a_server_and_a_client_talk_and_the_server_is_gone_with_the_client() -> None:
    async def main() -> None:
        port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        async with Session(name="server") as session, Session(name="client") as caller:
            here = websocket_server(port=0, listening=port.set_result)
            said: list[object] = []
            serving = asyncio.ensure_future(
                session.run(echo(here).pipe(ops.do_action(said.append)), here.outgoing)
            )
            url = f"ws://127.0.0.1:{await port}"
            there = websocket(url)
            heard: list[object] = []
            listening = caller.subscribe(there.incoming, heard.append)
            await there.outgoing(rx.of(tone(0.1), SendMessage("hello")), caller)
            await pause(0.2)
            listening.dispose()
            await serving
            assert others(heard) == [Connected(), MessageReceived("hello")]
            assert sum(i.duration for i in heard if isinstance(i, AudioFrame)) == pytest.approx(0.1)
            assert said[-1] == Disconnected()
            with pytest.raises(TransportError, match="cannot be reached"):
                await websocket(url).outgoing(rx.empty(), caller)

    run_virtual(main(), real_io=True)


def test_tr08_a_second_client_is_refused_and_may_come_when_the_first_has_left() -> None:
    async def main() -> None:
        lines: list[SocketTransport] = []

        async def serve(server: WebsocketServer) -> None:
            async for line in server:
                lines.append(line)
                async with Session() as session:
                    await session.run(echo(line), line.outgoing)

        async with WebsocketServer(port=0) as server:
            serving = asyncio.create_task(serve(server))
            url = f"ws://127.0.0.1:{server.port}"
            async with connect(url, ping_interval=None) as first:
                with pytest.raises(InvalidStatus) as refusal:
                    await connect(url)
                assert refusal.value.response.status_code == 503
                assert refusal.value.response.body == b"there is a client already\n"
                assert refusal.value.response.headers["Retry-After"] == "5"
                await first.send("still here")
                assert await first.recv() == "still here"
            await pause(0.1)
            async with connect(url, ping_interval=None) as second:
                await second.send("now me")
                assert await second.recv() == "now me"
            await pause(0.1)
            assert len(lines) == 2
            serving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await serving

    run_virtual(main(), real_io=True)


def test_tr08_of_two_who_come_at_the_same_moment_one_is_sent_away() -> None:
    async def both() -> None:
        listener = Listener("127.0.0.1", 0, None, ())
        listener._refuse = lambda *_: None  # type: ignore[assignment]
        await listener.open()
        url = f"ws://127.0.0.1:{listener.port}"
        async with connect(url, ping_interval=None) as first:
            async with connect(url, ping_interval=None) as second:
                with pytest.raises(ConnectionClosedError) as closed:
                    await second.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1013
                assert closed.value.rcvd.reason == "there is a client already"
            await first.send("x")
            channel = await listener.next()
            assert await channel.receive() == "x"
        await listener.aclose()

    run_virtual(both(), real_io=True)


def test_tr08_a_server_that_nobody_comes_to_ends_with_its_session() -> None:
    async def main() -> None:
        async with Session() as session:
            line = websocket_server(port=0)
            session.subscribe(line.incoming)
            line.outgoing(rx.of(tone(1.0)), session)
            await pause(1.0)

    run_virtual(main(), real_io=True)


def test_tr08_a_port_that_is_taken_is_an_error_that_names_it() -> None:
    async def main() -> None:
        async with WebsocketServer(port=0) as server, Session() as session:
            line = websocket_server(port=server.port)
            with pytest.raises(TransportError, match=rf"listen at 127.0.0.1:{server.port}"):
                await line.outgoing(rx.never(), session)

    run_virtual(main(), real_io=True)
    with pytest.raises(ValueError, match="port"):
        websocket_server(port=-1)


def test_tr08_only_pages_of_the_given_origins_may_come() -> None:
    async def main() -> None:
        origins = ["https://good.example", None]
        async with (
            WebsocketServer(port=0, origins=origins, subprotocols=["a", "b"]) as server,
            aiohttp.ClientSession() as http,
        ):
            url = f"http://127.0.0.1:{server.port}"
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await http.ws_connect(url, origin="https://bad.example")
            assert refusal.value.status == 403
            for origin in origins:
                async with http.ws_connect(url, origin=origin, protocols=["b", "c"]) as socket:
                    assert socket.protocol == "b"
                await pause(0.1)
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await http.ws_connect(url, protocols=["c"])
            assert refusal.value.status == 400

    run_virtual(main(), real_io=True)


def test_tr08_a_server_that_ends_tells_its_client_that_it_goes_away() -> None:
    async def main() -> None:
        async with WebsocketServer(port=0) as server:
            socket = await connect(f"ws://127.0.0.1:{server.port}", ping_interval=None)
        assert socket.close_code == 1001

    run_virtual(main(), real_io=True)
