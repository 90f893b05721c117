import asyncio
import json
from itertools import chain, repeat
from urllib.parse import urlsplit

import aiohttp
import pytest

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    Endless,
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

from .raw import FIVE, answer, fetched, get

TEXTS = [json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in FIVE]


def test_without_faults_every_message_arrives_by_itself() -> None:
    got = fetched(None)
    assert (got.status, got.error) == (200, None)
    assert got.pieces == [f"data: {text}\n\n".encode() for text in TEXTS]


def test_bytes_are_cut_anywhere_and_nothing_is_lost() -> None:
    got = fetched(Split(size=1))
    assert got.events == TEXTS
    assert len(got.pieces) == len(got.body)  # inside of events, and of letters


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_seed_always_cuts_in_the_same_places(seed: int) -> None:
    once, again = fetched(Split(seed=seed)), fetched(Split(seed=seed))
    assert once.events == TEXTS
    assert once.pieces == again.pieces
    assert once.pieces != fetched(Split(seed=seed + 1)).pieces


def test_the_pieces_of_random_sizes_have_a_greatest() -> None:
    assert max(len(piece) for piece in fetched(Split(most=7)).pieces) <= 7


def test_pieces_may_come_slowly() -> None:
    got = fetched(Split(size=100, pause=0.5))
    assert got.events == TEXTS
    assert got.times[-1] - got.times[0] >= 1.0


def test_messages_come_together() -> None:
    events = [f"data: {text}\n\n".encode() for text in TEXTS]
    assert fetched(Merge(3)).pieces == [b"".join(events[:3]), b"".join(events[3:])]


def test_delays_are_those_of_the_loop() -> None:
    async def main() -> None:
        async with FakeServer(answer, faults=Delay(answer=1.0, first=2.0, between=0.25)) as server:
            got = await get(server.url + "/events")
            assert got.times == [3.0, 3.25, 3.5, 3.75, 4.0]
            assert [sent.at for sent in server.requests[0].sent] == got.times
            assert server.requests[0].began == 0.0

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("reset", [False, True])
def test_a_connection_ends_between_messages(reset: bool) -> None:
    got = fetched(Drop(after=2, reset=reset))
    assert got.events == TEXTS[:2]
    assert isinstance(got.error, aiohttp.ClientPayloadError)
    assert ("reset by peer" in str(got.error)) is reset


def test_a_connection_ends_inside_of_a_message() -> None:
    got = fetched(Drop(after=2, inside=True))
    whole = f"data: {TEXTS[0]}\n\ndata: {TEXTS[1]}\n\n".encode()
    assert got.body.startswith(whole)
    assert 0 < len(got.body) - len(whole) < len(TEXTS[2])
    assert got.error is not None


def test_a_connection_ends_inside_of_a_json_body() -> None:
    got = fetched(Drop(inside=True), "/json")
    assert 0 < len(got.body) < len(TEXTS[0].encode())
    assert isinstance(got.error, aiohttp.ClientPayloadError)


@pytest.mark.parametrize("reset", [False, True])
def test_a_connection_ends_before_the_answer(reset: bool) -> None:
    got = fetched(Drop(after=None, reset=reset))
    assert got.status == 0
    kind = aiohttp.ClientOSError if reset else aiohttp.ServerDisconnectedError
    assert isinstance(got.error, kind)


def test_an_answer_ends_early_in_good_form() -> None:
    got = fetched(Close(after=2))
    assert (got.events, got.error) == (TEXTS[:2], None)


@pytest.mark.parametrize("path", ["/events", "/json"])
def test_an_answer_is_empty(path: str) -> None:
    got = fetched(Close(after=0), path)
    assert (got.status, got.body, got.error) == (200, b"", None)


def edited(*at: int | str) -> list[str]:
    return [TEXTS[entry] if isinstance(entry, int) else entry for entry in at]


@pytest.mark.parametrize(
    ("fault", "events"),
    [
        (Duplicate(after=1), edited(0, 1, 1, 2, 3, 4)),
        (Lose(after=1), edited(0, 2, 3, 4)),
        (Swap(after=1), edited(0, 2, 1, 3, 4)),
        (Swap(after=4), edited(0, 1, 2, 3, 4)),
        (Insert(after=1), edited(0, '{"type":"SomethingNew"}', 1, 2, 3, 4)),
        (Insert(after=1, message="[DONE]"), edited(0, "[DONE]", 1, 2, 3, 4)),
        (Insert(after=1, message={"a": 1}), edited(0, '{"a":1}', 1, 2, 3, 4)),
        (Fail(after=1, text="no"), edited(0, '{"type":"error","message":"no"}', 1, 2, 3, 4)),
        (Garble(after=1), edited(0, TEXTS[1][: len(TEXTS[1]) // 2], 2, 3, 4)),
        (Mistype(after=1, field="n"), edited(0, '{"n":"wrong","text":"żółć"}', 2, 3, 4)),
        (Mistype(after=1, field="text"), edited(0, '{"n":1,"text":7}', 2, 3, 4)),
        (
            Mistype(after=1, field="n", value=[None]),
            edited(0, '{"n":[null],"text":"żółć"}', 2, 3, 4),
        ),
        (Lose(after=0) + Lose(after=4) + Swap(after=1), edited(2, 1, 3)),
        (Lose(after=1) + Close(after=2), edited(0, 2)),
    ],
    ids=str,
)
def test_messages_go_wrong(fault: Fault, events: list[str]) -> None:
    got = fetched(fault)
    assert (got.events, got.error) == (events, None)


def test_a_frame_that_breaks_the_rules_of_http() -> None:
    async def main() -> bytes:
        async with FakeServer(answer, faults=Corrupt(after=2)) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.url).port)
            writer.write(b"GET /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            read = await reader.read()
            writer.close()
            await writer.wait_closed()
            return read

    _, _, chunks = run_virtual(main(), real_io=True).partition(b"\r\n\r\n")
    assert chunks.split(b"\r\n")[:-2:2] == [b"21", b"21", b"r1", b"21", b"21", b"0"]


def test_a_message_comes_until_the_client_leaves() -> None:
    async def main() -> None:
        async with FakeServer(answer, faults=Endless(after=1, every=0.5)) as server:
            url = server.url + "/events"
            async with aiohttp.ClientSession() as client, client.get(url) as response:
                read = b""
                while read.count(b'{"n":1') < 4:
                    read += await response.content.readany()
            await server.until(lambda: server.requests[0].ended is not None)
            assert b'{"n":2' not in read
            assert server.requests[0].left
            assert [sent.at for sent in server.requests[0].sent][:5] == [0.0, 0.0, 0.5, 1.0, 1.5]

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("after", [None, 0, 2])
def test_an_answer_hangs(after: int | None) -> None:
    async def main() -> None:
        async with FakeServer(answer, faults=Hang(after=after)) as server:
            timeout = aiohttp.ClientTimeout(total=30.0)
            async with aiohttp.ClientSession(timeout=timeout) as client:
                with pytest.raises(TimeoutError):
                    await (await client.get(server.url + "/events")).read()
            assert len(server.requests[0].sent) == (after or 0)
            await server.until(lambda: server.requests[0].left)

    run_virtual(main(), real_io=True)


def test_requests_are_refused_and_then_served() -> None:
    async def main() -> None:
        faults = [Refuse(429, retry_after=2.5, headers={"x-more": "1"})] * 2 + [None, Refuse(503)]
        async with FakeServer(answer, faults=faults) as server:
            found = [await get(server.url + "/json") for _ in range(5)]
            assert [got.status for got in found] == [429, 429, 200, 503, 200]
            assert found[0].headers["retry-after"] == "3"
            assert found[0].headers["x-more"] == "1"
            assert "retry-after" not in found[3].headers
            assert json.loads(found[3].body) == {"error": "status 503"}
            assert [request.status for request in server.requests] == [429, 429, 200, 503, 200]

    run_virtual(main(), real_io=True)


def test_a_script_may_be_endless_and_differ_by_path() -> None:
    async def main() -> None:
        faults = {"/js*": chain([Refuse(500)], repeat(Close())), "/events": Refuse(503)}
        async with FakeServer(answer, faults=faults) as server:
            for path, status, body in [
                ("/events", 503, b'{"error":"status 503"}'),
                ("/json", 500, b'{"error":"status 500"}'),
                ("/json", 200, b""),
                ("/events", 503, b'{"error":"status 503"}'),
                ("/json", 200, b""),
                ("/nothing", 404, b'{"error":"status 404"}'),
            ]:
                got = await get(server.url + path)
                assert (got.status, got.body) == (status, body)

    run_virtual(main(), real_io=True)


def test_faults_of_all_kinds_go_together() -> None:
    async def main() -> None:
        faults = (
            Delay(between=1.0) + Split(size=1) + Duplicate(1) + Garble(2) + Drop(5, inside=True)
        )
        async with FakeServer(answer, faults=faults) as server:
            got = await get(server.url + "/events")
            half = TEXTS[2][: len(TEXTS[2]) // 2]
            assert got.events == [*edited(0, 1, 1), half, TEXTS[3]]
            assert got.error is not None
            assert got.times[-1] == 5.0

    run_virtual(main(), real_io=True)
