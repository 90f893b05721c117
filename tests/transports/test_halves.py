"""`from_websocket` and `to_websocket`, alone and together."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
import reactivex as rx
from reactivex import operators as ops
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from rxvoice import AudioFrame, Session, Sink
from rxvoice.items import Connected, Disconnected, MessageReceived, Played, SendMessage
from rxvoice.sinks import to_websocket
from rxvoice.sources import from_websocket
from rxvoice.testing import pause, run_virtual
from rxvoice.testing.conformance import check_sink, check_source
from rxvoice.transports import PcmCodec, TransportError, WebsocketServer, memory_pair, websocket
from tests.transports.ends import pcm, tone


@asynccontextmanager
async def teller(*messages: str | bytes) -> AsyncGenerator[str]:
    """A server that says something and leaves."""

    async def tell(connection: ServerConnection) -> None:
        for message in messages:
            await connection.send(message)
        await connection.close(1000, "all said")

    async with serve(tell, "127.0.0.1", 0, ping_interval=None) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


def test_tr08_from_websocket_connects_anew_for_each_subscription() -> None:
    async def main() -> None:
        async with teller(pcm(0.02), "a text", pcm(0.02)) as url, Session() as session:
            stream = from_websocket(url)
            for _ in range(2):
                heard: list[object] = []
                await session.run(stream.pipe(ops.do_action(heard.append)))
                assert [getattr(item, "pts", item) for item in heard] == [
                    Connected(),
                    0.0,
                    MessageReceived("a text"),
                    0.02,
                    Disconnected(reason="all said"),
                ]

    run_virtual(main(), real_io=True)


def test_tr01_from_websocket_leaves_audio_out_when_asked_to() -> None:
    async def main() -> None:
        async with teller(pcm(0.02), "a text") as url, Session() as session:
            heard: list[object] = []
            await session.run(from_websocket(url, audio=False).pipe(ops.do_action(heard.append)))
            assert not any(isinstance(item, AudioFrame) for item in heard)
            assert MessageReceived("a text") in heard

    run_virtual(main(), real_io=True)


def test_to_websocket_sends_at_the_speed_of_playback_and_closes() -> None:
    async def main() -> None:
        async with WebsocketServer(port=0, codec=lambda: PcmCodec(24_000)) as server:
            sink = to_websocket(f"ws://127.0.0.1:{server.port}", codec=lambda: PcmCodec(24_000))
            async with Session() as session, Session() as other:
                sending = asyncio.ensure_future(
                    session.run(rx.of(tone(0.5), SendMessage("over")), sink)
                )
                heard: list[object] = []
                line = await anext(aiter(server))
                await other.run(line.incoming.pipe(ops.do_action(heard.append)))
                await sending
                assert session.now == pytest.approx(0.5, abs=0.1)
            frames = [item for item in heard if isinstance(item, AudioFrame)]
            assert {frame.rate for frame in frames} == {24_000}
            assert sum(frame.duration for frame in frames) == pytest.approx(0.5)
            assert heard[-2:] == [MessageReceived("over"), Disconnected()]

    run_virtual(main(), real_io=True)


def test_tr07_to_websocket_alone_fails_when_the_server_leaves_before_the_end() -> None:
    async def main() -> None:
        async with teller("bye") as url, Session() as session:
            with pytest.raises(TransportError, match="the connection has ended"):
                await session.run(rx.concat(rx.of(tone(5.0)), rx.never()), to_websocket(url))
            assert session.now < 1.0

    run_virtual(main(), real_io=True)


def test_both_halves_share_one_connection() -> None:
    async def main() -> None:
        connections: list[ServerConnection] = []

        async def echo(connection: ServerConnection) -> None:
            connections.append(connection)
            async for message in connection:
                await connection.send(message)

        async with serve(echo, "127.0.0.1", 0, ping_interval=None) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            line = websocket(f"ws://127.0.0.1:{port}")
            async with Session() as session:
                heard: list[object] = []
                listening = session.subscribe(from_websocket(line), heard.append)
                await session.run(rx.of(tone(0.1)), to_websocket(line))
                await pause(0.1)
                assert len(connections) == 1
                assert connections[0].close_code is None
                echoed = [item.duration for item in heard if isinstance(item, AudioFrame)]
                assert sum(echoed) == pytest.approx(0.1)
                listening.dispose()
                await pause(0.1)
                assert connections[0].close_code == 1000

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("half", [from_websocket, to_websocket])
def test_arguments_that_make_no_sense_are_refused_at_the_call(half: Callable[..., object]) -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="ws://"):
            half("http://example.org")
        with pytest.raises(ValueError, match="patience"):
            half("ws://example.org", patience=0.0)

    run_virtual(main())


def test_the_source_does_as_sources_do() -> None:
    connections = 0

    @asynccontextmanager
    async def source() -> AsyncGenerator[rx.Observable[object]]:
        async def tell(connection: ServerConnection) -> None:
            nonlocal connections
            connections += 1
            try:
                for _ in range(25):
                    await connection.send(pcm(0.02))
                    await asyncio.sleep(0.02)
            except ConnectionClosed:
                pass
            finally:
                connections -= 1

        async with serve(tell, "127.0.0.1", 0, ping_interval=None) as server:
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
            yield from_websocket(url)

    def failing() -> rx.Observable[object]:
        return from_websocket("ws://127.0.0.1:1")

    report = check_source(source, duration=0.5, opened=lambda: connections, failing=failing)
    assert not report.skipped


def test_the_sink_does_as_sinks_do() -> None:
    heard: list[bytes] = []

    @asynccontextmanager
    async def sink() -> AsyncGenerator[Sink[object]]:
        async def hear(connection: ServerConnection) -> None:
            heard.clear()
            async for message in connection:
                if isinstance(message, bytes):
                    heard.append(message)

        async with serve(hear, "127.0.0.1", 0, ping_interval=None) as server:
            yield to_websocket(f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}")

    report = check_sink(
        sink,
        written=lambda: np.frombuffer(b"".join(heard), "<i2").astype(np.int16),
        clears=True,
        failing=lambda: to_websocket("ws://127.0.0.1:1"),
    )
    assert not report.skipped


def test_halves_of_a_pair_in_memory_are_played_until_the_end() -> None:
    async def main() -> None:
        ours, theirs = memory_pair()
        async with Session() as session:
            heard: list[object] = []
            session.subscribe(from_websocket(theirs), heard.append)
            await session.run(rx.of(tone(1.0)), to_websocket(ours))
            await pause(0.1)
            assert isinstance(heard[-1], Disconnected)
            assert not any(isinstance(item, Played) for item in heard)

    run_virtual(main())
