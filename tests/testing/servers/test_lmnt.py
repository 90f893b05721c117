"""Plain clients talk to the fake of LMNT; what it does is what its documentation said."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import numpy as np
import pytest
import websockets

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Fail, FakeLmnt, Insert, ToneVoice

PATH = "/v1/ai/speech/stream"
INIT: dict[str, Any] = {
    "type": "init",
    "X-API-Key": "secret",
    "lmnt-version": "1.1",
    "voice": "leah",
    "format": "pcm_s16le",
    "sample_rate": 16_000,
}
SECOND = ToneVoice(speed=1.0)
CHARACTER = 1_600
"""Bytes of one character, at 16 kHz."""


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


def text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


async def told(server: FakeLmnt, *messages: Any) -> tuple[list[Any], int | None]:
    """All that a websocket says until it is closed, and the code by which it is."""
    found: list[Any] = []
    async with websockets.connect(server.ws_url + PATH) as socket:
        for message in messages:
            await socket.send(message if isinstance(message, bytes) else json.dumps(message))
        try:
            async for message in socket:
                found.append(message if isinstance(message, bytes) else json.loads(message))
        except websockets.ConnectionClosedError:
            pass
        return found, socket.close_code


def size_of(found: list[Any]) -> int:
    return sum(len(message) for message in found if isinstance(message, bytes))


def kinds(found: list[Any]) -> list[str]:
    return [message["type"] for message in found if isinstance(message, dict)]


def test_what_is_flushed_is_spoken_and_told() -> None:
    async def main() -> None:
        async with FakeLmnt(key="secret") as server:
            found, code = await told(
                server,
                INIT,
                text("Hello "),
                text("there."),
                {"type": "flush", "nonce": 7},
                text("Bye."),
                {"type": "finish"},
            )
        assert found[0]["type"] == "ready"
        assert kinds(found) == ["ready", "flush_complete"]
        done = found.index({"type": "flush_complete", "nonce": 7})
        assert size_of(found[:done]) == 12 * CHARACTER
        assert size_of(found) == 16 * CHARACTER
        assert code == 1000

    in_virtual_time(main)


def test_enough_text_is_spoken_without_a_flush() -> None:
    async def main() -> None:
        async with FakeLmnt() as server, websockets.connect(server.ws_url + PATH) as socket:
            await socket.send(json.dumps(INIT))
            await socket.send(json.dumps(text("x" * 60)))
            await socket.recv()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.recv(), 5.0)
            await socket.send(json.dumps(text("y" * 60)))
            assert isinstance(await socket.recv(), bytes)

    in_virtual_time(main)


def test_a_reset_forgets_what_was_not_flushed() -> None:
    async def main() -> None:
        async with FakeLmnt() as server:
            found, _ = await told(
                server, INIT, text("Hello"), {"type": "reset", "nonce": 1}, {"type": "finish"}
            )
        assert kinds(found) == ["ready", "reset_complete"]
        assert size_of(found) == 0

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("messages", "kind"),
    [
        ([text("Hi")], "invalid_request_error"),
        ([{**INIT, "X-API-Key": "wrong"}], "authentication_error"),
        ([{**INIT, "lmnt-version": "0.9"}], "invalid_request_error"),
        ([{**INIT, "voice": None}], "invalid_request_error"),
        ([{**INIT, "format": "mp3"}], "invalid_request_error"),
        ([{**INIT, "sample_rate": 44_100}], "invalid_request_error"),
        ([INIT, {"text": "Hi"}], "invalid_request_error"),
        ([INIT, b"Hi"], "invalid_request_error"),
    ],
)
def test_what_is_wrong_is_told_and_ends_the_session(messages: list[Any], kind: str) -> None:
    async def main() -> None:
        async with FakeLmnt(key="secret") as server:
            found, code = await told(server, *messages)
        assert found[-1]["type"] == "error"
        assert found[-1]["error"]["type"] == kind
        assert code == 1008

    in_virtual_time(main)


def test_faults_have_the_vendors_shapes() -> None:
    async def main() -> None:
        async with FakeLmnt(faults=Insert() + Fail(after=1, text="no voice")) as server:
            found, _ = await told(server, INIT, text("Hi"), {"type": "finish"})
        assert found[0] == {"type": "something_new"}
        assert found[2]["error"] == {"type": "internal_server_error", "message": "no voice"}

    in_virtual_time(main)


async def post(server: FakeLmnt, key: str = "secret", **body: Any) -> tuple[int, bytes, float]:
    async with aiohttp.ClientSession() as client:
        url, headers = server.url + "/v1/ai/speech/bytes", {"X-API-Key": key}
        async with client.post(url, json=body, headers=headers) as response:
            audio = await response.read()
        return response.status, audio, asyncio.get_running_loop().time()


BODY: dict[str, Any] = {
    "text": "hello there",
    "voice": "leah",
    "format": "pcm_s16le",
    "sample_rate": 16_000,
}


def test_speech_over_http() -> None:
    async def main() -> None:
        async with FakeLmnt(voice=SECOND, key="secret") as server:
            status, audio, ended = await post(server, **BODY)
            assert status == 200
            assert len(audio) == 11 * CHARACTER
            assert ended == pytest.approx(0.5)
            floats = (await post(server, **{**BODY, "format": "pcm_f32le"}))[1]
            samples = np.frombuffer(audio, "<i2")
            assert np.array_equal(np.frombuffer(floats, "<f4") * 32_768, samples)
            status, answer, _ = await post(server, "wrong", **BODY)
            assert status == 403
            assert json.loads(answer)["error"]["type"] == "permission_error"

    in_virtual_time(main)


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "x" * 5_001},
        {"voice": None},
        {"format": "mp3"},
        {"sample_rate": 44_100},
    ],
)
def test_wrong_requests_over_http_are_refused(body: dict[str, Any]) -> None:
    async def main() -> None:
        async with FakeLmnt() as server:
            status, answer, _ = await post(server, **{**BODY, **body})
            assert status == 400
            assert json.loads(answer)["error"]["type"] == "invalid_request_error"

    in_virtual_time(main)
