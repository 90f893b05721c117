import asyncio
import json
from base64 import b64decode
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from rxvoice.testing import VirtualLoop, assert_nothing_left, run_virtual, tasks_left
from rxvoice.testing.servers import Call, Close, Drop, FakeServer, Hang, Mistype, Refuse, Split

from .raw import FIVE, answer, get, listen

CASES = Path(__file__).parents[4] / "shared" / "data" / "cases"


def on_a_usual_loop(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(main())


def in_virtual_time(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    run_virtual(main(), real_io=True)


LOOPS = pytest.mark.parametrize("run", [on_a_usual_loop, in_virtual_time])


@LOOPS
def test_it_serves_on_whatever_loop_runs(run: Callable[[Any], None]) -> None:
    async def main() -> None:
        async with FakeServer(answer, faults=Split(seed=1)) as server:
            assert (
                await get(server.url + "/json")
            ).body == b'{"n":0,"text":"\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87"}'
            assert (await listen(server.ws_url + "/socket", 5)).messages == FIVE
        assert tasks_left(asyncio.get_running_loop()) == []

    run(main)


def test_all_that_was_said_is_recorded_with_its_time() -> None:
    async def main() -> None:
        async with FakeServer(answer) as server, aiohttp.ClientSession() as client:
            url = server.url + "/json?a=1&a=2&b="
            async with client.post(url, json={"x": "ż"}, headers={"X-More": "1"}) as response:
                await response.read()
            async with client.ws_connect(server.ws_url + "/socket") as socket:
                for _ in FIVE:
                    await socket.receive()
                await socket.send_str('{"type": "Flush", "n": 1}')
                await socket.send_str("no json")
                await socket.send_str("[1]")
                await socket.send_bytes(b"\x01\x02")
                await socket.send_bytes(b"\x03")
                for _ in range(5):
                    await socket.receive()
                await socket.close(code=1001)
            await server.until(lambda: server.requests[1].ended is not None)

            post, spoken = server.requests
            assert (post.number, post.method, post.path, post.status) == (0, "POST", "/json", 200)
            assert post.query.getall("a") == ["1", "2"]
            assert post.headers["x-more"] == "1"
            assert post.json == {"x": "ż"}
            assert [sent.message for sent in post.sent] == [FIVE[0]]
            assert (post.began, post.ended, post.left) == (0.0, 0.0, False)
            assert (spoken.number, spoken.method, spoken.status) == (1, "GET", 101)
            assert [entry.message for entry in spoken.received] == [
                {"type": "Flush", "n": 1},
                "no json",
                "[1]",
                b"\x01\x02",
                b"\x03",
            ]
            assert spoken.said("Flush") == [{"type": "Flush", "n": 1}]
            assert spoken.audio() == b"\x01\x02\x03"
            assert len(spoken.sent) == 10
            assert (spoken.close_received, spoken.close_sent) == (1001, None)

    run_virtual(main(), real_io=True)


def test_a_body_that_is_no_object_is_refused_as_json() -> None:
    async def main() -> None:
        async with FakeServer(answer) as server, aiohttp.ClientSession() as client:
            for body in ("[1]", "{"):
                await (await client.post(server.url + "/json", data=body)).read()
            with pytest.raises(ValueError, match="no JSON object"):
                _ = server.requests[0].json
            with pytest.raises(json.JSONDecodeError):
                _ = server.requests[1].json

    run_virtual(main(), real_io=True)


def test_a_test_can_wait_until_something_is_so() -> None:
    async def main() -> None:
        async with FakeServer(answer) as server:
            waiting = asyncio.create_task(server.until(lambda: len(server.requests) == 2))
            await get(server.url + "/json")
            assert not waiting.done()
            await get(server.url + "/json")
            await waiting
            await server.until(lambda: True)

    run_virtual(main(), real_io=True)


def test_waiting_for_what_never_comes_can_be_given_up() -> None:
    async def main() -> None:
        async with FakeServer(answer) as server:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(server.until(lambda: False), 60.0)
            await get(server.url + "/json")

    run_virtual(main(), real_io=True)


def test_the_end_of_the_block_ends_all_connections() -> None:
    loop = VirtualLoop(real_io=True)

    async def main() -> None:
        async with aiohttp.ClientSession() as client:
            async with FakeServer(answer, faults=[None, Hang()]) as server:
                socket = await client.ws_connect(server.ws_url + "/socket")
                hanging = asyncio.create_task(client.get(server.url + "/events"))
                await server.until(lambda: len(server.requests) == 2)
                idle = await client.get(server.url + "/json")  # its connection is kept alive
                await idle.read()
                assert (server.connections, server.open_connections) == (3, 3)
            assert server.open_connections == 0
            assert [request.left for request in server.requests] == [False, False, False]
            assert all(request.ended is not None for request in server.requests)
            for _ in FIVE:
                await socket.receive()
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSED
            with pytest.raises(aiohttp.ClientPayloadError):
                await (await hanging).read()
            with pytest.raises(aiohttp.ClientConnectorError):
                await client.get(server.url)
            await socket.close()

    try:
        loop.run_until_complete(main())
        assert_nothing_left(loop)
        assert loop.unhandled == []
    finally:
        loop.close()


def test_connections_can_be_dropped_at_any_instant() -> None:
    async def main() -> None:
        async with FakeServer(answer) as server:
            listening = asyncio.create_task(listen(server.ws_url + "/socket"))
            await server.until(lambda: server.requests and len(server.requests[0].sent) == 5)
            await server.drop_connections(reset=True)
            found = await listening
            assert (found.messages, found.code) == (FIVE, 1006)

    run_virtual(main(), real_io=True)


def test_the_script_of_faults_can_be_replaced() -> None:
    async def main() -> None:
        async with FakeServer(answer, faults=Refuse(500)) as server:
            assert (await get(server.url + "/json")).status == 500
            server.script_faults([None, Close()])
            assert (await get(server.url + "/json")).status == 200
            assert (await get(server.url + "/json")).body == b""

    run_virtual(main(), real_io=True)


def test_a_key_is_asked_for() -> None:
    async def main() -> None:
        async with FakeServer(answer, key="secret") as server, aiohttp.ClientSession() as client:
            for header, status in [
                ({}, 401),
                ({"Authorization": "Bearer wrong"}, 401),
                ({"Authorization": "Bearer secret"}, 200),
            ]:
                async with client.get(server.url + "/json", headers=header) as response:
                    assert response.status == status

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("path", ["/before", "/within", "/beside"])
def test_what_goes_wrong_in_a_fake_fails_the_test(path: str) -> None:
    async def wrong(call: Call) -> None:
        async def beside() -> None:
            raise ZeroDivisionError(path)

        if path == "/before":
            raise ZeroDivisionError(path)
        async with call.stream() as stream:
            await stream.send("something")
            if path == "/beside":
                call.spawn(beside())
                await asyncio.Event().wait()
            raise ZeroDivisionError(path)

    async def main() -> None:
        async with FakeServer(wrong) as server:
            got = await get(server.url + path)
            assert got.status == (500 if path == "/before" else 200)

    with pytest.raises(ZeroDivisionError, match=path):
        run_virtual(main(), real_io=True)


def test_the_tests_own_error_is_not_hidden_by_one_of_the_fake() -> None:
    async def wrong(call: Call) -> None:
        raise ZeroDivisionError

    async def main() -> None:
        async with FakeServer(wrong) as server:
            await get(server.url)
            raise AssertionError("the test's own")

    with pytest.raises(AssertionError, match="the test's own"):
        run_virtual(main(), real_io=True)


def test_a_field_to_be_mistyped_must_be_there() -> None:
    async def main() -> None:
        async with FakeServer(answer, faults=Mistype(field="a.b")) as server:
            await get(server.url + "/events")

    with pytest.raises(ValueError, match=r"'a\.b' is not in the message"):
        run_virtual(main(), real_io=True)


def test_a_websockets_path_wants_a_handshake() -> None:
    async def main() -> None:
        async with FakeServer(answer) as server:
            got = await get(server.url + "/socket")
            assert got.status == 400
            assert b"error" in got.body

    run_virtual(main(), real_io=True)


def test_it_has_no_address_before_it_runs() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        _ = FakeServer().url


def test_a_server_without_a_function_knows_no_paths() -> None:
    async def main() -> None:
        async with FakeServer(faults=[Drop(after=None), None]) as server:
            await get(server.url)
            assert (await get(server.url)).status == 404

    run_virtual(main(), real_io=True)


@pytest.mark.skipif(not CASES.exists(), reason="needs the shared cases")
def test_chunks_of_recorded_streams_arrive_as_they_were() -> None:
    cases = json.loads((CASES / "sse_parser.json").read_text())["cases"]
    chunks = {case["id"]: [b64decode(chunk) for chunk in case["chunks_b64"]] for case in cases}

    async def replay(call: Call) -> None:
        async with call.stream() as stream:
            for chunk in chunks[call.exchange.path[1:]]:
                await stream.send(chunk)

    async def main() -> None:
        async with FakeServer(replay) as server:
            for name, pieces in chunks.items():
                assert (await get(f"{server.url}/{name}")).pieces == pieces

    run_virtual(main(), real_io=True)
