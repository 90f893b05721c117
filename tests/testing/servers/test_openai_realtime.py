"""OpenAI's SDK listens to the fake's realtime transcription; its types check every message."""

from base64 import b64encode
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import openai
import pytest
from openai.types.realtime import (
    ConversationItemAdded,
    ConversationItemDone,
    ConversationItemInputAudioTranscriptionCompletedEvent,
    ConversationItemInputAudioTranscriptionDeltaEvent,
    InputAudioBufferClearedEvent,
    InputAudioBufferCommittedEvent,
    InputAudioBufferSpeechStartedEvent,
    InputAudioBufferSpeechStoppedEvent,
    RealtimeErrorEvent,
    RealtimeTranscriptionSessionCreateRequest,
    SessionCreatedEvent,
    SessionUpdatedEvent,
)
from pydantic import BaseModel

from rxvoice.audio import encode_mulaw
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Fail, FakeOpenAI, Insert, Loud, Raw, Said

TRANSCRIPTION = "conversation.item.input_audio_transcription"
TYPES: dict[str, type[BaseModel]] = {
    "session.created": SessionCreatedEvent,
    "session.updated": SessionUpdatedEvent,
    "input_audio_buffer.speech_started": InputAudioBufferSpeechStartedEvent,
    "input_audio_buffer.speech_stopped": InputAudioBufferSpeechStoppedEvent,
    "input_audio_buffer.committed": InputAudioBufferCommittedEvent,
    "input_audio_buffer.cleared": InputAudioBufferClearedEvent,
    "conversation.item.added": ConversationItemAdded,
    "conversation.item.done": ConversationItemDone,
    f"{TRANSCRIPTION}.delta": ConversationItemInputAudioTranscriptionDeltaEvent,
    f"{TRANSCRIPTION}.completed": ConversationItemInputAudioTranscriptionCompletedEvent,
    "error": RealtimeErrorEvent,
}
HALF_A_SECOND = b64encode(bytes(24_000)).decode()
VAD = {"type": "server_vad", "silence_duration_ms": 300, "prefix_padding_ms": 100}
ITEM = ["conversation.item.added", "conversation.item.done"]


@asynccontextmanager
async def connected(server: FakeOpenAI, **query: str) -> AsyncGenerator[Any, None]:
    http = openai.DefaultAsyncHttpxClient(verify=False)
    async with (
        openai.AsyncOpenAI(api_key="secret", base_url=server.api, http_client=http) as client,
        client.realtime.connect(extra_query={"intent": "transcription", **query}) as connection,
    ):
        yield connection


def settings(model: str, turn_detection: Any = None, **audio: Any) -> dict[str, Any]:
    return {
        "type": "transcription",
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24_000},
                "transcription": {"model": model},
                "turn_detection": turn_detection,
                **audio,
            }
        },
    }


async def told(connection: Any, until: str = "session.updated") -> list[Any]:
    """Events up to one of a type."""
    events: list[Any] = []
    while not events or events[-1].type != until:
        events.append(await connection.recv())
    return events


def kinds(events: list[Any]) -> list[str]:
    return [event.type.removeprefix("conversation.item.input_audio_") for event in events]


def check_messages(server: FakeOpenAI) -> None:
    for sent in server.requests[0].sent:
        assert isinstance(sent.message, Mapping)
        TYPES[sent.message["type"]].model_validate(dict(sent.message))
    for message in server.requests[0].said("session.update"):
        RealtimeTranscriptionSessionCreateRequest.model_validate(message["session"])


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


def test_a_live_model_tells_words_while_audio_comes_and_completes_what_is_committed() -> None:
    async def main() -> None:
        heard = [Said("Hello there.", at=0.2), Said("Bye.", at=1.6)]
        async with FakeOpenAI(heard=heard, key="secret") as server, connected(server) as connection:
            await connection.session.update(session=settings("gpt-live-transcribe"))
            _, updated = await told(connection)
            assert updated.session.audio.input.transcription.model == "gpt-live-transcribe"
            buffer = connection.input_audio_buffer
            await buffer.append(audio=HALF_A_SECOND)
            await buffer.append(audio=HALF_A_SECOND)
            first, second = [await connection.recv() for _ in range(2)]
            assert (first.delta, second.delta) == ("Hello", " there.")
            await buffer.commit()
            events = await told(connection, f"{TRANSCRIPTION}.completed")
            assert kinds(events) == [
                "input_audio_buffer.committed",
                *ITEM,
                "transcription.completed",
            ]
            assert events[-1].transcript == "Hello there."
            assert events[-1].item_id == events[0].item_id == first.item_id
            for _ in range(3):
                await buffer.append(audio=HALF_A_SECOND)
            await buffer.commit()
            delta, committed, *_, done = await told(connection, f"{TRANSCRIPTION}.completed")
            assert (delta.delta, done.transcript) == ("Bye.", "Bye.")
            assert committed.previous_item_id == first.item_id != committed.item_id
            check_messages(server)

    in_virtual_time(main)


def test_a_server_that_detects_turns_commits_by_itself() -> None:
    async def main() -> None:
        heard = [Said("Bonjour.", at=0.5, language="fr"), Raw(0.1, {"type": "new"})]
        async with FakeOpenAI(heard=heard) as server, connected(server) as connection:
            await connection.session.update(session=settings("gpt-transcribe", VAD))
            await told(connection)
            for _ in range(3):
                await connection.input_audio_buffer.append(audio=HALF_A_SECOND)
            new, *events = await told(connection, f"{TRANSCRIPTION}.completed")
            assert new.type == "new"
            assert kinds(events) == [
                "input_audio_buffer.speech_started",
                "input_audio_buffer.speech_stopped",
                "input_audio_buffer.committed",
                *ITEM,
                "transcription.delta",
                "transcription.completed",
            ]
            assert events[0].audio_start_ms == 400
            assert events[1].audio_end_ms == 1050
            assert [found.code for found in events[-1].languages] == ["fr"]
            server.requests[0].sent.pop(2)
            check_messages(server)

    in_virtual_time(main)


def test_audio_of_the_telephone_is_heard_and_what_was_cleared_is_not() -> None:
    async def main() -> None:
        async with FakeOpenAI(heard=Loud("Hello.")) as server, connected(server) as connection:
            formatted = {"format": {"type": "audio/pcmu"}}
            await connection.session.update(
                session=settings("gpt-live-transcribe", None, **formatted)
            )
            await told(connection)
            loud = encode_mulaw(np.full(4_000, 8_000, np.int16))
            await connection.input_audio_buffer.append(audio=b64encode(loud).decode())
            assert (await connection.recv()).delta == "Hello."
            await connection.input_audio_buffer.clear()
            assert (await connection.recv()).type == "input_audio_buffer.cleared"
            await connection.input_audio_buffer.append(audio=b64encode(b"\xff" * 4_000).decode())
            await connection.input_audio_buffer.commit()
            *_, done = await told(connection, f"{TRANSCRIPTION}.completed")
            assert done.transcript == ""

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("session", "words"),
    [
        (settings("gpt-live-transcribe", VAD), "Turn detection"),
        (settings("gpt-transcribe", None, format={"type": "audio/pcm", "rate": 16_000}), "24 kHz"),
        (settings("gpt-transcribe", None, sounds=True), "Unknown parameter"),
        ({"type": "realtime"}, "session.type"),
        (
            settings("any", None, transcription={"model": "gpt-transcribe", "delay": "low"}),
            "delay",
        ),
    ],
)
def test_settings_that_the_vendor_does_not_take_are_errors(
    session: dict[str, Any], words: str
) -> None:
    async def main() -> None:
        async with FakeOpenAI() as server, connected(server) as connection:
            await connection.session.update(session=session, event_id="mine")
            *_, error = await told(connection, "error")
            assert words in error.error.message
            assert error.error.event_id == "mine"
            RealtimeErrorEvent.model_validate(dict(server.requests[0].sent[-1].message))  # pyright: ignore

    in_virtual_time(main)


def test_a_conversation_takes_no_session_of_transcription() -> None:
    async def main() -> None:
        async with FakeOpenAI() as server, connected(server, model="gpt-realtime") as connection:
            await connection.session.update(session=settings("gpt-live-transcribe"))
            *_, error = await told(connection, "error")
            assert "not allowed" in error.error.message

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "input_audio_buffer.commit"}, "buffer too small"),
        ({"type": "input_audio_buffer.append", "audio": "no base64!"}, "base64"),
        ({"type": "input_audio_buffer.swallow"}, "input_audio_buffer.swallow"),
    ],
)
def test_messages_that_cannot_be_taken_are_errors(message: dict[str, str], words: str) -> None:
    async def main() -> None:
        async with FakeOpenAI() as server, connected(server) as connection:
            await connection.send(message)
            *_, error = await told(connection, "error")
            assert words in error.error.message
            check_messages(server)

    in_virtual_time(main)


def test_failures_and_new_types_have_the_form_of_the_vendor_s_events() -> None:
    async def main() -> None:
        faults = Fail(after=1, text="Broken.") + Insert(after=1)
        async with FakeOpenAI(faults=faults) as server, connected(server) as connection:
            await connection.session.update(session=settings("gpt-live-transcribe"))
            events = await told(connection)
            assert {event.type for event in events[1:-1]} == {"error", "something.new"}
            failed = next(event for event in events if event.type == "error")
            assert failed.error.message == "Broken."

    in_virtual_time(main)


def test_what_is_heard_is_told_later_by_the_latency() -> None:
    async def main() -> None:
        server = FakeOpenAI(heard=[Said("Hello.")], latency=0.4)
        async with server, connected(server) as connection:
            await connection.session.update(session=settings("gpt-live-transcribe"))
            await connection.input_audio_buffer.append(audio=HALF_A_SECOND)
            await told(connection, f"{TRANSCRIPTION}.delta")
            sent = server.requests[0].sent[-1]
            assert sent.at - server.requests[0].received[-1].at == pytest.approx(0.4)

    in_virtual_time(main)


def test_a_negative_latency_is_refused() -> None:
    with pytest.raises(ValueError, match="latency must not be negative"):
        FakeOpenAI(latency=-1.0)
