"""Plain clients talk to the fake of Rime; what it does is what its documentation says."""

import asyncio
import json
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
import websockets

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Fail, FakeRime, Insert, ToneVoice

QUERY = "speaker=astra&modelId=coda&audioFormat=pcm&samplingRate=16000"
SECOND = ToneVoice(speed=1.0)
CHARACTER = 1_600
"""Bytes of one character, at 16 kHz."""


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


async def told(server: FakeRime, query: str, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    """All that a websocket says until it is closed."""
    async with websockets.connect(f"{server.ws_url}/ws3?{query}") as socket:
        for message in messages:
            await socket.send(json.dumps(message))
        return [json.loads(message) async for message in socket]


def audio_of(messages: list[dict[str, Any]], context: str | None = None) -> bytes:
    chunks = [m for m in messages if m["type"] == "chunk" and m["contextId"] == context]
    return b"".join(b64decode(m["data"]) for m in chunks)


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    return [m["type"] for m in messages if m["type"] != "chunk"]


def test_text_is_spoken_when_it_is_flushed_with_times_of_words() -> None:
    async def main() -> None:
        async with FakeRime() as server:
            messages = await told(
                server,
                QUERY + "&segment=never",
                {"text": "Hello. ", "contextId": "a"},
                {"text": "There."},
                {"operation": "flush"},
                {"operation": "eos"},
            )
        assert kinds(messages) == ["timestamps", "done"]
        assert messages[0]["word_timestamps"] == {
            "words": ["Hello.", "There."],
            "start": [0.0, 0.35],
            "end": [0.3, 0.65],
        }
        assert len(audio_of(messages, "a")) == 13 * CHARACTER
        assert all(m["contextId"] == "a" for m in messages)

    in_virtual_time(main)


def test_pieces_of_audio_end_inside_of_samples() -> None:
    async def main() -> None:
        async with FakeRime() as server:
            messages = await told(server, QUERY, {"text": "Hello there."}, {"operation": "eos"})
        sizes = [len(b64decode(m["data"])) for m in messages if m["type"] == "chunk"]
        assert sizes[0] % 2 == 1
        assert sum(sizes) == 12 * CHARACTER

    in_virtual_time(main)


def test_flushes_that_come_meanwhile_are_spoken_as_one_in_the_context_named_last() -> None:
    async def main() -> None:
        async with (
            FakeRime(voice=SECOND) as server,
            websockets.connect(f"{server.ws_url}/ws3?{QUERY}&segment=never") as socket,
        ):
            messages: list[dict[str, Any]] = []
            await say(socket, {"text": "One.", "contextId": "a"}, {"operation": "flush"})
            messages.append(json.loads(await socket.recv()))
            for text, context in (("Two.", "a"), ("Three.", "b")):
                await say(socket, {"text": text, "contextId": context}, {"operation": "flush"})
            await say(socket, {"operation": "eos"})
            messages += [json.loads(message) async for message in socket]
            assert kinds(messages) == ["timestamps", "done"] * 2
            assert len(audio_of(messages, "a")) == 4 * CHARACTER
            assert len(audio_of(messages, "b")) == 10 * CHARACTER

    in_virtual_time(main)


async def say(socket: Any, *messages: dict[str, Any]) -> None:
    for message in messages:
        await socket.send(json.dumps(message))


def test_clear_forgets_only_what_was_not_flushed() -> None:
    async def main() -> None:
        async with (
            FakeRime(voice=SECOND) as server,
            websockets.connect(f"{server.ws_url}/ws3?{QUERY}&segment=never") as socket,
        ):
            await say(socket, {"text": "One.", "contextId": "a"}, {"operation": "flush"})
            first = json.loads(await socket.recv())
            assert first["word_timestamps"]["words"] == ["One."]
            await say(socket, {"text": "Two."}, {"operation": "flush"}, {"text": " Three."})
            await say(socket, {"operation": "clear"}, {"operation": "eos"})
            messages = [json.loads(message) async for message in socket]
            assert len(audio_of(messages, "a")) == 8 * CHARACTER

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("segment", "texts", "spoken", "dones"),
    [
        ("bySentence", ["Hello. How", " are you"], ["Hello.", "How", "are", "you"], 1),
        ("immediate", ["Hello", " you"], ["Hello", "you"], 1),
        ("never", ["Hello. ", "You."], ["Hello.", "You."], 1),
    ],
)
def test_segments(segment: str, texts: list[str], spoken: list[str], dones: int) -> None:
    async def main() -> None:
        async with FakeRime(voice=SECOND) as server:
            messages = await told(
                server,
                f"{QUERY}&segment={segment}",
                *({"text": text} for text in texts),
                {"operation": "eos"},
            )
        heard = [m["word_timestamps"]["words"] for m in messages if m["type"] == "timestamps"]
        assert [word for words in heard for word in words] == spoken
        assert kinds(messages).count("done") == dones
        assert kinds(messages)[-1] == "done"

    in_virtual_time(main)


def test_languages_without_times_and_marks_of_their_own() -> None:
    async def main() -> None:
        async with FakeRime() as server:
            german = await told(server, QUERY + "&lang=ger", {"text": "Ja."}, {"operation": "eos"})
            assert kinds(german) == ["done"]
            query = QUERY.replace("coda", "mistv2")
            older = await told(server, query, {"text": "Yes, you."}, {"operation": "eos"})
        assert older[0]["word_timestamps"]["words"] == ["Yes", ",", "you", "."]

    in_virtual_time(main)


def test_what_it_does_not_understand_is_told_and_borne() -> None:
    async def main() -> None:
        async with FakeRime() as server:
            messages = await told(
                server,
                QUERY + "&segment=never",
                {"txt": "Hello."},
                {"text": "x" * 1_001},
                {"text": "Hi."},
                {"operation": "eos"},
            )
        assert kinds(messages) == ["error", "error", "timestamps", "done"]

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("modelId=coda&audioFormat=pcm", "speaker is required"),
        ("speaker=astra&audioFormat=mp3", "this fake speaks pcm"),
        (QUERY + "&segment=byWord", "segment must be"),
        (QUERY + "&noTextNormalization=False", "noTextNormalization must be true or false"),
    ],
)
def test_wrong_options_and_keys_are_refused_in_plain_text(query: str, text: str) -> None:
    async def main() -> None:
        async with FakeRime(key="secret") as server:
            for key, status, wanted in (("wrong", 401, "invalid api key"), ("secret", 400, text)):
                with pytest.raises(websockets.InvalidStatus) as caught:
                    await websockets.connect(
                        f"{server.ws_url}/ws3?{query}",
                        additional_headers={"Authorization": f"Bearer {key}"},
                    )
                response = caught.value.response
                assert response.status_code == status
                assert response.headers["Content-Type"].startswith("text/plain")
                assert (response.body or b"").decode().startswith(wanted)

    in_virtual_time(main)


def test_faults_have_the_vendors_shapes() -> None:
    async def main() -> None:
        async with FakeRime(faults=Insert() + Fail(after=1, text="no voice")) as server:
            messages = await told(server, QUERY, {"text": "Hi."}, {"operation": "eos"})
        assert messages[0] == {"type": "something_new", "contextId": None}
        assert {"type": "error", "message": "no voice"} in messages

    in_virtual_time(main)


async def post(server: FakeRime, accept: str, **body: Any) -> tuple[int, bytes, list[float]]:
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as client:
        url, headers = server.url + "/v1/rime-tts", {"Accept": accept}
        async with client.post(url, json=body, headers=headers) as response:
            pieces = [(piece, loop.time()) async for piece in response.content.iter_any()]
        audio = b"".join(piece for piece, _ in pieces)
        return response.status, audio, [time for _, time in pieces]


def test_speech_over_http_comes_as_it_is_made() -> None:
    async def main() -> None:
        body = {"text": "hello there", "speaker": "astra", "samplingRate": 16_000}
        async with FakeRime(voice=SECOND) as server:
            status, audio, times = await post(server, "audio/L16", **body)
            assert status == 200
            assert len(audio) == 11 * CHARACTER
            assert times[-1] == pytest.approx(0.5)
            assert (await post(server, "audio/wav", **body))[1][:4] == b"RIFF"
            assert len((await post(server, "audio/PCMU", **body))[1]) == 11 * CHARACTER // 2

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("accept", "body", "text"),
    [
        ("audio/mpeg", {"text": "hi", "speaker": "a"}, b"this fake speaks"),
        ("audio/L16", {"text": " ", "speaker": "a"}, b"text is required"),
        ("audio/L16", {"text": "x" * 1_001, "speaker": "a"}, b"text is too long"),
        ("audio/L16", {"text": "hi"}, b"speaker is required"),
        ("audio/L16", {"text": "hi", "speaker": "a", "saveOovs": "true"}, b"saveOovs must be"),
    ],
)
def test_wrong_requests_over_http_are_refused(
    accept: str, body: dict[str, Any], text: bytes
) -> None:
    async def main() -> None:
        async with FakeRime() as server:
            status, answer, _ = await post(server, accept, **body)
            assert status == 400
            assert answer.startswith(text)

    in_virtual_time(main)
