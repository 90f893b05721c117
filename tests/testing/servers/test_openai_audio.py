"""What the fake of OpenAI refuses and tells of speech and transcriptions."""

import io
import wave
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import openai
import pytest
from openai.types.audio import TranscriptionTextDeltaEvent, TranscriptionTextDoneEvent

from rxvoice.testing import run_virtual
from rxvoice.testing.servers import FakeOpenAI, Said

FILE = ("a.wav", b"RIFF", "audio/wav")


@asynccontextmanager
async def sdk(server: FakeOpenAI, path: str = "/v1") -> AsyncGenerator[Any, None]:
    http = openai.DefaultAsyncHttpxClient(verify=False)
    async with openai.AsyncOpenAI(
        api_key="secret", base_url=server.url + path, max_retries=0, http_client=http
    ) as client:
        yield client


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"voice": ""}, "'voice'"),
        ({"input": ""}, "'input'"),
        ({"input": "x" * 4_097}, "too long"),
        ({"model": "tts-1-hd", "stream_format": "sse"}, "sse"),
    ],
)
def test_speech_that_the_vendor_does_not_make_is_refused(asked: dict[str, str], words: str) -> None:
    async def main() -> None:
        async with FakeOpenAI() as server, sdk(server) as client:
            usual = {"model": "any", "voice": "any", "input": "Hi.", "response_format": "pcm"}
            with pytest.raises(openai.BadRequestError, match=words):
                await client.audio.speech.create(**{**usual, **asked})

    in_virtual_time(main)


def test_a_compatible_server_may_speak_at_another_rate_and_address() -> None:
    async def main() -> None:
        async with FakeOpenAI(speech_rate=48_000) as server, sdk(server, "/openai/v1") as client:
            file = await client.audio.speech.create(
                model="any", voice="any", input="hello", response_format="wav"
            )
            with wave.open(io.BytesIO(file.content)) as reader:
                assert reader.getframerate() == 48_000
                assert len(reader.readframes(100_000)) == 0.25 * 96_000

    in_virtual_time(main)


def test_a_transcript_s_events_are_those_of_the_sdk_and_tell_languages() -> None:
    async def main() -> None:
        heard = [Said("Bonjour à tous.", language="fr"), "Hello."]
        async with FakeOpenAI(transcripts=heard) as server, sdk(server) as client:
            create = client.audio.transcriptions.create
            stream = await create(model="gpt-transcribe", file=FILE, stream=True)
            *deltas, done = [event async for event in stream]
            for delta in deltas:
                TranscriptionTextDeltaEvent.model_validate(delta.model_dump())
            TranscriptionTextDoneEvent.model_validate(done.model_dump())
            assert [language.code for language in done.languages] == ["fr"]
            whole = await create(model="gpt-transcribe", file=FILE)
            assert (whole.text, whole.languages) == ("Hello.", [])

    in_virtual_time(main)


def test_whisper_does_not_stream() -> None:
    async def main() -> None:
        async with FakeOpenAI(transcripts=["Hello there."]) as server, sdk(server) as client:
            answer = await client.audio.transcriptions.with_raw_response.create(
                model="whisper-1", file=FILE, stream=True
            )
            assert answer.headers["content-type"] == "application/json"

    in_virtual_time(main)
