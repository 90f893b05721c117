"""Websockets on loopback whose other side is rude: TR07 with real connections."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
import reactivex as rx
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web
from aiohttp.test_utils import TestServer
from reactivex import operators as ops
from reactivex.subject import Subject
from websockets.asyncio.server import ServerConnection, serve

from rxvoice import AudioFrame, ClearAudio, Session
from rxvoice.items import (
    CallStarted,
    Connected,
    ConnectionTimedOut,
    Disconnected,
    Fault,
    MessageReceived,
    Played,
    SendMessage,
)
from rxvoice.telephony import Twilio
from rxvoice.testing import pause, run_virtual
from rxvoice.transports import SocketTransport, TransportError, accepted, upgrade, websocket
from tests.transports.ends import tone

Serve = Callable[[ServerConnection], Awaitable[None]]
Hold = Callable[[web.WebSocketResponse, Session], Awaitable[None]]

START = {"streamSid": "MZ1", "callSid": "CA1", "mediaFormat": {"encoding": "audio/x-mulaw"}}


@asynccontextmanager
async def server(handler: Serve) -> AsyncGenerator[str]:
    async with serve(handler, "127.0.0.1", 0, ping_interval=None, close_timeout=1.0) as serving:
        port = next(iter(serving.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/?token=secret"


@asynccontextmanager
async def ours(hold: Hold) -> AsyncGenerator[ClientWebSocketResponse]:
    """A client of aiohttp at our end of aiohttp's server."""

    async def handler(request: web.Request) -> web.WebSocketResponse:
        socket = await upgrade(request, subprotocols=["rxvoice"])
        async with Session() as session:
            await hold(socket, session)
        return socket

    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app)  # a TestServer would cancel the handler when its client leaves
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        port = runner.addresses[0][1]
        async with ClientSession() as http:
            url = f"http://127.0.0.1:{port}/"
            async with http.ws_connect(url, protocols=["rxvoice"], autoclose=False) as client:
                assert client.protocol == "rxvoice"
                yield client
        await pause(3.0)  # the handler sees that the client has left
    finally:
        await runner.cleanup()


def listen(line: SocketTransport, session: Session) -> list[object]:
    heard: list[object] = []

    def take(item: object) -> None:
        if not isinstance(item, AudioFrame | Played):
            heard.append(item)

    session.subscribe(line.incoming, take, heard.append, lambda: heard.append("over"))
    return heard


def dialled(handler: Serve, check: Callable[[list[object]], None], seconds: float = 3.0) -> None:
    """Call a server, talk and listen, and look at what was heard besides audio."""

    async def main() -> None:
        async with server(handler) as url, Session() as session:
            line = websocket(url)
            heard = listen(line, session)
            line.outgoing(rx.concat(rx.of(tone(2.0)), rx.never()), session)
            await pause(seconds)
            check(heard)

    run_virtual(main(), real_io=True)


def test_tr07_a_server_leaves_with_a_reason() -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.close(4000, "lunch")

    def check(heard: list[object]) -> None:
        assert heard == [Connected(), Disconnected(reason="lunch"), "over"]

    dialled(handler, check)


def test_tr07_a_server_vanishes() -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.recv()
        connection.transport.abort()

    def check(heard: list[object]) -> None:
        assert heard == [Connected(), Disconnected(reason="the connection broke off"), "over"]

    dialled(handler, check)


def test_tr07_a_server_that_is_cut_off_is_noticed_by_its_silence() -> None:
    async def handler(connection: ServerConnection) -> None:
        connection.transport.pause_reading()  # so that no ping is answered
        await pause(100.0)

    def check(heard: list[object]) -> None:
        assert heard == [
            Connected(),
            Disconnected(reason="keepalive ping timeout", by_us=False),
            "over",
        ]

    dialled(handler, check, seconds=60.0)


@pytest.mark.parametrize(
    ("frame", "code", "fault"),
    [
        ("x" * 2_000_000, 1009, "it sent a message that is too long"),
        (b"\x81\x02\xff\xfe", 1007, "it sent a text that is not UTF-8"),
        (b"\x8f\x00", 1002, "it broke the rules of websockets"),
    ],
    ids=["too long", "no UTF-8", "unknown opcode"],
)
def test_a_server_that_breaks_the_rules_is_sent_away_and_told_why(
    frame: str | bytes, code: int, fault: str
) -> None:
    codes: list[int | None] = []

    async def handler(connection: ServerConnection) -> None:
        if isinstance(frame, str):
            await connection.send(frame)
        else:
            connection.transport.write(frame)
        await connection.wait_closed()
        codes.append(connection.close_code)

    def check(heard: list[object]) -> None:
        assert heard[:2] == [Connected(), Fault("websocket", fault)]
        assert isinstance(left := heard[2], Disconnected)
        assert left.by_us
        assert heard[3:] == ["over"]

    dialled(handler, check)
    assert codes == [code]


def test_tr07_a_server_that_reads_nothing_is_sent_away() -> None:
    async def handler(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await pause(30.0)

    async def main() -> None:
        async with server(handler) as url, Session() as session:
            line = websocket(url, packet=1.0)
            heard = listen(line, session)
            out: Subject[object] = Subject()
            line.outgoing(out, session)
            await pause(0.1)
            for _ in range(15):  # enough to fill what both systems hold
                out.on_next(SendMessage("x" * 1_000_000, urgent=True))
                await pause(1.0)
            await pause(2.0)
            assert heard == [
                Connected(),
                Fault("websocket", "it takes what is sent too slowly"),
                Disconnected(reason="too slow", by_us=True),
                "over",
            ]

    run_virtual(main(), real_io=True)


def free_port() -> int:
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        return own.getsockname()[1]


def test_tr07_a_connection_that_is_refused_says_so_without_the_token() -> None:
    async def main() -> None:
        url = f"ws://127.0.0.1:{free_port()}/?token=secret"
        async with Session() as session:
            with pytest.raises(TransportError, match=r"127\.0\.0\.1 cannot be reached") as failure:
                await websocket(url).outgoing(rx.never(), session)
            assert "secret" not in str(failure.value)

        async with TestServer(web.Application()) as site, Session() as session:
            url = f"{site.make_url('/')}?token=secret".replace("http", "ws", 1)
            with pytest.raises(TransportError, match=r"^127.0.0.1 cannot be reached: status 404$"):
                await websocket(url).outgoing(rx.never(), session)

    run_virtual(main(), real_io=True)


def test_tr07_a_server_that_does_not_answer_is_given_up() -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await pause(20.0)
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(silent, "127.0.0.1", 0) as serving:
            port = serving.sockets[0].getsockname()[1]
            async with Session() as session:
                line = websocket(f"ws://127.0.0.1:{port}", patience=3.0)
                heard = listen(line, session)
                with pytest.raises(TransportError, match=r"did not answer within 3 s"):
                    await line.outgoing(rx.never(), session)
                assert session.now == pytest.approx(3.0, abs=0.1)
                await pause(0.1)
                assert [str(item) for item in heard] == ["127.0.0.1 did not answer within 3 s"]
            await pause(20.0)

    run_virtual(main(), real_io=True)


def test_tr07_a_session_that_ends_while_it_connects_leaves_nothing() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(100):
            pass
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(silent, "127.0.0.1", 0) as serving:
            port = serving.sockets[0].getsockname()[1]
            async with Session() as session:
                line = websocket(f"ws://127.0.0.1:{port}")
                session.subscribe(line.incoming)
                await pause(1.0)
            await pause(0.1)

    run_virtual(main(), real_io=True)


async def talk(line: SocketTransport, session: Session, heard: list[object]) -> None:
    """Say something, hear what comes until the client has left, and keep it."""
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def take(item: object) -> None:
        if not isinstance(item, AudioFrame | Played):
            heard.append(item)

    session.subscribe(line.incoming, take, over.set_exception, lambda: over.set_result(None))
    line.outgoing(rx.concat(rx.of(tone(60.0)), rx.never()), session)
    await over


def served(call: Callable[[ClientWebSocketResponse], Awaitable[None]]) -> list[object]:
    """Be called by a client, and return what was heard besides audio."""
    heard: list[object] = []

    async def main() -> None:
        async with ours(lambda own, session: talk(accepted(own), session, heard)) as client:
            await call(client)

    run_virtual(main(), real_io=True)
    return heard


def test_tr07_a_client_leaves_with_a_reason() -> None:
    async def call(client: ClientWebSocketResponse) -> None:
        await client.receive()
        await client.send_str("bye")
        await client.close(code=4000, message=b"lunch")

    assert served(call) == [Connected(), MessageReceived("bye"), Disconnected(reason="lunch")]


def test_tr07_a_client_vanishes() -> None:
    async def call(client: ClientWebSocketResponse) -> None:
        await client.receive()
        client.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    assert served(call) == [Connected(), Disconnected(reason="the connection broke off")]


def test_tr07_a_client_that_reads_nothing_is_dropped() -> None:
    async def call(client: ClientWebSocketResponse) -> None:
        reader = client._conn.transport  # type: ignore[union-attr]
        reader.pause_reading()  # pyright: ignore
        await pause(60.0)

    heard = served(call)
    assert heard[0] == Connected()
    assert isinstance(heard[-1], Disconnected)


@pytest.mark.parametrize(
    ("message", "code", "fault"),
    [
        ("x" * 2_000_000, 1009, "it sent a message that is too long"),
        (b"\x8f\x80mask", 1002, "it broke the rules of websockets"),
    ],
    ids=["too long", "unknown opcode"],
)
def test_a_client_that_breaks_the_rules_is_sent_away_and_told_why(
    message: str | bytes, code: int, fault: str
) -> None:
    codes: list[int] = []

    async def call(client: ClientWebSocketResponse) -> None:
        if isinstance(message, str):
            await client.send_str(message)
        else:
            assert client._conn is not None  # pyright: ignore
            client._conn.transport.write(message)  # pyright: ignore
        while True:
            told = await client.receive()
            if told.type is WSMsgType.CLOSE:
                codes.append(told.data)
                return
            assert told.type is WSMsgType.BINARY

    heard = served(call)
    assert codes == [code]
    assert heard[:2] == [Connected(), Fault("websocket", fault)]
    assert isinstance(heard[2], Disconnected)
    assert heard[2].by_us


def test_a_client_that_sends_nonsense_is_told_why_it_has_to_leave() -> None:
    async def call(client: ClientWebSocketResponse) -> None:
        for _ in range(50):
            await client.send_bytes(b"odd")
        while (told := await client.receive()).type is WSMsgType.BINARY:
            pass
        assert (told.type, told.data, told.extra) == (WSMsgType.CLOSE, 1008, "unreadable messages")

    heard = served(call)
    assert heard[1:22] == [Fault("websocket", "a binary message holds half a sample")] * 21
    assert heard[22:] == [
        Fault("websocket", "it sent too many unreadable messages"),
        Disconnected(reason="unreadable messages", by_us=True),
    ]


def test_tr06_the_servers_side_agrees_on_a_protocol_and_paces_what_it_sends() -> None:
    async def call(client: ClientWebSocketResponse) -> None:
        loop = asyncio.get_running_loop()
        began, seconds = loop.time(), 0.0
        for _ in range(25):
            told = await client.receive()
            assert np.all(np.frombuffer(told.data, "<i2") == 1000)
            seconds += len(told.data) / 32_000
        assert seconds == pytest.approx(0.5)
        assert loop.time() - began == pytest.approx(0.48, abs=0.03)  # the first comes at once
        await client.close()

    served(call)


def test_tr06_a_serializer_and_a_time_limit_of_the_session() -> None:
    heard: list[object] = []
    told: list[str] = []

    async def hold(socket: web.WebSocketResponse, session: Session) -> None:
        codec = Twilio(hang_up=False).codec()
        line = accepted(socket, codec=codec, time_limit=2.0, name="phone")
        events = line.incoming.pipe(
            ops.do_action(heard.append),
            ops.take_while(lambda item: not isinstance(item, ConnectionTimedOut)),
        )
        await session.run(rx.merge(events, rx.of(tone(0.04))), line.outgoing)

    async def main() -> None:
        async with ours(hold) as client:
            await client.send_json({"event": "start", "start": START})
            while (message := await client.receive()).type is WSMsgType.TEXT:
                told.append(message.json()["event"])

    run_virtual(main(), real_io=True)
    assert heard[0] == Connected()
    assert isinstance(heard[1], CallStarted)
    assert heard[2:] == [ConnectionTimedOut(2.0)]
    assert told[0] == "media"
    assert set(told) == {"media", "mark"}


@pytest.mark.parametrize("seed", range(5))
def test_tr02_a_foreign_client_that_interrupts_hears_at_most_one_packet_more(seed: int) -> None:
    said_at = 0.2 + 0.013 * seed

    async def hold(socket: web.WebSocketResponse, session: Session) -> None:
        line = accepted(socket)

        def answer(item: object) -> rx.Observable[object]:
            told = item.data if isinstance(item, MessageReceived) else ""
            return rx.of(ClearAudio(), tone(0.1, 7)) if told == "stop" else rx.empty()

        answers = line.incoming.pipe(ops.flat_map(answer))
        await session.run(rx.merge(answers, rx.of(tone(5.0, 1))), line.outgoing)

    async def main() -> None:
        async with ours(hold) as client:
            begun = asyncio.get_running_loop().time()
            old = {"before": 0.0, "after": 0.0}
            new = 0.0
            while new < 0.099:
                now = asyncio.get_running_loop().time() - begun
                if now > said_at and "stopped" not in old:
                    old["stopped"] = now
                    await client.send_str("stop")
                message = await client.receive()
                if message.type is WSMsgType.TEXT:
                    assert message.data == '{"type": "clear"}'
                    continue
                seconds = len(message.data) / 32_000
                if message.data[0] == 7:
                    new += seconds
                else:
                    old["after" if "stopped" in old else "before"] += seconds
            assert old["before"] == pytest.approx(said_at, abs=0.04)
            assert old["after"] <= 0.02

    run_virtual(main(), real_io=True)
