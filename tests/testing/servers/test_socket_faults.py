import asyncio
from typing import Any

import aiohttp
import pytest
import websockets

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    Fail,
    FakeServer,
    Fault,
    Garble,
    Hang,
    Insert,
    Lose,
    Merge,
    Mistype,
    Refuse,
    Split,
    Swap,
)

from .raw import FIVE, answer, heard, listen


@pytest.mark.parametrize(
    ("fault", "messages"),
    [
        (None, FIVE),
        (Split(size=1), FIVE),
        (Split(seed=5), FIVE),
        (Merge(5), FIVE),
        (Duplicate(after=1), [*FIVE[:2], *FIVE[1:]]),
        (Lose(after=0), FIVE[1:]),
        (Swap(after=0), [FIVE[1], FIVE[0], *FIVE[2:]]),
        (Insert(after=4), [*FIVE[:4], {"type": "SomethingNew"}, FIVE[4]]),
        (Insert(after=1, message=b"\x00"), [FIVE[0], b"\x00", *FIVE[1:]]),
        (Fail(after=0, text="no"), [{"type": "error", "message": "no"}, *FIVE]),
        (Garble(after=4), [*FIVE[:4], '{"n":4,"te']),
        (Mistype(after=0, field="n"), [{"n": "wrong", "text": "żółć"}, *FIVE[1:]]),
    ],
    ids=str,
)
def test_messages_go_wrong(fault: Fault | None, messages: list[Any]) -> None:
    found = heard(fault, count=len(messages))
    assert found.messages == messages
    assert found.code == 1000


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 1013, 4000])
def test_a_websocket_is_closed_by_a_code(code: int) -> None:
    found = heard(Close(after=3, code=code, reason="enough"))
    assert (found.messages, found.code, found.reason) == (FIVE[:3], code, "enough")


def test_a_websocket_is_closed_before_the_first_message() -> None:
    found = heard(Close(code=1011))
    assert (found.messages, found.code) == ([], 1011)


@pytest.mark.parametrize(
    "fault",
    [Drop(after=3), Drop(after=3, reset=True), Drop(after=3, inside=True)],
    ids=["fin", "rst", "inside"],
)
def test_the_connection_ends_without_a_close_frame(fault: Fault) -> None:
    found = heard(fault)
    assert (found.messages, found.code) == (FIVE[:3], 1006)


def test_a_frame_that_breaks_the_rules() -> None:
    found = heard(Corrupt(after=3))
    assert found.messages == FIVE[:3]
    assert found.code == 1002


def test_an_answer_that_comes_while_the_client_talks_is_closed_too() -> None:
    """The script is cut off wherever it is; here it waits for the client."""

    async def main() -> None:
        async with FakeServer(answer, faults=Close(after=6, code=1012)) as server:
            async with websockets.connect(server.ws_url + "/socket") as socket:
                for _ in FIVE:
                    await socket.recv()
                await socket.send('{"n":5}')
                assert await socket.recv() == '{"n":5}'
                with pytest.raises(websockets.ConnectionClosedError) as caught:
                    await socket.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1012
            assert server.requests[0].close_sent == 1012

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_the_handshake_is_refused(status: int) -> None:
    async def main() -> None:
        async with FakeServer(answer, faults=[Refuse(status, retry_after=1.0)]) as server:
            url = server.ws_url + "/socket"
            with pytest.raises(websockets.InvalidStatus) as caught:
                await websockets.connect(url)
            response = caught.value.response
            assert response.status_code == status
            assert response.headers["retry-after"] == "1"
            assert response.body == b'{"error":"status %d"}' % status
            assert (await listen(url, 5)).messages == FIVE

    run_virtual(main(), real_io=True)


def test_the_handshake_is_slow() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with FakeServer(answer, faults=[Delay(answer=30.0), Delay(answer=3.0)]) as server:
            url = server.ws_url + "/socket"
            with pytest.raises(TimeoutError):
                await websockets.connect(url, open_timeout=10.0)
            assert loop.time() == 10.0
            async with websockets.connect(url, open_timeout=10.0) as socket:
                assert loop.time() == 13.0
                assert await socket.recv()

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("reset", [False, True])
def test_the_connection_ends_in_the_handshake(reset: bool) -> None:
    async def main() -> None:
        async with FakeServer(answer, faults=Drop(after=None, reset=reset)) as server:
            with pytest.raises((websockets.InvalidMessage, ConnectionResetError)):
                await websockets.connect(server.ws_url + "/socket")

    run_virtual(main(), real_io=True)


def test_a_half_open_connection_answers_no_ping_and_no_close() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with FakeServer(answer, faults=Hang(after=2)) as server:
            socket = await websockets.connect(
                server.ws_url + "/socket", ping_interval=20.0, ping_timeout=5.0, close_timeout=1.0
            )
            assert [await socket.recv(), await socket.recv()]
            await socket.send("is anybody there?")
            with pytest.raises(websockets.ConnectionClosedError) as caught:
                await socket.recv()
            assert caught.value.rcvd is None  # no close frame ever came
            assert caught.value.sent is not None
            assert caught.value.sent.code == 1011
            assert loop.time() == pytest.approx(26.0)
            assert server.requests[0].received == []

    run_virtual(main(), real_io=True)


def test_a_half_open_connection_takes_all_that_is_sent_and_sees_the_client_leave() -> None:
    async def main() -> None:
        async with FakeServer(answer, faults=Hang(after=5)) as server:
            async with aiohttp.ClientSession() as client:
                socket = await client.ws_connect(server.ws_url + "/socket")
                for _ in range(24):
                    await asyncio.wait_for(socket.send_bytes(bytes(1_000_000)), 10.0)
                assert server.requests[0].received == []
            await server.until(lambda: server.requests[0].left)

    run_virtual(main(), real_io=True)


def test_a_handshake_that_is_never_answered() -> None:
    async def main() -> None:
        async with FakeServer(answer, faults=Hang(after=None)) as server:
            with pytest.raises(TimeoutError):
                await websockets.connect(server.ws_url + "/socket", open_timeout=10.0)
            await server.until(lambda: server.open_connections == 0)

    run_virtual(main(), real_io=True)


def test_pings_are_answered_without_faults() -> None:
    async def main() -> None:
        async with FakeServer(answer) as server:
            socket = await websockets.connect(server.ws_url + "/socket")
            await asyncio.wait_for(await socket.ping(), 1.0)
            await socket.close()

    run_virtual(main(), real_io=True)
