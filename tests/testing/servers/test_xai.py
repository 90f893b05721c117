"""The fake of xAI, listened to and spoken with by plain websockets."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import FakeXai, Raw, Said, ToneVoice

QUERY = {"interim_results": "true", "endpointing": "200"}
VOICE = {"language": "en", "codec": "pcm", "sample_rate": "16000"}
SECOND = bytes(32_000)


@asynccontextmanager
async def connected(
    server: FakeXai, path: str, query: dict[str, str], key: str = "secret"
) -> AsyncGenerator[aiohttp.ClientWebSocketResponse, None]:
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(server.ws_url + path, params=query, headers=headers) as socket,
    ):
        yield socket


async def told(socket: aiohttp.ClientWebSocketResponse, until: str) -> list[dict[str, Any]]:
    """Messages up to one of a type."""
    messages: list[dict[str, Any]] = []
    while not messages or messages[-1]["type"] != until:
        messages.append(await socket.receive_json())
    return messages


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


# Recognition.


def test_an_utterance_is_told_by_and_by_and_ends_with_all_its_words() -> None:
    async def main() -> None:
        heard = [Said("I would like a table, please.", at=0.5, speaker=1), Raw(2.5, {"type": "x"})]
        async with (
            FakeXai(heard, key="secret") as server,
            connected(server, "/v1/stt", {**QUERY, "diarize": "true"}) as socket,
        ):
            assert await socket.receive_json() == {"type": "transcript.created"}
            for _ in range(3):
                await socket.send_bytes(SECOND)
            *interims, final, _ = await told(socket, "x")
            assert [m["text"] for m in interims] == [
                "I would",
                "I would like a",
                "I would like a table, please.",
            ]
            assert not any(m["is_final"] or m["speech_final"] for m in interims)
            assert final["is_final"]
            assert final["speech_final"]
            assert (final["start"], final["duration"]) == (0.5, 1.5)
            assert final["words"][0] == {"text": "I", "start": 0.5, "end": 0.75, "speaker": 1}
            await socket.send_json({"type": "audio.done"})
            done = await socket.receive_json()
            assert (done["text"], done["words"], done["duration"]) == ("", [], 3.0)

    in_virtual_time(main)


def test_a_long_utterance_is_final_in_pieces_which_its_end_repeats() -> None:
    async def main() -> None:
        text = " ".join(f"word{number}" for number in range(15))
        async with FakeXai([Said(text)]) as server, connected(server, "/v1/stt", {}) as socket:
            for _ in range(4):
                await socket.send_bytes(SECOND)
            await socket.send_json({"type": "audio.done"})
            _, piece, whole, _ = await told(socket, "transcript.done")
            assert piece["text"] == " ".join(f"word{number}" for number in range(12))
            assert (piece["is_final"], piece["speech_final"]) == (True, False)
            assert whole["text"] == text
            assert whole["speech_final"]

    in_virtual_time(main)


def test_what_is_unfinished_is_told_when_it_is_asked_for_and_another_turn_may_follow() -> None:
    async def main() -> None:
        heard = [Said("One two.", language="de"), Said("Three.", at=1.0), Said("Four.", at=2.0)]
        async with FakeXai(heard) as server, connected(server, "/v1/stt", QUERY) as socket:
            await socket.send_bytes(bytes(16_000))
            await socket.send_json({"type": "audio.done"})
            *_, done = await told(socket, "transcript.done")
            assert (done["text"], done["language"]) == ("One two.", "de")
            await socket.send_bytes(bytes(24_000))
            await socket.send_json({"type": "finalize"})
            await socket.send_json({"type": "finalize"})
            final = await socket.receive_json()
            assert (final["text"], final["speech_final"]) == ("Three.", True)
            await socket.send_bytes(SECOND)
            await socket.send_json({"type": "audio.done"})
            last = await socket.receive_json()
            assert last["words"] == [{"text": "Four.", "start": 2.0, "end": 2.25}]

    in_virtual_time(main)


def test_audio_before_the_session_is_ready_is_an_error() -> None:
    async def main() -> None:
        async with FakeXai(ready=0.5) as server, connected(server, "/v1/stt", QUERY) as socket:
            await socket.send_bytes(SECOND)
            assert "not ready" in (await socket.receive_json())["message"]
            assert await socket.receive_json() == {"type": "transcript.created"}
            assert asyncio.get_running_loop().time() == pytest.approx(0.5)

    in_virtual_time(main)


def test_a_server_of_the_older_reference_closes_when_the_audio_is_done() -> None:
    async def main() -> None:
        server = FakeXai([Said("Hi.")], latency=0.1, closes=True)
        async with server, connected(server, "/v1/stt", QUERY) as socket:
            await socket.send_bytes(SECOND)
            await socket.send_json({"type": "audio.done"})
            await told(socket, "transcript.done")
            await socket.receive()
            assert socket.close_code == 1000

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/stt", {"interim_results": "True"}),
        ("/v1/stt", {"sample_rate": "12345"}),
        ("/v1/stt", {"encoding": "opus"}),
        ("/v1/stt", {"endpointing": "9000"}),
        ("/v1/stt", {"endpoint": "10"}),
        ("/v1/tts", {"codec": "pcm"}),
        ("/v1/tts", {**VOICE, "codec": "mp3"}),
        ("/v1/tts", {**VOICE, "sample_rate": "1"}),
        ("/v1/tts", {**VOICE, "with_timestamps": "False"}),
    ],
)
def test_queries_that_the_vendor_does_not_know_are_refused(path: str, query: Any) -> None:
    async def main() -> None:
        async with FakeXai() as server:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                async with connected(server, path, query):
                    pass
            assert caught.value.status == 400

    in_virtual_time(main)


def test_a_wrong_key_is_refused_at_the_handshake() -> None:
    async def main() -> None:
        async with FakeXai(key="secret") as server:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                async with connected(server, "/v1/stt", QUERY, key="wrong"):
                    pass
            assert caught.value.status == 401

    in_virtual_time(main)


def test_messages_that_cannot_be_read_are_errors() -> None:
    async def main() -> None:
        async with FakeXai() as server:
            async with connected(server, "/v1/stt", QUERY) as socket:
                await socket.send_json({"type": "Finalize"})
                assert "Finalize" in (await told(socket, "error"))[-1]["message"]
            async with connected(server, "/v1/tts", VOICE) as socket:
                await socket.send_json({"type": "text.delta", "delta": ""})
                assert (await socket.receive_json())["type"] == "error"

    in_virtual_time(main)


# Speech.


def audio_of(messages: list[dict[str, Any]]) -> bytes:
    return b"".join(b64decode(m["delta"]) for m in messages if m["type"] == "audio.delta")


def test_sentences_are_spoken_as_they_come_and_the_rest_when_the_text_is_done() -> None:
    async def main() -> None:
        async with FakeXai() as server, connected(server, "/v1/tts", VOICE) as socket:
            await socket.send_json({"type": "text.delta", "delta": "Hello. "})
            first = [await socket.receive_json() for _ in range(3)]
            assert len(audio_of(first)) == 6 * 1_600
            await socket.send_json({"type": "text.delta", "delta": "By"})
            await socket.send_json({"type": "text.delta", "delta": "e."})
            await socket.send_json({"type": "text.done"})
            rest = await told(socket, "audio.done")
            assert len(audio_of(rest)) == 5 * 1_600
            assert rest[-1]["trace_id"]
            await socket.send_json({"type": "text.delta", "delta": "More"})
            await socket.send_json({"type": "text.done"})
            assert len(audio_of(await told(socket, "audio.done"))) == 4 * 1_600

    in_virtual_time(main)


def test_what_is_cleared_is_not_spoken_any_more() -> None:
    async def main() -> None:
        server = FakeXai(voice=ToneVoice(speed=1.0))
        async with server, connected(server, "/v1/tts", VOICE) as socket:
            await socket.send_json({"type": "text.delta", "delta": "x" * 1000 + ". "})
            await socket.receive_json()
            await socket.send_json({"type": "text.clear"})
            await told(socket, "audio.clear")
            await socket.send_json({"type": "text.delta", "delta": "Hi."})
            await socket.send_json({"type": "text.done"})
            assert len(audio_of(await told(socket, "audio.done"))) == 3 * 1_600
            await socket.send_json({"type": "text.clear"})
            assert await socket.receive_json() == {"type": "audio.clear"}

    in_virtual_time(main)


REQUEST: dict[str, Any] = {
    "text": "hello",
    "language": "en",
    "output_format": {"codec": "mulaw", "sample_rate": 8000},
}


async def post(server: FakeXai, **asked: Any) -> tuple[int, str, bytes]:
    async with (
        aiohttp.ClientSession() as client,
        client.post(server.url + "/v1/tts", json={**REQUEST, **asked}) as response,
    ):
        return response.status, response.content_type, await response.read()


def test_a_request_is_answered_with_audio() -> None:
    async def main() -> None:
        async with FakeXai() as server:
            status, kind, audio = await post(server)
            assert (status, kind, len(audio)) == (200, "audio/basic", 0.25 * 8_000)

    in_virtual_time(main)


@pytest.mark.parametrize(
    "asked",
    [
        {"text": ""},
        {"text": "x" * 15_001},
        {"language": None},
        {"output_format": {"codec": "pcm", "sample_rate": 12}},
        {"output_format": {}},
        {"input": "hello"},
        {"with_timestamps": True},
    ],
)
def test_requests_that_the_vendor_does_not_answer_are_refused(asked: dict[str, Any]) -> None:
    async def main() -> None:
        async with FakeXai() as server:
            status, _, body = await post(server, **asked)
            assert status == 400
            assert b"invalid_argument" in body

    in_virtual_time(main)


@pytest.mark.parametrize("name", ["latency", "ready"])
def test_negative_times_are_refused(name: str) -> None:
    negative: Any = {name: -1.0}
    with pytest.raises(ValueError, match=f"{name} must not be negative"):
        FakeXai(**negative)
