"""Plain clients talk to the fake of Cartesia."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    Close,
    Drop,
    Fail,
    FakeCartesia,
    Fault,
    Insert,
    Raw,
    Refuse,
    Said,
    Split,
    ToneVoice,
)

KEY = {"X-API-Key": "secret", "cartesia-version": "2026-03-01"}
ASKED: dict[str, Any] = {
    "model_id": "sonic-3.5",
    "voice": {"mode": "id", "id": "any"},
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000},
}
LISTEN = "/stt/websocket?model=ink-2&encoding=pcm_s16le&sample_rate=16000"
SECOND = bytes(32_000)


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


@asynccontextmanager
async def connected(
    server: FakeCartesia, path: str = "/tts/websocket"
) -> AsyncGenerator[aiohttp.ClientWebSocketResponse, None]:
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(server.ws_url + path, headers=KEY) as socket,
    ):
        yield socket


def text(context: str, words: str, more: bool = False, **options: Any) -> dict[str, Any]:
    asked = {**ASKED, "transcript": words, "context_id": context, "continue": more}
    return {"max_buffer_delay_ms": 0, "add_timestamps": True, **asked, **options}


async def told(socket: aiohttp.ClientWebSocketResponse, dones: int) -> list[dict[str, Any]]:
    """All that is said until so many contexts are over."""
    messages: list[dict[str, Any]] = []
    while sum(message["done"] for message in messages) < dones:
        messages.append(await socket.receive_json())
    return messages


def seconds_of(messages: list[dict[str, Any]], context: str) -> float:
    pieces = [m["data"] for m in messages if m.get("data") and m["context_id"] == context]
    return sum(len(b64decode(piece)) for piece in pieces) / 32_000


def words_of(messages: list[dict[str, Any]], context: str) -> list[tuple[str, float, float]]:
    found: list[tuple[str, float, float]] = []
    for message in messages:
        if message["type"] == "timestamps" and message["context_id"] == context:
            times = message["word_timestamps"]
            found += zip(times["words"], times["start"], times["end"], strict=True)
    return found


# Speech over websockets.


def test_contexts_speak_beside_each_other_and_times_count_from_their_begin() -> None:
    async def main() -> None:
        fake = FakeCartesia(voice=ToneVoice(speed=1.0), key="secret")
        async with fake as server, connected(server) as socket:
            for message in (
                text("a", "Hello there. ", more=True),
                text("b", "Bye."),
                text("a", "You.", more=True),
                text("a", ""),
            ):
                await socket.send_json(message)
            messages = await told(socket, 2)
            assert seconds_of(messages, "a") == pytest.approx(17 * 0.05)
            assert seconds_of(messages, "b") == pytest.approx(4 * 0.05)
            assert words_of(messages, "a") == [
                ("Hello", 0.0, 0.25),
                ("there.", 0.3, 0.6),
                ("You.", 0.65, 0.85),
            ]
            assert [m["context_id"] for m in messages if m["done"]] == ["b", "a"]

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("texts", "options", "at"),
    [
        (["Hello", " you"], {"max_buffer_delay_ms": 0}, 0.0),
        (["Hello", " you"], {"max_buffer_delay_ms": 500}, 0.5),
        (["Hello", " you."], {"max_buffer_delay_ms": 500}, 0.0),
        (["Hello", " you"], {"max_buffer_delay_ms": None}, 3.0),
    ],
)
def test_text_waits_until_it_is_a_sentence_or_the_delay_is_over(
    texts: list[str], options: dict[str, Any], at: float
) -> None:
    async def main() -> None:
        async with FakeCartesia() as server, connected(server) as socket:
            for words in texts:
                asked = text("a", words, more=True, **options)
                await socket.send_json({n: v for n, v in asked.items() if v is not None})
            assert (await socket.receive_json())["type"] == "chunk"
            assert asyncio.get_running_loop().time() == pytest.approx(at)

    in_virtual_time(main)


def test_flushing_tells_when_what_came_before_is_spoken() -> None:
    async def main() -> None:
        async with FakeCartesia() as server, connected(server) as socket:
            await socket.send_json(text("a", "One", more=True, max_buffer_delay_ms=5_000))
            await socket.send_json(text("a", "", more=True, flush=True, max_buffer_delay_ms=5_000))
            await socket.send_json(text("a", " two.", max_buffer_delay_ms=5_000))
            messages = await told(socket, 1)
            kinds = [(m["type"], m.get("flush_id")) for m in messages if m["type"] != "timestamps"]
            assert kinds == [
                ("chunk", 1),
                ("chunk", 1),
                ("flush_done", 1),
                ("chunk", 2),
                ("chunk", 2),
                ("chunk", 2),
                ("done", None),
            ]

    in_virtual_time(main)


def test_cancelling_stops_what_was_not_begun_and_late_audio_is_the_clients_to_ignore() -> None:
    async def main() -> None:
        async with (
            FakeCartesia(voice=ToneVoice(speed=1.0)) as server,
            connected(server) as socket,
        ):
            await socket.send_json(text("a", "Hello there.", more=True))
            await socket.send_json(text("a", "Never heard.", more=True))
            await socket.receive_json()
            await socket.send_json({"context_id": "a", "cancel": True})
            await socket.send_json({"context_id": "a", "cancel": True})
            messages = await told(socket, 1)
            assert seconds_of(messages, "a") == pytest.approx(0.5)
            assert messages[-1]["type"] == "done"
            assert asyncio.get_running_loop().time() == pytest.approx(0.5)

    in_virtual_time(main)


def test_a_context_without_more_text_ends_a_second_after_its_last_audio() -> None:
    async def main() -> None:
        async with FakeCartesia() as server, connected(server) as socket:
            await socket.send_json(text("a", "Hi.", more=True))
            await told(socket, 1)
            assert asyncio.get_running_loop().time() == pytest.approx(1.0)
            await socket.send_json(text("a", "Too late."))
            assert (await socket.receive_json())["title"] == "Invalid context"

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("messages", "status"),
    [
        ([{"context_id": "never heard of", "cancel": True}], 400),
        ([text("a", "Hi."), text("a", "Again.")], 400),
        ([text("a", "Hi", more=True), text("a", "you", language="de")], 400),
        ([text("a", "Hi.", text="Hi.")], 400),
        ([text("a", "Hi.", max_buffer_delay_ms=5_001)], 400),
        ([text("a", "Hi.", voice={"mode": "id"})], 400),
        ([text("a", "Hi.", model_id=3)], 400),
        ([{**ASKED, "transcript": "Hi."}], 400),
        ([text("a", "Hi.", output_format={"container": "mp3"})], 400),
        ([text("a", "Hi.", output_format={"container": "raw", "encoding": "pcm_f32le"})], 400),
        ([text(name, "", more=True) for name in "abc"], 429),
    ],
)
def test_clients_that_break_the_protocol_are_told(
    messages: list[dict[str, Any]], status: int
) -> None:
    async def main() -> None:
        async with FakeCartesia(contexts=2) as server, connected(server) as socket:
            for message in messages:
                await socket.send_json(message)
            while (found := await socket.receive_json())["type"] != "error":
                pass
            assert found["status_code"] == status
            assert found["message"]

    in_virtual_time(main)


def test_a_silent_websocket_is_closed() -> None:
    async def main() -> None:
        async with FakeCartesia() as server:
            for path in ("/tts/websocket", LISTEN):
                async with connected(server, path) as socket:
                    await socket.receive()
                    assert socket.close_code == 1000
            assert asyncio.get_running_loop().time() == pytest.approx(600.0)

    in_virtual_time(main)


# Speech over HTTP.


@pytest.mark.parametrize(("container", "head"), [("raw", 0), ("wav", 44)])
def test_bytes_come_as_they_are_made(container: str, head: int) -> None:
    async def main() -> None:
        fake = FakeCartesia(voice=ToneVoice(latency=0.2, speed=2.0), key="secret")
        async with fake as server, aiohttp.ClientSession() as client:
            asked = {**ASKED, "transcript": "Hello."}
            asked["output_format"] = {**ASKED["output_format"], "container": container}
            url = server.url + "/tts/bytes"
            async with client.post(url, json=asked, headers=KEY) as response:
                body = await response.content.readany()
                assert len(body) - head == 3_200
                assert asyncio.get_running_loop().time() == pytest.approx(0.2)
                body += await response.read()
                assert len(body) - head == 6 * 1_600

    in_virtual_time(main)


def test_events_have_audio_and_times() -> None:
    async def main() -> None:
        async with FakeCartesia() as server, aiohttp.ClientSession() as client:
            asked = {**ASKED, "transcript": "Hey you.", "add_timestamps": True, "context_id": "a"}
            async with client.post(server.url + "/tts/sse", json=asked, headers=KEY) as response:
                events = (await response.text()).split("\n\n")[:-1]
        parts = [event.split("\n") for event in events]
        messages = [json.loads(data.removeprefix("data: ")) for _, data in parts]
        assert [name for name, _ in parts] == [f"event: {m['type']}" for m in messages]
        assert words_of(messages, "a") == [("Hey", 0.0, 0.15), ("you.", 0.2, 0.4)]
        assert seconds_of(messages, "a") == pytest.approx(0.4)
        assert messages[-1]["done"]

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("/tts/bytes", {}, b"{}", 401),
        ("/tts/bytes", {"Authorization": "Bearer secret"}, b"{}", 400),
        ("/tts/bytes", KEY, b"no JSON", 400),
        ("/tts/bytes", KEY, b"{}", 400),
        ("/tts/sse", KEY, b"[]", 400),
        ("/elsewhere", KEY, b"{}", 404),
    ],
)
def test_requests_that_are_refused(
    path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    async def main() -> None:
        async with (
            FakeCartesia(key="secret") as server,
            aiohttp.ClientSession() as client,
            client.post(server.url + path, data=body, headers=headers) as response,
        ):
            assert response.status == status
            told = await response.json()
            assert set(told) == {"error_code", "title", "message", "request_id"}

    in_virtual_time(main)


# Recognition.


def test_finals_are_pieces_of_one_text_and_finalising_is_answered() -> None:
    async def main() -> None:
        said = [Said("Hello there.", at=0.5, language="de"), Said("Bye.", at=2.0)]
        async with (
            FakeCartesia(heard=[*said, Raw(2.5, {"type": "odd"})], latency=0.1) as server,
            connected(server, LISTEN) as socket,
        ):
            await socket.send_bytes(SECOND)
            await socket.send_str("finalize")
            await socket.send_bytes(SECOND * 2)
            await socket.send_str("close")
            messages = [json.loads(message.data) async for message in socket]
            assert socket.close_code == 1000
            assert [(m["type"], m.get("text"), m.get("is_final")) for m in messages] == [
                ("transcript", "Hello", False),
                ("transcript", "Hello there.", False),
                ("transcript", "Hello there.", True),
                ("flush_done", None, None),
                ("transcript", " Bye.", False),
                ("odd", None, None),
                ("transcript", " Bye.", True),
                ("done", None, None),
            ]
            assert messages[2]["language"] == "de"
            assert messages[2]["words"][1] == {"word": "there.", "start": 0.75, "end": 1.0}
            assert messages[2]["duration"] == 1.0
            assert messages[6]["duration"] == 2.0

    in_virtual_time(main)


def test_silence_finalises_when_it_was_asked_to() -> None:
    async def main() -> None:
        path = LISTEN + "&max_silence_duration_secs=0.4"
        async with (
            FakeCartesia(heard=[Said("Yes.")]) as server,
            connected(server, path) as socket,
        ):
            await socket.send_bytes(SECOND)
            assert [(await socket.receive_json())["is_final"] for _ in range(2)] == [False, True]
            await socket.send_str("done")
            assert (await socket.receive_json())["type"] == "error"

    in_virtual_time(main)


@pytest.mark.parametrize("query", ["", "?model=ink-2&encoding=pcm_f32le&sample_rate=16000"])
def test_recognition_has_to_know_the_audio(query: str) -> None:
    async def main() -> None:
        async with FakeCartesia() as server:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                async with connected(server, "/stt/websocket" + query):
                    pass
            assert caught.value.status == 400

    in_virtual_time(main)


# Faults.


@pytest.mark.parametrize(
    ("fault", "kinds"),
    [
        (None, ["chunk", "done"]),
        (Split(seed=1), ["chunk", "done"]),
        (Insert(after=1), ["chunk", "something_new", "done"]),
        (Fail(after=0), ["error"]),
        (Close(after=1, code=1011), ["chunk"]),
        (Drop(after=1), ["chunk"]),
    ],
    ids=str,
)
def test_faults_of_contexts(fault: Fault | None, kinds: list[str]) -> None:
    async def main() -> None:
        async with FakeCartesia(faults=fault) as server, connected(server) as socket:
            await socket.send_json(text("a", "Hi", add_timestamps=False))
            found: list[dict[str, Any]] = []
            async for message in socket:
                found.append(json.loads(message.data))
                if found[-1]["done"]:
                    break
            assert [message["type"] for message in found] == kinds

    in_virtual_time(main)


@pytest.mark.parametrize("path", ["/tts/websocket", LISTEN])
def test_a_websocket_with_a_wrong_key_does_not_open(path: str) -> None:
    async def main() -> None:
        async with FakeCartesia(key="another") as server:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                async with connected(server, path):
                    pass
            assert caught.value.status == 401
        async with FakeCartesia(faults=Refuse(429)) as server:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                async with connected(server, path):
                    pass
            assert caught.value.status == 429

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda: FakeCartesia(contexts=0), "contexts"),
        (lambda: FakeCartesia(latency=-1.0), "latency"),
        (lambda: FakeCartesia(idle=0.0), "idle"),
    ],
)
def test_bad_arguments_are_named(make: Callable[[], object], argument: str) -> None:
    with pytest.raises(ValueError, match=f"^{argument}"):
        make()
