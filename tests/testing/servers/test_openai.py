"""OpenAI's SDK talks to the fake."""

import asyncio
import io
import wave
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import BaseModel

from rxvoice.audio import pcm_from_bytes
from rxvoice.items import ToolCall
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    ChatReply,
    Close,
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    Endless,
    Exchange,
    Fail,
    FakeOpenAI,
    Fault,
    Garble,
    Hang,
    Insert,
    Lose,
    Merge,
    Mistype,
    Refuse,
    Said,
    Split,
    Swap,
    ToneVoice,
    pitch,
)

STREAMS = Path(__file__).parents[4] / "shared" / "data" / "cases" / "sse"
RECORDED = sorted(STREAMS.glob("openai-chat-*.sse"))
HELLO = [{"role": "user", "content": "Say hello, please."}]
BOOK = ToolCall("call_1", "book", {"name": "Żółć", "people": 2})
RING = ToolCall("call_2", "ring", {})


@asynccontextmanager
async def sdk(server: FakeOpenAI, retries: int = 0) -> AsyncGenerator[openai.AsyncOpenAI, None]:
    http = openai.DefaultAsyncHttpxClient(verify=False)  # no TLS: certificates cost time
    async with openai.AsyncOpenAI(
        api_key="secret", base_url=server.api, max_retries=retries, timeout=10.0, http_client=http
    ) as client:
        yield client


def ask(client: openai.AsyncOpenAI, **options: Any) -> Awaitable[Any]:
    create: Any = client.chat.completions.create
    return create(model="gpt-any", messages=HELLO, **options)


async def streamed(client: openai.AsyncOpenAI) -> list[ChatCompletionChunk]:
    async with await ask(client, stream=True, stream_options={"include_usage": True}) as stream:
        return [chunk async for chunk in stream]


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


def test_text_is_streamed_word_by_word_in_the_reply_s_own_time() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        reply = ChatReply("Hello there, friend. ", latency=0.5, between=0.25)
        async with FakeOpenAI([reply], key="secret") as server, sdk(server) as client:
            seen: list[tuple[float, str | None]] = []
            reasons: list[str | None] = []
            async with await ask(client, stream=True) as stream:
                async for chunk in stream:
                    seen.append((loop.time(), chunk.choices[0].delta.content))
                    reasons.append(chunk.choices[0].finish_reason)
            assert seen == [
                (0.0, ""),
                (0.5, "Hello"),
                (0.75, " there,"),
                (1.0, " friend. "),
                (1.0, None),
            ]
            assert reasons == [None] * 4 + ["stop"]
            assert server.requests[0].json["messages"] == HELLO

    in_virtual_time(main)


def test_usage_comes_last_and_without_choices() -> None:
    async def main() -> None:
        async with FakeOpenAI(["Hello there."]) as server, sdk(server) as client:
            *chunks, last = await streamed(client)
            assert text_of(chunks) == "Hello there."
            assert all(chunk.usage is None for chunk in chunks)
            assert last.choices == []
            assert last.usage is not None
            assert last.usage.completion_tokens == 2
            assert last.usage.total_tokens == last.usage.prompt_tokens + 2

    in_virtual_time(main)


def test_tool_calls_come_in_pieces_by_index() -> None:
    async def main() -> None:
        reply = ChatReply("One moment.", calls=[BOOK, RING])
        async with FakeOpenAI([reply]) as server, sdk(server) as client:
            calls: dict[int, list[str]] = {}
            for chunk in await streamed(client):
                for call in chunk.choices[0].delta.tool_calls or [] if chunk.choices else []:
                    assert call.function is not None
                    found = calls.setdefault(call.index, ["", "", ""])
                    for place, part in enumerate([call.id, call.function.name]):
                        found[place] += part or ""
                    found[2] += call.function.arguments or ""
            assert calls == {
                0: ["call_1", "book", '{"name":"Żółć","people":2}'],
                1: ["call_2", "ring", "{}"],
            }

    in_virtual_time(main)


def test_the_sdks_own_accumulation_of_a_stream_agrees() -> None:
    async def main() -> None:
        async with FakeOpenAI([ChatReply("Hm.", calls=[BOOK])]) as server, sdk(server) as client:
            messages: Any = HELLO
            async with client.chat.completions.stream(model="gpt-any", messages=messages) as stream:
                message = (await stream.get_final_completion()).choices[0].message
            assert message.content == "Hm."
            assert message.tool_calls is not None
            assert message.tool_calls[0].function.arguments == '{"name":"Żółć","people":2}'

    in_virtual_time(main)


def test_a_refusal() -> None:
    async def main() -> None:
        replies = [ChatReply(refusal="I can't do that.")] * 2
        async with FakeOpenAI(replies) as server, sdk(server) as client:
            chunks = [chunk for chunk in await streamed(client) if chunk.choices]
            said = [chunk.choices[0].delta.refusal or "" for chunk in chunks]
            assert "".join(said) == "I can't do that."
            whole: ChatCompletion = await ask(client)
            assert whole.choices[0].message.refusal == "I can't do that."

    in_virtual_time(main)


def test_an_answer_in_one_piece() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        reply = ChatReply("Hello there.", calls=[BOOK], latency=1.0, between=0.5, finish="length")
        async with FakeOpenAI([reply]) as server, sdk(server) as client:
            whole: ChatCompletion = await ask(client)
            assert loop.time() == 1.5
            message = whole.choices[0].message
            assert message.content == "Hello there."
            assert message.tool_calls is not None
            assert message.tool_calls[0].id == "call_1"
            assert whole.choices[0].finish_reason == "length"
            assert whole.usage is not None

    in_virtual_time(main)


def test_all_that_is_said_fits_the_sdks_types() -> None:
    async def main() -> None:
        replies = [ChatReply("Hello.", calls=[BOOK, RING]), ChatReply(refusal="No, no.")] * 2
        async with FakeOpenAI(replies) as server, sdk(server) as client:
            await streamed(client)
            await streamed(client)
            await ask(client)
            await ask(client)
            for request in server.requests:
                messages = [sent.message for sent in request.sent]
                model = ChatCompletion
                if request.json.get("stream"):
                    model = ChatCompletionChunk
                    assert messages.pop() == "[DONE]"
                for message in messages:
                    found = model.model_validate(message, strict=True)
                    assert not _extras(found)

    in_virtual_time(main)


def _extras(value: object) -> list[str]:
    """Fields that the SDK does not know, anywhere."""
    if isinstance(value, list):
        entries = cast("list[object]", value)
        return [name for entry in entries for name in _extras(entry)]
    if not isinstance(value, BaseModel):
        return []
    inner = [name for field in dict(value).values() for name in _extras(field)]
    return [*(value.model_extra or {}), *inner]


def test_a_reply_may_depend_on_the_request() -> None:
    async def main() -> None:
        def echo(exchange: Exchange) -> str:
            return exchange.json["messages"][-1]["content"]

        async with FakeOpenAI(echo) as server, sdk(server) as client:
            for _ in range(2):
                assert text_of(await streamed(client)) == HELLO[0]["content"]

    in_virtual_time(main)


@pytest.mark.skipif(not RECORDED, reason="needs the shared streams")
@pytest.mark.parametrize("file", RECORDED, ids=lambda path: path.stem)
def test_recorded_streams_read_the_same_wherever_they_are_cut(file: Path) -> None:
    recorded = file.read_bytes()
    cuts = [None, Split(size=1 if len(recorded) < 3000 else 17), Split(most=99), Merge(3)]

    async def main() -> None:
        async with FakeOpenAI([recorded] * 4, faults=cuts) as server, sdk(server) as client:
            first, *others = [await streamed(client) for _ in cuts]
            assert len(first) == recorded.count(b"data:") - 1
            assert all(other == first for other in others)

    in_virtual_time(main)


@pytest.mark.parametrize("way", ["close", "cancel"])
def test_the_fake_sees_that_the_client_left(way: str) -> None:
    async def main() -> None:
        async with FakeOpenAI([ChatReply("a " * 50, between=1.0)]) as server, sdk(server) as client:
            stream = await ask(client, stream=True)
            if way == "close":
                async for chunk in stream:
                    if chunk.choices[0].delta.content:
                        break
                await stream.close()
            else:
                reading = asyncio.create_task(anext(aiter(stream)))
                await server.until(lambda: len(server.requests[0].sent) == 3)
                reading.cancel()
                await asyncio.wait([reading])
                await stream.close()
            await server.until(lambda: server.requests[0].ended is not None)
            assert server.requests[0].left
            assert len(server.requests[0].sent) < 10

    in_virtual_time(main)


# Faults.


def chat_with(faults: Any, reply: str = "Hello there, friend.", retries: int = 0) -> Any:
    """What a client gets: its chunks, or the error and the chunks before it."""

    async def main() -> Any:
        fake = FakeOpenAI([reply] * 3, faults=faults, key="secret")
        async with fake as server, sdk(server, retries) as client:
            chunks: list[ChatCompletionChunk] = []
            error: Exception | None = None
            try:
                async with await ask(client, stream=True) as stream:
                    async for chunk in stream:
                        chunks.append(chunk)
            except Exception as caught:
                error = caught
            return chunks, error, len(server.requests), asyncio.get_running_loop().time()

    return run_virtual(main(), real_io=True)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (None, "Hello there, friend."),
        (Delay(answer=5.0, first=5.0, between=5.0), "Hello there, friend."),
        (Split(seed=1), "Hello there, friend."),
        (Merge(4), "Hello there, friend."),
        (Duplicate(after=1), "HelloHello there, friend."),
        (Swap(after=1), " there,Hello friend."),
        (Lose(after=2), "Hello friend."),
        (Insert(after=2), "Hello there, friend."),
        (Insert(after=2, message="[DONE]"), "Hello"),
        (Close(after=2), "Hello"),
        (Close(after=0), ""),
    ],
    ids=str,
)
def test_faults_that_the_sdk_bears(fault: Fault | None, text: str) -> None:
    chunks, error, _, _ = chat_with(fault)
    assert (text_of(chunks), error) == (text, None)


@pytest.mark.parametrize(
    ("fault", "kind", "count"),
    [
        (Refuse(400), openai.BadRequestError, 0),
        (Refuse(401), openai.AuthenticationError, 0),
        (Refuse(403), openai.PermissionDeniedError, 0),
        (Refuse(404), openai.NotFoundError, 0),
        (Refuse(429), openai.RateLimitError, 0),
        (Refuse(500), openai.InternalServerError, 0),
        (Refuse(503), openai.InternalServerError, 0),
        (Fail(after=3), openai.APIError, 3),
        (Drop(after=None), openai.APIConnectionError, 0),
        (Drop(after=3), openai.APIConnectionError, 3),
        (Drop(after=3, reset=True), openai.APIConnectionError, 3),
        (Drop(after=3, inside=True), openai.APIConnectionError, 3),
        (Corrupt(after=3), openai.APIConnectionError, 3),
        (Hang(after=None), openai.APITimeoutError, 0),
        (Hang(after=3), openai.APITimeoutError, 3),
        (Delay(answer=20.0), openai.APITimeoutError, 0),
        (Delay(between=20.0), openai.APITimeoutError, 1),
        (Garble(after=3), Exception, 3),
    ],
    ids=str,
)
def test_faults_that_the_sdk_reports(fault: Fault, kind: type[Exception], count: int) -> None:
    chunks, error, _, _ = chat_with(fault)
    assert isinstance(error, kind)
    assert len(chunks) == count


def test_a_wrong_type_reaches_the_client_as_it_is() -> None:
    chunks, error, _, _ = chat_with(Mistype(after=2, field="choices.0.delta.content"))
    assert error is None
    assert [chunk.choices[0].delta.content for chunk in chunks][:4] == ["", "Hello", 7, " friend."]


def test_an_endless_answer() -> None:
    async def main() -> None:
        async with FakeOpenAI(["Hello."], faults=Endless(after=1)) as server, sdk(server) as client:
            texts: list[str | None] = []
            async with await ask(client, stream=True) as stream:
                async for chunk in stream:
                    texts.append(chunk.choices[0].delta.content)
                    if len(texts) == 50:
                        break
            assert texts == ["", *["Hello."] * 49]

    in_virtual_time(main)


def test_refusals_have_the_vendors_shape_and_may_be_retried() -> None:
    """Two refusals, and the third attempt is served after the time that was asked for."""
    faults = [Refuse(429, retry_after=0.1), Refuse(503, retry_after=0.2)]
    chunks, error, requests, time = chat_with(faults, retries=2)
    assert (text_of(chunks), error, requests) == ("Hello there, friend.", None, 3)
    assert time == pytest.approx(0.3)
    _, error, _, _ = chat_with(Refuse(429, retry_after=0.1))
    assert error.code == "rate_limit_exceeded"
    assert error.response.headers["retry-after"] == "1"
    assert error.response.headers["retry-after-ms"] == "100"
    assert error.request_id.startswith("req_")


def test_a_wrong_key_is_refused() -> None:
    async def main() -> None:
        async with FakeOpenAI(key="another") as server, sdk(server) as client:
            with pytest.raises(openai.AuthenticationError) as caught:
                await streamed(client)
            assert caught.value.code == "invalid_api_key"

    in_virtual_time(main)


def test_a_script_that_is_used_up_fails_the_test() -> None:
    async def main() -> None:
        async with FakeOpenAI(["Hello."]) as server, sdk(server) as client:
            await streamed(client)
            with pytest.raises(openai.BadRequestError, match="nothing left"):
                await streamed(client)

    with pytest.raises(LookupError, match="replies has nothing left for request 1"):
        in_virtual_time(main)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"model": None}, "model"),
        ({"messages": []}, "messages"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
    ],
)
def test_bad_requests_are_refused(options: dict[str, Any], words: str) -> None:
    async def main() -> None:
        async with FakeOpenAI() as server, sdk(server) as client:
            with pytest.raises(openai.BadRequestError, match=words):
                await ask(client, extra_body=options)

    in_virtual_time(main)


CALLING = {
    "role": "assistant",
    "tool_calls": [
        {"id": name, "type": "function", "function": {"name": name, "arguments": "{}"}}
        for name in ("one", "two")
    ],
}
ONE, TWO = ({"role": "tool", "tool_call_id": name, "content": "done"} for name in ("one", "two"))


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([*HELLO, CALLING, TWO, ONE, *HELLO], ""),
        ([*HELLO, CALLING], "missing: one, two"),
        ([*HELLO, CALLING, ONE, *HELLO], "missing: two"),
        ([*HELLO, ONE], "role 'tool' must answer"),
        ([*HELLO, CALLING, ONE, ONE, TWO], "role 'tool' must answer"),
        (["hello"], "expected an object"),
    ],
)
def test_a_conversation_has_to_answer_its_tool_calls(messages: Any, words: str) -> None:
    async def main() -> None:
        async with FakeOpenAI(["Fine."]) as server, sdk(server) as client:
            create = client.chat.completions.create(model="gpt-any", messages=messages)
            if words:
                with pytest.raises(openai.BadRequestError, match=words):
                    await create
            else:
                assert (await create).choices[0].message.content == "Fine."

    in_virtual_time(main)


def test_other_addresses_are_not_known() -> None:
    async def main() -> None:
        async with FakeOpenAI() as server, sdk(server) as client:
            with pytest.raises(openai.NotFoundError):
                await client.models.retrieve("gpt-any")

    in_virtual_time(main)


# Speech and transcriptions.


def frequency(samples: Any, rate: int) -> float:
    """The loudest frequency in hertz."""
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.argmax(spectrum)) * rate / len(samples)


def test_speech_comes_as_it_is_made_and_words_are_told_by_their_pitch() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        voice = ToneVoice(character=0.05, latency=0.2, speed=2.0, piece=0.1)
        async with FakeOpenAI(voice=voice) as server, sdk(server) as client:
            speak = client.audio.speech.with_streaming_response.create
            async with speak(
                model="tts", voice="any", input="hello friend", response_format="pcm"
            ) as response:
                times: list[float] = []
                audio = b""
                async for piece in response.iter_bytes():
                    times.append(loop.time())
                    audio += piece
            samples = pcm_from_bytes(audio)
            assert len(samples) == 12 * 1_200
            assert times[:3] == pytest.approx([0.2, 0.25, 0.3])
            assert frequency(samples[:6000], 24_000) == pytest.approx(pitch("hello"), abs=5)
            assert frequency(samples[7200:], 24_000) == pytest.approx(pitch("friend"), abs=5)
            assert not samples[6000:7200].any()
            assert pitch("hello") == pitch("Hello,") != pitch("friend")

    in_virtual_time(main)


def test_speech_that_is_left_early_is_not_made() -> None:
    async def main() -> None:
        async with FakeOpenAI(voice=ToneVoice(speed=1.0)) as server, sdk(server) as client:
            speak = client.audio.speech.with_streaming_response.create
            async with speak(
                model="tts", voice="any", input="x" * 1000, response_format="pcm"
            ) as response:
                await anext(response.iter_bytes())
            await server.until(lambda: server.requests[0].left)
            assert len(server.requests[0].sent) < 5

    in_virtual_time(main)


def test_speech_as_a_file_and_as_events() -> None:
    async def main() -> None:
        async with FakeOpenAI() as server, sdk(server) as client:
            speak: Any = client.audio.speech.create
            file = await speak(model="tts", voice="any", input="hello", response_format="wav")
            with wave.open(io.BytesIO(file.content)) as reader:
                assert (reader.getframerate(), reader.getnchannels()) == (24_000, 1)
                assert len(reader.readframes(10_000)) == 0.25 * 48_000
            events = await speak(
                model="tts", voice="any", input="hello", response_format="pcm", stream_format="sse"
            )
            assert events.content.count(b"speech.audio.delta") == 3
            assert b"speech.audio.done" in events.content
            with pytest.raises(openai.BadRequestError, match="mp3"):
                await speak(model="tts", voice="any", input="hello")

    in_virtual_time(main)


def a_wav(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(bytes(round(seconds * 32_000)))
    return file.getvalue()


def test_transcripts_in_all_their_forms() -> None:
    async def main() -> None:
        heard = ["Hello there.", Said("Good bye.", at=0.5), "All right.", "So be it."]
        async with FakeOpenAI(transcripts=heard) as server, sdk(server) as client:
            create: Any = client.audio.transcriptions.create
            file = ("a.wav", a_wav(1.5), "audio/wav")
            plain = await create(model="any", file=file)
            assert plain.text == "Hello there."
            verbose = await create(model="any", file=file, response_format="verbose_json")
            assert verbose.duration == 1.5
            assert [(w.word, w.start) for w in verbose.words] == [("Good", 0.5), ("bye.", 0.75)]
            text = await create(model="any", file=file, response_format="text")
            assert text == "All right.\n"
            events = [event async for event in await create(model="any", file=file, stream=True)]
            assert [event.type for event in events] == [
                *["transcript.text.delta"] * 3,
                "transcript.text.done",
            ]
            assert events[-1].text == "".join(event.delta for event in events[:-1]) == "So be it."

    in_virtual_time(main)
