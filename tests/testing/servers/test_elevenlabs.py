"""ElevenLabs' SDK, and plain websockets where it has no client, talk to the fake."""

import asyncio
import io
import json
import wave
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets
from elevenlabs import (
    AsyncElevenLabs,
    AudioFormat,
    CommitStrategy,
    ElevenLabs,
    RealtimeEvents,
)
from elevenlabs.core.api_error import ApiError
from elevenlabs.types.audio_output import AudioOutput
from elevenlabs.types.audio_output_multi import AudioOutputMulti
from elevenlabs.types.committed_transcript_payload import CommittedTranscriptPayload
from elevenlabs.types.committed_transcript_with_timestamps_payload import (
    CommittedTranscriptWithTimestampsPayload,
)
from elevenlabs.types.final_output import FinalOutput
from elevenlabs.types.final_output_multi import FinalOutputMulti
from elevenlabs.types.partial_transcript_payload import PartialTranscriptPayload
from elevenlabs.types.scribe_input_error_payload import ScribeInputErrorPayload
from elevenlabs.types.scribe_throttled_error_payload import ScribeThrottledErrorPayload
from elevenlabs.types.session_started_payload import SessionStartedPayload

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    Endless,
    Fail,
    FakeElevenLabs,
    Fault,
    Garble,
    Hang,
    Insert,
    Lose,
    Merge,
    Mistype,
    Raw,
    Refuse,
    Said,
    Split,
    Swap,
    ToneVoice,
)

PCM = "pcm_16000"
SECOND = bytes(32_000)


@asynccontextmanager
async def sdk(server: FakeElevenLabs) -> AsyncGenerator[Any, None]:
    async with httpx.AsyncClient(verify=False, timeout=10.0) as client:  # no TLS: it costs time
        yield AsyncElevenLabs(api_key="secret", base_url=server.url, httpx_client=client)


async def spoken(server: FakeElevenLabs, text: str, **options: Any) -> AsyncGenerator[bytes, None]:
    async with sdk(server) as client:
        stream = client.text_to_speech.stream(
            "voice", text=text, model_id="any", output_format=PCM, **options
        )
        async for piece in stream:
            yield piece


def socket_of(server: FakeElevenLabs, name: str, query: str = "") -> str:
    return f"{server.ws_url}/v1/text-to-speech/voice/{name}?output_format={PCM}{query}"


async def say(socket: Any, *messages: dict[str, Any]) -> None:
    for message in messages:
        await socket.send(json.dumps(message))


async def told(socket: Any) -> list[dict[str, Any]]:
    """All that a websocket says until it is closed."""
    return [json.loads(message) async for message in socket]


def audio_of(messages: list[dict[str, Any]], context: str | None = None) -> bytes:
    pieces = [m for m in messages if m.get("audio") and m.get("contextId") == context]
    return b"".join(b64decode(m["audio"]) for m in pieces)


def chars_of(messages: list[dict[str, Any]]) -> str:
    return "".join("".join(m["alignment"]["chars"]) for m in messages if m.get("alignment"))


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


# Speech over HTTP.


def test_speech_comes_as_it_is_made() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with FakeElevenLabs(voice=ToneVoice(latency=0.3, speed=2.0), key="secret") as server:
            times, size = list[float](), 0
            async for piece in spoken(server, "hello there"):
                times.append(loop.time())
                size += len(piece)
            assert size == 11 * 1_600
            assert sorted(set(times))[:3] == pytest.approx([0.3, 0.35, 0.4])
            assert server.requests[0].json["text"] == "hello there"

    in_virtual_time(main)


def test_times_of_characters_go_with_the_speech() -> None:
    async def main() -> None:
        async with FakeElevenLabs() as server, sdk(server) as client:
            speech = client.text_to_speech
            options = {"text": "hey", "model_id": "any", "output_format": PCM}
            pieces = [p async for p in speech.stream_with_timestamps("voice", **options)]
            assert [p.alignment.characters for p in pieces] == [["h", "e"], ["y"]]
            assert pieces[1].alignment.character_start_times_seconds == [0.1]
            whole = await speech.convert_with_timestamps("voice", **options)
            assert whole.alignment.character_end_times_seconds == [0.05, 0.1, 0.15]
            audio = b"".join(b64decode(p.audio_base_64) for p in pieces)
            assert b64decode(whole.audio_base_64) == audio
            plain = b"".join([p async for p in speech.convert("voice", **options)])
            assert plain == audio

    in_virtual_time(main)


def test_speech_that_is_left_early_is_not_made() -> None:
    async def main() -> None:
        async with FakeElevenLabs(voice=ToneVoice(speed=1.0)) as server:
            stream = spoken(server, "x" * 1000)
            await anext(stream)
            await stream.aclose()
            await server.until(lambda: server.requests[0].left)
            assert len(server.requests[0].sent) < 5

    in_virtual_time(main)


def test_telephone_audio_and_formats_that_tones_cannot_have() -> None:
    async def main() -> None:
        async with FakeElevenLabs() as server, sdk(server) as client:
            stream = client.text_to_speech.stream
            pieces = [p async for p in stream("voice", text="hello", output_format="ulaw_8000")]
            assert len(b"".join(pieces)) == 0.25 * 8_000
            with pytest.raises(ApiError, match="pcm"):
                _ = [p async for p in stream("voice", text="hello")]
            assert (await httpx_get(server.url + "/v1/voices")).status_code == 404

    in_virtual_time(main)


async def httpx_get(url: str) -> httpx.Response:
    async with httpx.AsyncClient(verify=False) as client:
        return await client.get(url)


# Speech over websockets.


def test_contexts_speak_beside_each_other_with_times() -> None:
    async def main() -> None:
        async with FakeElevenLabs(voice=ToneVoice(speed=1.0)) as server:
            url = socket_of(server, "multi-stream-input", "&sync_alignment=true")
            async with websockets.connect(url) as socket:
                for name, text in (("a", "hello there"), ("b", "bye")):
                    await say(
                        socket,
                        {"text": " ", "context_id": name},
                        {"text": text, "context_id": name},
                        {"context_id": name, "flush": True},
                    )
                await say(socket, {"close_socket": True})
                messages = await told(socket)
            assert socket.close_code == 1000
            assert len(audio_of(messages, "a")) == 11 * 1_600
            assert len(audio_of(messages, "b")) == 3 * 1_600
            assert chars_of([m for m in messages if m["contextId"] == "a"]) == "hello there"
            assert [m["contextId"] for m in messages if m.get("isFinal")] == ["a", "b"]
            assert [m["contextId"] for m in messages[:4]] == ["a", "b", "a", "b"]
            first = messages[0]["alignment"]
            assert first["charStartTimesMs"] == [0, 50]
            assert first["charDurationsMs"] == [50, 50]

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("query", "texts", "size"),
    [
        ("", ["hello "], 0),
        ("", ["x" * 60, "y" * 60], 120),
        ("&auto_mode=true", ["hello "], 6),
        ("&sync_alignment=false&auto_mode=true", [" ", "  hi"], 2),
    ],
)
def test_text_is_spoken_when_it_is_enough_or_at_once(
    query: str, texts: list[str], size: int
) -> None:
    async def main() -> None:
        async with FakeElevenLabs() as server:
            async with websockets.connect(socket_of(server, "multi-stream-input", query)) as socket:
                await say(socket, *({"text": text} for text in texts), {"close_socket": True})
                messages = await told(socket)
            assert len(audio_of(messages, "default")) == size * 1_600
            assert all(m.get("alignment") is None for m in messages)

    in_virtual_time(main)


def test_what_was_flushed_is_spoken_after_its_context_was_closed() -> None:
    """Late audio of a closed context comes, and is the client's to ignore."""

    async def main() -> None:
        async with FakeElevenLabs(voice=ToneVoice(speed=1.0)) as server:
            async with websockets.connect(socket_of(server, "multi-stream-input")) as socket:
                await say(
                    socket,
                    {"text": "hello there", "context_id": "a", "flush": True},
                    {"text": "never flushed", "context_id": "a"},
                    {"context_id": "a", "close_context": True},
                    {"text": "again", "context_id": "a", "flush": True},
                    {"context_id": "a", "close_context": True},
                    {"context_id": "unheard of", "close_context": True},
                    {"close_socket": True},
                )
                messages = await told(socket)
            assert len(audio_of(messages, "a")) == (11 + 5) * 1_600
            assert sum(bool(m.get("isFinal")) for m in messages) == 2

    in_virtual_time(main)


def test_contexts_end_when_nothing_comes_and_may_be_kept_alive() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with FakeElevenLabs() as server:
            url = socket_of(server, "multi-stream-input", "&inactivity_timeout=30")
            async with websockets.connect(url, ping_interval=None) as socket:
                await say(socket, {"text": " ", "context_id": "a"})
                await say(socket, {"text": " ", "context_id": "b"})
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(socket.recv(), 20.0)
                await say(socket, {"text": "", "context_id": "b"})
                assert json.loads(await socket.recv()) == {"isFinal": True, "contextId": "a"}
                assert loop.time() == pytest.approx(30.0)
                assert json.loads(await socket.recv()) == {"isFinal": True, "contextId": "b"}
                assert loop.time() == pytest.approx(50.0)
                with pytest.raises(websockets.ConnectionClosedError, match="1008"):
                    await told(socket)

    in_virtual_time(main)


def test_a_websocket_without_contexts_is_kept_open_by_empty_texts_which_open_none() -> None:
    async def main() -> None:
        async with FakeElevenLabs(contexts=1) as server:
            url = socket_of(server, "multi-stream-input")
            async with websockets.connect(url, ping_interval=None) as socket:
                for _ in range(3):
                    with pytest.raises(TimeoutError):
                        await asyncio.wait_for(socket.recv(), 19.0)
                    await say(socket, {"text": ""})
                await say(socket, {"text": "hello", "context_id": "a", "flush": True})
                assert json.loads(await socket.recv())["contextId"] == "a"

    in_virtual_time(main)


def test_a_flush_of_no_context_opens_one() -> None:
    async def main() -> None:
        async with (
            FakeElevenLabs(contexts=1) as server,
            websockets.connect(socket_of(server, "multi-stream-input")) as socket,
        ):
            await say(socket, {"context_id": "phantom", "flush": True})
            await say(socket, {"context_id": "a", "text": " "})
            found = json.loads(await socket.recv())
            assert found["error"] == "max_active_conversations"
            assert found["code"] == 1008

    in_virtual_time(main)


def test_contexts_are_limited() -> None:
    """A context that was never closed counts."""

    async def main() -> None:
        async with FakeElevenLabs(contexts=2) as server:
            async with websockets.connect(socket_of(server, "multi-stream-input")) as socket:
                await say(
                    socket,
                    {"text": " ", "context_id": "a"},
                    {"text": " ", "context_id": "b"},
                    {"context_id": "a", "close_context": True},
                    {"text": " ", "context_id": "c"},
                    {"text": " ", "context_id": "d"},
                )
                with pytest.raises(websockets.ConnectionClosedError) as caught:
                    await told(socket)
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1008

    in_virtual_time(main)


def test_one_text_on_one_websocket() -> None:
    async def main() -> None:
        async with FakeElevenLabs() as server:
            url = socket_of(server, "stream-input", "&sync_alignment=true")
            async with websockets.connect(url) as socket:
                await say(socket, {"text": " "}, {"text": "hello "})
                await say(socket, {"text": "you ", "try_trigger_generation": True}, {"text": ""})
                messages = await told(socket)
            assert chars_of(messages) == "hello you "
            assert messages[-1] == {"audio": None, "isFinal": True}
            assert socket.close_code == 1000

    in_virtual_time(main)


@pytest.mark.filterwarnings("ignore:ConnectionClosed.code is deprecated:DeprecationWarning")
def test_the_sdks_blocking_client_talks_to_it_from_a_thread() -> None:
    def speak(url: str) -> bytes:
        with httpx.Client(verify=False) as http:
            client = ElevenLabs(api_key="secret", httpx_client=http)
            speech: Any = client.text_to_speech
            speech._ws_base_url = url  # otherwise it asks for TLS
            words = iter(["hello ", "you"])
            return b"".join(speech.convert_realtime("v", text=words, output_format=PCM))

    async def main() -> None:
        async with FakeElevenLabs(key="secret") as server:
            assert len(await asyncio.to_thread(speak, server.ws_url)) == 10 * 1_600

    asyncio.run(main())


def test_a_text_that_does_not_go_on_ends() -> None:
    async def main() -> None:
        async with FakeElevenLabs() as server:
            url = socket_of(server, "stream-input")
            async with websockets.connect(url, ping_interval=None) as socket:
                await say(socket, {"text": " "})
                assert json.loads(await socket.recv())["error"] == "input_timeout_exceeded"
                with pytest.raises(websockets.ConnectionClosedError, match="1008"):
                    await socket.recv()
            assert asyncio.get_running_loop().time() == pytest.approx(20.0)

    in_virtual_time(main)


# Recognition.


async def transcribing(
    server: FakeElevenLabs, seconds: float, commits: int = 1, **options: Any
) -> list[Any]:
    """Speak to the SDK's own connection; returns all that it tells."""
    found: list[Any] = []
    ended = asyncio.get_running_loop().create_future()
    async with sdk(server) as client:
        connection = await client.speech_to_text.realtime.connect(
            {
                "model_id": "scribe_v2_realtime",
                "audio_format": AudioFormat.PCM_16000,
                "sample_rate": 16_000,
                **options,
            }
        )
        for event in RealtimeEvents:
            if event is RealtimeEvents.CLOSE:
                connection.on(event, lambda: ended.done() or ended.set_result(None))
            elif event not in (RealtimeEvents.OPEN, RealtimeEvents.ERROR):
                connection.on(event, found.append)
        for _ in range(round(seconds * 10)):
            await connection.send({"audio_base_64": b64encode(SECOND[:3200]).decode()})
        await connection.commit()
        await server.until(lambda: commits_of(server) == commits)
        await connection.close()
    return found


def commits_of(server: FakeElevenLabs) -> int:
    """How many transcripts were committed, with their times when these were asked for."""
    asked = server.requests[-1]
    wanted = "committed_transcript"
    if asked.query["include_timestamps"] == "true":
        wanted += "_with_timestamps"
    messages: list[Any] = [sent.message for sent in asked.sent]
    return sum(message["message_type"] == wanted for message in messages)


def test_a_committed_transcript_ends_what_was_heard() -> None:
    async def main() -> None:
        fake = FakeElevenLabs(heard=[Said("Hello there.", at=0.5, speaker=1)])
        async with fake as server:
            found = await transcribing(server, 1.0, include_timestamps=True)
            assert [(m["message_type"], m.get("text")) for m in found] == [
                ("session_started", None),
                ("partial_transcript", "Hello"),
                ("partial_transcript", "Hello there."),
                ("committed_transcript", "Hello there."),
                ("committed_transcript_with_timestamps", "Hello there."),
            ]
            words = [(w["text"], w["type"], w["start"]) for w in found[-1]["words"]]
            assert words == [
                ("Hello", "word", 0.5),
                (" ", "spacing", 0.75),
                ("there.", "word", 0.75),
            ]
            assert found[-1]["words"][0]["speaker_id"] == "speaker_1"
            assert found[0]["config"]["commit_strategy"] == "manual"

    in_virtual_time(main)


def test_silence_commits_by_itself() -> None:
    async def main() -> None:
        said = [Said("One.", at=0.0), Said("Two.", at=2.0), Raw(2.1, {"message_type": "odd"})]
        async with FakeElevenLabs(heard=said, latency=0.1) as server:
            options = {"commit_strategy": CommitStrategy.VAD, "vad_silence_threshold_secs": 0.5}
            found = await transcribing(server, 2.5, 2, **options)
            committed = [m["text"] for m in found if m["message_type"] == "committed_transcript"]
            assert committed == ["One.", "Two."]
            assert {"message_type": "odd"} in [sent.message for sent in server.requests[0].sent]

    in_virtual_time(main)


async def scribe(server: FakeElevenLabs, query: str, *messages: dict[str, Any]) -> list[Any]:
    """All that realtime recognition tells after its greeting, until it closes by 1000."""
    url = f"{server.ws_url}/v1/speech-to-text/realtime?{query}"
    async with websockets.connect(url, ping_interval=None) as socket:
        await say(socket, *messages)
        found = await told(socket)
    assert socket.close_code == 1000
    return found


def chunk(seconds: float, commit: bool = False, **more: str) -> dict[str, Any]:
    audio = b64encode(bytes(round(seconds * 16_000) * 2)).decode()
    kind = {"message_type": "input_audio_chunk", "sample_rate": 16_000}
    return {**kind, "audio_base_64": audio, "commit": commit, **more}


def test_a_commit_of_too_little_audio_ends_the_connection() -> None:
    async def main() -> None:
        async with FakeElevenLabs(heard=[Said("Hi.")], latency=0.1) as server:
            found = await scribe(server, "", chunk(0.4, commit=True), chunk(0.2, commit=True))
            last = ScribeThrottledErrorPayload.model_validate(found[-1])
            assert "only 0.20s" in last.error
            assert found[-2] == {"message_type": "committed_transcript", "text": "Hi."}

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("query", "messages", "kind"),
    [
        ("language_code=en-US", [], "invalid_request"),
        ("", [], "insufficient_audio_activity"),
        ("", [chunk(0.1, previous_text="a"), chunk(0.1, previous_text="b")], "input_error"),
    ],
)
def test_what_realtime_recognition_does_not_take(
    query: str, messages: list[dict[str, Any]], kind: str
) -> None:
    async def main() -> None:
        async with FakeElevenLabs() as server:
            found = await scribe(server, query, *messages)
            assert kind in [message["message_type"] for message in found]

    in_virtual_time(main)


def test_the_language_is_told_when_it_is_asked_for() -> None:
    async def main() -> None:
        async with FakeElevenLabs(heard=[Said("Tak.", language="pl")]) as server:
            for query, language in (
                ("include_language_detection=true", "pl"),
                ("include_timestamps=true&language_code=en", "en"),
            ):
                found = await scribe(server, query, chunk(1.0, commit=True))
                with_times = CommittedTranscriptWithTimestampsPayload.model_validate(found[-2])
                assert with_times.language_code == language
                assert bool(with_times.words) == ("timestamps" in query)

    in_virtual_time(main)


def wav(seconds: float, rate: int = 16_000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(bytes(round(seconds * rate) * 2))
    return file.getvalue()


@pytest.mark.parametrize("raw", [False, True])
def test_a_file_is_transcribed(raw: bool) -> None:
    async def main() -> None:
        heard = [Said("Hello there.", at=0.5, language="de", speaker=1), Said("Bye.", at=5.0)]
        async with FakeElevenLabs(heard=heard, key="secret") as server, sdk(server) as client:
            found = await client.speech_to_text.convert(
                model_id="scribe_v2",
                file=("a", bytes(64_000) if raw else wav(2.0, 8_000)),
                diarize=True,
                **({"file_format": "pcm_s16le_16"} if raw else {}),
            )
            assert not found.model_extra
            assert found.text == "Hello there."
            assert found.language_code == "deu"
            assert found.audio_duration_secs == 2.0
            assert [(w.text, w.start, w.type, w.speaker_id) for w in found.words] == [
                ("Hello", 0.5, "word", "speaker_1"),
                (" ", 0.75, "spacing", "speaker_1"),
                ("there.", 0.75, "word", "speaker_1"),
            ]

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({}, 422),
        ({"file": ("a", b"no audio")}, 400),
        ({"file": ("a", wav(1.0)), "language_code": "en-US"}, 400),
    ],
)
def test_files_that_are_refused(options: dict[str, Any], status: int) -> None:
    async def main() -> None:
        async with FakeElevenLabs() as server, sdk(server) as client:
            with pytest.raises(ApiError) as caught:
                await client.speech_to_text.convert(model_id="scribe_v2", **options)
            assert caught.value.status_code == status

    in_virtual_time(main)


def test_audio_that_cannot_be_read_is_an_error() -> None:
    async def main() -> None:
        async with FakeElevenLabs() as server:
            socket = await websockets.connect(server.ws_url + "/v1/speech-to-text/realtime")
            await socket.recv()
            await socket.send("hello?")
            assert json.loads(await socket.recv())["message_type"] == "input_error"
            chunk = {"message_type": "input_audio_chunk", "audio_base_64": "?"}
            await say(socket, chunk)
            assert json.loads(await socket.recv())["message_type"] == "input_error"
            await socket.close()

    in_virtual_time(main)


def test_all_that_is_said_fits_the_sdks_types() -> None:
    async def main() -> None:
        async with FakeElevenLabs(heard=[Said("Hello there.")]) as server:
            url = socket_of(server, "multi-stream-input", "&sync_alignment=true")
            async with websockets.connect(url) as socket:
                await say(socket, {"text": "hello", "flush": True}, {"close_socket": True})
                for message in await told(socket):
                    kind = FinalOutputMulti if "isFinal" in message else AudioOutputMulti
                    assert not kind.model_validate(message).model_extra
            async with websockets.connect(socket_of(server, "stream-input")) as socket:
                await say(socket, {"text": "hello", "flush": True}, {"text": ""})
                for message in await told(socket):
                    kind = FinalOutput if "isFinal" in message else AudioOutput
                    assert (kind.model_validate(message).model_extra or {}).keys() <= {"audio"}
            url = server.ws_url + "/v1/speech-to-text/realtime?include_timestamps=true"
            async with websockets.connect(url) as socket:
                chunk = {"message_type": "input_audio_chunk", "sample_rate": 16_000}
                audio = b64encode(SECOND).decode()
                await say(socket, {**chunk, "audio_base_64": audio, "commit": True}, {})
                kinds = [
                    SessionStartedPayload,
                    PartialTranscriptPayload,
                    PartialTranscriptPayload,
                    CommittedTranscriptPayload,
                    CommittedTranscriptWithTimestampsPayload,
                    ScribeInputErrorPayload,
                ]
                for kind in kinds:
                    found = kind.model_validate_json(await socket.recv())
                    assert not found.model_extra

    in_virtual_time(main)


# Faults.


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Refuse(401), ApiError),
        (Refuse(403), ApiError),
        (Refuse(404), ApiError),
        (Refuse(429), ApiError),
        (Refuse(500), ApiError),
        (Drop(after=None), httpx.TransportError),
        (Drop(after=1), httpx.TransportError),
        (Drop(after=1, reset=True), httpx.TransportError),
        (Drop(after=1, inside=True), httpx.TransportError),
        (Corrupt(after=1), httpx.TransportError),
        (Hang(after=1), httpx.TimeoutException),
        (Delay(first=300.0), httpx.TimeoutException),
    ],
    ids=str,
)
def test_faults_that_the_sdk_reports(fault: Fault, kind: type[Exception]) -> None:
    async def main() -> None:
        async with FakeElevenLabs(faults=fault) as server:
            with pytest.raises(kind) as caught:
                _ = [piece async for piece in spoken(server, "hello there", request_options=ONCE)]
            if isinstance(caught.value, ApiError):
                assert "message" in caught.value.body["detail"]

    in_virtual_time(main)


ONCE = {"max_retries": 0}


@pytest.mark.parametrize(
    ("fault", "size"),
    [
        (None, 11 * 1_600),
        (Split(seed=1, most=999), 11 * 1_600),
        (Merge(3), 11 * 1_600),
        (Delay(between=1.0), 11 * 1_600),
        (Close(after=1), 2 * 1_600),
        (Close(after=0), 0),
        (Lose(after=0), 9 * 1_600),
        (Duplicate(after=0), 13 * 1_600),
        (Swap(after=0), 11 * 1_600),
        (Garble(after=0), 9 * 1_600 + 1_601),
    ],
    ids=str,
)
def test_faults_that_the_sdk_bears(fault: Fault | None, size: int) -> None:
    async def main() -> None:
        async with FakeElevenLabs(faults=fault) as server:
            pieces = [piece async for piece in spoken(server, "hello there")]
            assert len(b"".join(pieces)) == size

    in_virtual_time(main)


def test_lines_of_json_may_be_cut_inside_of_letters() -> None:
    """The lines are put together as bytes, and decoded afterwards."""

    async def main() -> None:
        async with FakeElevenLabs(faults=Split(most=50)) as server, sdk(server) as client:
            stream = client.text_to_speech.stream_with_timestamps
            pieces = [p async for p in stream("v", text="zażółć", output_format="ulaw_8000")]
            chars = [char for piece in pieces for char in piece.alignment.characters]
            assert "".join(chars) == "zażółć"

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("fault", "finals", "code"),
    [
        (None, 1, 1000),
        (Split(seed=2, most=500), 1, 1000),
        (Duplicate(after=3), 2, 1000),
        (Lose(after=3), 0, 1000),
        (Swap(after=2), 1, 1000),
        (Insert(after=1), 1, 1000),
        (Fail(after=1), 1, 1000),
        (Mistype(after=1, field="alignment"), 1, 1000),
        (Close(after=1, code=1008, reason="quota"), 0, 1008),
        (Drop(after=1), 0, 1006),
        (Drop(after=1, inside=True), 0, 1006),
        (Corrupt(after=1), 0, 1002),
    ],
    ids=str,
)
def test_faults_of_contexts(fault: Fault | None, finals: int, code: int) -> None:
    async def main() -> None:
        messages: list[dict[str, Any]] = []
        async with FakeElevenLabs(faults=fault) as server:
            async with websockets.connect(socket_of(server, "multi-stream-input")) as socket:
                await say(socket, {"text": "hello", "flush": True}, {"close_socket": True})
                try:
                    while True:
                        messages.append(json.loads(await socket.recv()))
                except websockets.ConnectionClosed as error:
                    ending = error.rcvd if code != 1002 else error.sent
            assert (ending.code if ending else 1006) == code
            assert sum(bool(message.get("isFinal")) for message in messages) == finals

    in_virtual_time(main)


def test_an_endless_context() -> None:
    async def main() -> None:
        async with FakeElevenLabs(faults=Endless(after=0)) as server:
            socket = await websockets.connect(socket_of(server, "multi-stream-input"))
            await say(socket, {"text": "hello", "flush": True})
            assert len({await socket.recv() for _ in range(20)}) == 1
            await socket.close()

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("text-to-speech/v/stream-input", "invalid_api_key"),
        ("text-to-speech/v/multi-stream-input", "invalid_api_key"),
        ("speech-to-text/realtime", "Invalid API key"),
    ],
)
@pytest.mark.parametrize("shown", [{}, {"xi-api-key": "wrong"}], ids=["none", "wrong"])
def test_a_websocket_with_a_wrong_key_opens_and_is_closed(
    path: str, error: str, shown: dict[str, str]
) -> None:
    async def main() -> None:
        async with FakeElevenLabs(key="secret") as server:
            url = f"{server.ws_url}/v1/{path}?output_format={PCM}"
            async with websockets.connect(url, additional_headers=shown) as socket:
                await say(socket, {"text": " "})
                assert json.loads(await socket.recv())["error"] == error
                with pytest.raises(websockets.ConnectionClosedError, match="1008"):
                    await socket.recv()

    in_virtual_time(main)


@pytest.mark.parametrize("kind", ["stream-input", "multi-stream-input"])
def test_the_key_may_be_in_a_websockets_first_message(kind: str) -> None:
    async def main() -> None:
        async with (
            FakeElevenLabs(key="secret") as server,
            websockets.connect(socket_of(server, kind)) as socket,
        ):
            await say(socket, {"text": " ", "xi_api_key": "secret"})
            await say(socket, {"text": "hello", "flush": True, "context_id": "another"})
            assert json.loads(await socket.recv())["audio"]

    in_virtual_time(main)


@pytest.mark.parametrize("kind", ["stream-input", "multi-stream-input"])
def test_a_voice_may_not_be_set_anew(kind: str) -> None:
    async def main() -> None:
        calm, wild = {"stability": 0.9}, {"stability": 0.1}
        async with (
            FakeElevenLabs() as server,
            websockets.connect(socket_of(server, kind)) as socket,
        ):
            await say(socket, {"text": " ", "voice_settings": calm})
            await say(socket, {"text": "hello", "voice_settings": calm, "flush": True})
            assert json.loads(await socket.recv())["audio"]
            await say(socket, {"text": "you", "voice_settings": wild})
            with pytest.raises(websockets.ConnectionClosedError, match="voice_settings"):
                await told(socket)

    in_virtual_time(main)


def test_a_wrong_key_over_http_is_refused() -> None:
    async def main() -> None:
        async with FakeElevenLabs(key="another") as server, sdk(server) as client:
            with pytest.raises(ApiError) as caught:
                _ = [piece async for piece in client.text_to_speech.stream("v", text="hi")]
            assert caught.value.status_code == 401

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda: FakeElevenLabs(contexts=0), "contexts"),
        (lambda: FakeElevenLabs(latency=-1.0), "latency"),
        (lambda: FakeElevenLabs(idle=0.0), "idle"),
    ],
)
def test_bad_arguments_are_named(make: Callable[[], object], argument: str) -> None:
    with pytest.raises(ValueError, match=f"^{argument}"):
        make()
