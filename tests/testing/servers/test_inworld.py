"""Plain clients talk to the fake of Inworld; what it does is what its documentation says."""

import asyncio
import json
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
import websockets

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Fail, FakeInworld, Insert, ToneVoice

PATH = "/tts/v1/voice:streamBidirectional"
AUDIO = {"audioEncoding": "PCM", "sampleRateHertz": 16_000}
VOICE = {"voiceId": "Ashley", "modelId": "inworld-tts-2", "audioConfig": AUDIO}
TIMED = {**VOICE, "timestampType": "WORD", "timestampTransportStrategy": "SYNC"}
SECOND = ToneVoice(speed=1.0)
CHARACTER = 1_600
"""Bytes of one character, at 16 kHz."""


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


async def say(socket: Any, *messages: dict[str, Any]) -> None:
    for message in messages:
        await socket.send(json.dumps(message))


def text(text: str, context: str = "a", *, flush: bool = True) -> dict[str, Any]:
    asked: dict[str, Any] = {"text": text}
    return {"send_text": asked | ({"flush_context": {}} if flush else {}), "contextId": context}


def closing(context: str = "a") -> dict[str, Any]:
    return {"close_context": {}, "contextId": context}


async def results(socket: Any, *ends: str) -> list[dict[str, Any]]:
    """What a websocket says until all these contexts are closed."""
    found: list[dict[str, Any]] = []
    while sum("contextClosed" in result for result in found) < len(ends):
        found.append(json.loads(await socket.recv())["result"])
    return found


def audio_of(found: list[dict[str, Any]], context: str = "a") -> bytes:
    chunks = [r["audioChunk"] for r in found if "audioChunk" in r and r["contextId"] == context]
    return b"".join(b64decode(chunk["audioContent"]) for chunk in chunks)


def words_of(found: list[dict[str, Any]]) -> list[tuple[str, float]]:
    return [
        pair
        for r in found
        for a in [r.get("audioChunk", {}).get("timestampInfo", {}).get("wordAlignment", {})]
        for pair in zip(a.get("words", []), a.get("wordStartTimeSeconds", []), strict=True)
    ]


def events(found: list[dict[str, Any]]) -> list[str]:
    names = {"contextCreated", "flushCompleted", "contextClosed"}
    return [name for r in found for name in r if name in names]


async def play(
    server: FakeInworld, *messages: dict[str, Any], ends: tuple[str, ...] = ("a",)
) -> list[dict[str, Any]]:
    async with websockets.connect(server.ws_url + PATH, ping_interval=None) as socket:
        await say(socket, *messages)
        return await results(socket, *ends)


def test_a_context_speaks_what_is_flushed_and_its_times_begin_anew() -> None:
    async def main() -> None:
        async with FakeInworld() as server:
            found = await play(
                server,
                {"create": TIMED, "contextId": "a"},
                text("Hello there."),
                text("Bye."),
                closing(),
            )
        assert events(found) == [
            "contextCreated",
            "flushCompleted",
            "flushCompleted",
            "contextClosed",
        ]
        assert len(audio_of(found)) == 16 * CHARACTER
        assert words_of(found) == [("Hello", 0.0), ("there.", 0.3), ("Bye.", 0.0)]
        assert all(r["status"]["code"] == 0 for r in found)

    in_virtual_time(main)


def test_times_may_come_after_the_audio() -> None:
    async def main() -> None:
        config = {**TIMED, "timestampTransportStrategy": "ASYNC"}
        async with FakeInworld() as server:
            found = await play(server, {"create": config, "contextId": "a"}, text("Hi."), closing())
        chunks = [r["audioChunk"] for r in found if "audioChunk" in r]
        assert chunks[-1]["audioContent"] == ""
        assert chunks[-1]["timestampInfo"]["wordAlignment"]["words"] == ["Hi."]
        assert words_of(found) == [("Hi.", 0.0)]

    in_virtual_time(main)


FLUSH: dict[str, Any] = {"flush_context": {}, "contextId": "a"}


@pytest.mark.parametrize(
    ("config", "messages"),
    [
        (VOICE, [text("Hi ", flush=False), FLUSH]),
        ({"autoMode": True}, [text("Hi ", flush=False)]),
        ({"bufferCharThreshold": 3}, [text("Hi ", flush=False)]),
        ({"maxBufferDelayMs": 500}, [text("Hi", flush=False), text(" ", flush=False)]),
    ],
    ids=["asked", "auto", "enough", "delay"],
)
def test_what_flushes(config: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    async def main() -> None:
        async with (
            FakeInworld() as server,
            websockets.connect(server.ws_url + PATH) as socket,
        ):
            await say(socket, {"create": {**VOICE, **config}, "contextId": "a"}, *messages)
            found: list[dict[str, Any]] = []
            while "flushCompleted" not in events(found):
                found.append(json.loads(await socket.recv())["result"])
            assert len(audio_of(found)) == 3 * CHARACTER

    in_virtual_time(main)


def test_contexts_speak_beside_each_other() -> None:
    async def main() -> None:
        async with FakeInworld(voice=SECOND) as server:
            found = await play(
                server,
                {"create": VOICE, "contextId": "a"},
                {"create": VOICE, "contextId": "b"},
                text("Hello"),
                text("Bye", "b"),
                closing(),
                closing("b"),
                ends=("a", "b"),
            )
        assert len(audio_of(found)) == 5 * CHARACTER
        assert len(audio_of(found, "b")) == 3 * CHARACTER
        order = [r["contextId"] for r in found if "audioChunk" in r]
        assert order[:4] in (["a", "b"] * 2, ["b", "a"] * 2)

    in_virtual_time(main)


def test_a_closed_context_speaks_what_it_has_and_counts_until_it_is_told() -> None:
    async def main() -> None:
        async with (
            FakeInworld(voice=SECOND, contexts=1) as server,
            websockets.connect(server.ws_url + PATH) as socket,
        ):
            create = {"create": VOICE, "contextId": "b"}
            await say(socket, {"create": VOICE, "contextId": "a"}, text("Hello", flush=False))
            await say(socket, closing(), text("late"), create)
            found = await results(socket, "a")
            assert len(audio_of(found)) == 5 * CHARACTER
            refused = [r["status"] for r in found if r["status"]["code"]]
            assert [status["code"] for status in refused] == [5, 8]
            await say(socket, create)
            assert "contextCreated" in json.loads(await socket.recv())["result"]

    in_virtual_time(main)


def test_a_single_context_need_not_be_named() -> None:
    async def main() -> None:
        async with FakeInworld() as server:
            found = await play(
                server, {"create": VOICE}, {"send_text": {"text": "Hi"}}, {"close_context": {}}
            )
        assert len(audio_of(found, "")) == 2 * CHARACTER

    in_virtual_time(main)


def test_what_it_does_not_understand_is_told() -> None:
    async def main() -> None:
        async with (
            FakeInworld() as server,
            websockets.connect(server.ws_url + PATH) as socket,
        ):
            wrong = {**VOICE, "voiceId": ""}
            await say(socket, {"create": wrong, "contextId": "a"}, text("Hi"), {"say": "Hi"})
            await say(socket, {"create": VOICE, "contextId": "a"}, text("x" * 1_001))
            found = [json.loads(await socket.recv()) for _ in range(5)]
            assert [r["result"]["status"]["code"] for r in found if "result" in r] == [3, 5, 0, 3]
            assert [r["error"]["code"] for r in found if "error" in r] == [3]

    in_virtual_time(main)


def test_a_quiet_websocket_is_closed_and_may_be_kept_alive() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with (
            FakeInworld() as server,
            websockets.connect(server.ws_url + PATH, ping_interval=None) as socket,
        ):
            await say(socket, {"create": VOICE, "contextId": "a"})
            await socket.recv()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.recv(), 500.0)
            await say(socket, text("", flush=False))
            with pytest.raises(websockets.ConnectionClosedOK):
                await socket.recv()
            assert loop.time() == pytest.approx(1_100.0)

    in_virtual_time(main)


@pytest.mark.parametrize("shown", ["header", "query"])
def test_keys(shown: str) -> None:
    async def main() -> None:
        async with FakeInworld(key="secret") as server:

            def connect(key: str) -> Any:
                query = f"?authorization=Basic%20{key}" if shown == "query" else ""
                headers = {"Authorization": f"Basic {key}"} if shown == "header" else {}
                url = server.ws_url + PATH + query
                return websockets.connect(url, additional_headers=headers)

            async with connect("secret"):
                pass
            with pytest.raises(websockets.InvalidStatus) as caught:
                await connect("wrong")
            assert caught.value.response.status_code == 401
            assert json.loads(caught.value.response.body or b"")["code"] == 16

    in_virtual_time(main)


def test_faults_have_the_vendors_shapes() -> None:
    async def main() -> None:
        async with (
            FakeInworld(faults=Insert() + Fail(after=1, text="no voice")) as server,
            websockets.connect(server.ws_url + PATH) as socket,
        ):
            await say(socket, {"create": VOICE, "contextId": "a"}, text("Hi"))
            found = [json.loads(await socket.recv()) for _ in range(3)]
            assert "somethingNew" in found[0]["result"]
            assert found[2] == {"error": {"code": 13, "message": "no voice", "details": []}}

    in_virtual_time(main)


async def post(server: FakeInworld, **body: Any) -> tuple[int, list[dict[str, Any]], list[float]]:
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as client:
        async with client.post(server.url + "/tts/v1/voice:stream", json=body) as response:
            lines = [(json.loads(line), loop.time()) async for line in response.content]
        return response.status, [line for line, _ in lines], [time for _, time in lines]


def test_speech_over_http_comes_in_lines() -> None:
    async def main() -> None:
        async with FakeInworld(voice=SECOND) as server:
            status, lines, times = await post(server, text="żółć hi", **TIMED)
            assert status == 200
            chunks = [line["result"] for line in lines]
            audio = b"".join(b64decode(chunk["audioContent"]) for chunk in chunks)
            assert len(audio) == 7 * CHARACTER
            words = [w for c in chunks for w in c["timestampInfo"]["wordAlignment"]["words"]]
            assert words == ["żółć", "hi"]
            assert chunks[0]["usage"]["processedCharactersCount"] == 7
            assert times[-1] == pytest.approx(0.3)

    in_virtual_time(main)


def test_every_piece_of_linear16_has_a_head() -> None:
    async def main() -> None:
        audio = {"audioEncoding": "LINEAR16", "sampleRateHertz": 16_000}
        async with FakeInworld() as server:
            _, lines, _ = await post(server, text="hello", **{**VOICE, "audioConfig": audio})
            pieces = [b64decode(line["result"]["audioContent"]) for line in lines]
            assert len(pieces) == 3
            assert all(piece.startswith(b"RIFF") for piece in pieces)
            assert sum(len(piece) - 44 for piece in pieces) == 5 * CHARACTER

    in_virtual_time(main)


@pytest.mark.parametrize(
    "body",
    [
        {"text": " "},
        {"text": "x" * 2_001},
        {"text": "hi", "voiceId": None},
        {"text": "hi", "audioConfig": {"audioEncoding": "MP3"}},
        {"text": "hi", "timestampType": "CHARACTER"},
    ],
)
def test_wrong_requests_over_http_are_refused(body: dict[str, Any]) -> None:
    async def main() -> None:
        async with FakeInworld() as server:
            status, (answer,), _ = await post(server, **{**VOICE, **body})
            assert status == 400
            assert answer["code"] == 3

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("make", "argument"),
    [(lambda: FakeInworld(contexts=0), "contexts"), (lambda: FakeInworld(idle=0.0), "idle")],
)
def test_bad_arguments_are_named(make: Callable[[], object], argument: str) -> None:
    with pytest.raises(ValueError, match=f"^{argument}"):
        make()
