"""The fake of Mistral's audio, listened to and spoken with by plain clients."""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import numpy as np
import pytest

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import FakeMistral, Raw, Said, ToneVoice

PATH = "/v1/audio/transcriptions/realtime"
SPEECH: dict[str, Any] = {
    "model": "voxtral-mini-tts-3-0",
    "input": "hello",
    "voice_id": "any",
    "response_format": "pcm",
}


@asynccontextmanager
async def connected(
    server: FakeMistral, **query: str
) -> AsyncGenerator[aiohttp.ClientWebSocketResponse, None]:
    query = {"model": "voxtral-mini-transcribe-realtime-3", **query}
    headers = {"Authorization": "Bearer secret"}
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(server.ws_url + PATH, params=query, headers=headers) as socket,
    ):
        assert (await socket.receive_json())["type"] == "session.created"
        yield socket


async def say(socket: aiohttp.ClientWebSocketResponse, seconds: float) -> None:
    audio = b64encode(bytes(round(seconds * 16_000) * 2)).decode()
    await socket.send_json({"type": "input_audio.append", "audio": audio})


async def told(socket: aiohttp.ClientWebSocketResponse, until: str) -> list[dict[str, Any]]:
    """Messages up to one of a type."""
    messages: list[dict[str, Any]] = []
    while not messages or messages[-1]["type"] != until:
        messages.append(await socket.receive_json())
    return messages


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


# Recognition.


def test_words_are_told_when_the_audio_has_gone_on_and_all_at_its_end() -> None:
    async def main() -> None:
        heard = [Said("Bonjour à tous.", language="fr"), Raw(0.1, {"type": "x"})]
        async with FakeMistral(heard, key="secret") as server, connected(server) as socket:
            await say(socket, 0.7)  # the first word ends at 0.25, and is told 0.48 s later
            assert (await socket.receive_json())["type"] == "x"
            await say(socket, 0.1)
            assert await socket.receive_json() == {
                "type": "transcription.language",
                "audio_language": "fr",
            }
            assert (await socket.receive_json())["text"] == "Bonjour"
            await socket.send_json({"type": "input_audio.end"})
            *deltas, done = await told(socket, "transcription.done")
            assert [message["text"] for message in deltas] == [" à", " tous."]
            assert (done["text"], done["language"]) == ("Bonjour à tous.", "fr")
            assert done["usage"]["prompt_audio_seconds"] == 1
            await socket.receive()
            assert socket.close_code == 1000

    in_virtual_time(main)


@pytest.mark.parametrize("flush_done", [True, False])
def test_a_flush_tells_the_rest_and_the_session_goes_on(flush_done: bool) -> None:
    async def main() -> None:
        heard = [Said("One."), Said("Two.", at=1.0)]
        async with FakeMistral(heard, flush_done=flush_done) as server, connected(server) as socket:
            for _ in range(2):
                await say(socket, 0.9)
                await socket.send_json({"type": "input_audio.flush"})
            await socket.send_json({"type": "input_audio.end"})
            messages = [await socket.receive_json() for _ in range(6 if flush_done else 4)]
            texts = [m["text"] for m in messages if m["type"].endswith(("delta", "done"))]
            finals = ["One.", "One.", " Two.", "Two.", "One. Two."]
            assert texts == (finals if flush_done else ["One.", " Two.", "One. Two."])

    in_virtual_time(main)


def test_turns_begin_may_end_go_on_and_end() -> None:
    async def main() -> None:
        heard = [Said("Well.", at=0.2), Said("Hello.", at=1.0)]
        async with FakeMistral(heard) as server, connected(server) as socket:
            turns = {"min_silence_ms": 300, "end_timeout_ms": 600}
            await socket.send_json({"type": "session.update", "session": {"turn_detection": turns}})
            assert (await socket.receive_json())["session"]["turn_detection"] == turns
            await say(socket, 2.0)
            messages = [
                message
                for message in await told(socket, "turn.end")
                if message["type"].startswith("turn.")
            ]
            assert [(m["type"], m["time_s"]) for m in messages] == [
                ("turn.start", 0.2),
                ("turn.eager_end", 0.75),
                ("turn.resume", 1.0),
                ("turn.eager_end", 1.55),
                ("turn.end", 1.85),
            ]
            assert messages[-1]["end_reason"] == "timeout"

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("session", "words"),
    [
        ({"audio_format": {"encoding": "mp3", "sample_rate": 16_000}}, "audio format"),
        ({"audio_format": {"encoding": "pcm_s16le", "sample_rate": 1}}, "audio format"),
        ({"diarize": True, "turn_detection": {}}, "not compatible"),
        ({"voice": "any"}, "voice"),
    ],
)
def test_settings_that_the_vendor_does_not_take_are_errors(session: Any, words: str) -> None:
    async def main() -> None:
        async with FakeMistral() as server, connected(server) as socket:
            await socket.send_json({"type": "session.update", "session": session})
            assert words in (await told(socket, "error"))[-1]["error"]["message"]

    in_virtual_time(main)


def test_settings_cannot_be_changed_once_there_was_audio() -> None:
    async def main() -> None:
        async with FakeMistral() as server, connected(server) as socket:
            await say(socket, 0.1)
            await socket.send_json({"type": "session.update", "session": {"language": "en"}})
            assert "after audio" in (await socket.receive_json())["error"]["message"]

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "input_audio.append", "audio": "no base64!"}, "base64"),
        ({"type": "input_audio.append", "audio": ""}, "bytes"),
        ({"type": "input_audio.append", "audio": "AAAA" * 90_000}, "262144"),
        ({"type": "input_audio.swallow"}, "input_audio.swallow"),
    ],
)
def test_messages_that_cannot_be_taken_are_errors(message: dict[str, str], words: str) -> None:
    async def main() -> None:
        async with FakeMistral() as server, connected(server) as socket:
            await socket.send_json(message)
            assert words in (await socket.receive_json())["error"]["message"]

    in_virtual_time(main)


def test_a_session_without_audio_fails() -> None:
    async def main() -> None:
        async with FakeMistral(idle=5.0) as server, connected(server) as socket:
            await say(socket, 0.1)
            assert (await socket.receive_json())["error"]["code"] == 3804
            await socket.receive()
            assert asyncio.get_running_loop().time() == pytest.approx(5.0)

    in_virtual_time(main)


def test_a_wrong_key_and_no_model_are_refused_at_the_handshake() -> None:
    async def main() -> None:
        for server, status in ((FakeMistral(key="other"), 401), (FakeMistral(), 400)):
            async with server:
                with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                    async with connected(server, model=""):
                        pass
                assert caught.value.status == status

    in_virtual_time(main)


# Speech.


async def post(server: FakeMistral, **asked: Any) -> tuple[int, bytes]:
    async with (
        aiohttp.ClientSession() as client,
        client.post(server.url + "/v1/audio/speech", json={**SPEECH, **asked}) as response,
    ):
        return response.status, await response.read()


def test_speech_comes_as_events_with_floats() -> None:
    async def main() -> None:
        async with FakeMistral(voice=ToneVoice(level=0.5)) as server:
            _, body = await post(server, stream=True)
            events = [event.split("\n") for event in body.decode().split("\n\n")[:-1]]
            assert events[0][0] == "event: speech.audio.delta"
            data = [json.loads(event[1].removeprefix("data: ")) for event in events]
            audio = b"".join(b64decode(d["audio_data"]) for d in data[:-1])
            floats = np.frombuffer(audio, "<f4")
            assert len(floats) == 0.25 * 24_000
            assert 0.49 < floats.max() <= 0.5
            assert data[-1]["usage"]["total_tokens"] == 10
            _, whole = await post(server)
            assert b64decode(json.loads(whole)["audio_data"]) == audio

    in_virtual_time(main)


@pytest.mark.parametrize(
    "asked",
    [
        {"input": ""},
        {"voice_id": None},
        {"ref_audio": "AAAA"},
        {"response_format": "mp3"},
        {"voice": "any"},
    ],
)
def test_speech_that_the_vendor_does_not_make_is_refused(asked: dict[str, Any]) -> None:
    async def main() -> None:
        async with FakeMistral() as server:
            status, body = await post(server, **asked)
            assert status == 400
            assert json.loads(body)["object"] == "error"

    in_virtual_time(main)


def test_a_server_that_is_never_patient_is_refused() -> None:
    with pytest.raises(ValueError, match="idle must be positive"):
        FakeMistral(idle=0.0)
