"""Utterances as files, for OpenAI and those who do as it does, against the fake."""

import asyncio
import io
import json
import wave
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from rxvoice.contracts import Recognise
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import AudioFrame, Fault, SpeechStarted, SpeechStopped, Transcript, Usage, Word
from rxvoice.providers._openai_file import FileEvents, FileOptions, wav
from rxvoice.providers.openai_audio import FileStt, openai_compatible_stt, openai_stt
from rxvoice.testing import silence, tone
from rxvoice.testing.conformance import check_recognise, check_transcriber
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Exchange,
    Fail,
    FakeOpenAI,
    Garble,
    Hang,
    Insert,
    Merge,
    Mistype,
    Refuse,
    Said,
    Split,
)
from rxvoice.testing.servers import Fault as ServerFault
from rxvoice.testing.servers._multipart import form

from .ears import call, in_virtual_time, listen, utterance


def samples(exchange: Exchange) -> tuple[Any, int]:
    with wave.open(io.BytesIO(form(exchange)["file"])) as file:
        return np.frombuffer(file.readframes(10**7), "<i2"), file.getframerate()


def hears(exchange: Exchange) -> str:
    """Nothing in silence, and the same in everything else."""
    return "Hello there." if np.any(samples(exchange)[0]) else ""


def served(fault: Any = None, heard: Any = hears, **options: Any) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Any]:
        async with FakeOpenAI(transcripts=heard, faults=fault, key="k") as server:
            yield openai_stt(base_url=server.api, api_key="k", **options)

    return make


@dataclass(frozen=True)
class Asked:
    """What is asked for one utterance at a time, and can be closed."""

    stt: FileStt

    async def __call__(self, audio: AudioFrame) -> Transcript:
        return await self.stt.recognise(audio)

    async def aclose(self) -> None:
        await self.stt.aclose()


def recognise(fault: Any = None) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Recognise]:
        async with served(fault)() as transcriber:
            yield Asked(transcriber)

    return make


# The contract.


def test_st03_it_keeps_the_contract_of_a_transcriber() -> None:
    report = check_transcriber(
        served(),
        audio=tone(0.4),
        says="hello there",
        words=False,
        failing=served(Refuse(401)),
    )
    assert "failure" not in report.skipped


def test_it_keeps_the_contract_of_a_function_for_one_utterance() -> None:
    report = check_recognise(
        recognise(), audio=tone(0.4), says="hello there", failing=recognise(Refuse(401))
    )
    assert not report.skipped


BORNE: list[Any] = [
    Split(seed=1),
    Merge(2),
    Insert(after=0) + Insert(after=1),
    Delay(answer=0.3, between=0.02),
    [Refuse(503)],
    [Refuse(429, retry_after=0.5)],
    [Drop(after=None)],
]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_what_it_has_to_bear_costs_no_word(fault: Any) -> None:
    outcome = call(served(fault))
    assert outcome.texts == ["Hello there."]
    assert outcome.completed
    assert not outcome.failed


@pytest.mark.parametrize("fault", [Split(size=1), [Refuse(503)]], ids=str)
def test_a_whole_answer_costs_no_word_either(fault: Any) -> None:
    outcome = call(served(fault, stream=False))
    assert outcome.texts == ["Hello there."]
    assert not outcome.failed


FATAL = [
    Refuse(401),
    Refuse(400),
    Refuse(429, retry_after=60.0),
    Close(after=0),
    Close(after=1),
    Garble(after=1),
    Drop(after=1, inside=True),
    Hang(after=1),
    Hang(after=None),
    Corrupt(after=1),
    Mistype(after=2, field="text"),
    Fail(after=1),
]


@pytest.mark.parametrize("fault", FATAL, ids=str)
def test_co14_it_tells_of_what_it_cannot_bear(fault: ServerFault) -> None:
    assert call(served(fault, read_timeout=3.0)).failed


def test_tt33_an_utterance_that_fails_is_a_fault_and_the_next_one_is_heard() -> None:
    faults = [Refuse(500), Refuse(500)]
    outcome = call(served(faults), [*utterance(), *utterance(4.7)])
    assert len(outcome.of(Fault)) == 1
    assert [final.text for final in outcome.finals] == ["", "Hello there."]
    assert outcome.completed


# What is sent.


def test_st03_an_utterance_begins_a_second_before_its_speech_and_ends_with_it() -> None:
    async def main() -> None:
        async with FakeOpenAI(transcripts=["Hello."]) as server:
            transcriber = openai_stt(base_url=server.api, api_key="k")
            loud = AudioFrame(np.arange(1, 32_001, dtype=np.int16), 16_000, 5.0)
            steps = [loud, SpeechStarted(pts=6.5), SpeechStopped(pts=6.75)]
            outcome = await listen(transcriber, steps)
            (final,) = outcome.finals
            assert (final.pts, final.end, final.is_finalized) == (5.5, 6.75, True)
            sent, rate = samples(server.requests[0])
            assert rate == 16_000
            assert np.array_equal(sent, loud.samples[8_000:28_000])

    in_virtual_time(main)


def test_st03_interim_transcripts_come_while_an_utterance_is_transcribed() -> None:
    outcome = call(served(heard=["Hello there, my friend."]))
    transcripts = outcome.of(Transcript)
    assert [(item.text, item.is_final) for item in transcripts] == [
        ("Hello", False),
        ("Hello there,", False),
        ("Hello there, my", False),
        ("Hello there, my friend.", False),
        ("Hello there, my friend.", True),
    ]
    assert {(item.pts, round(item.end, 2)) for item in transcripts} == {(0.0, 0.7)}


def test_words_have_times_on_the_source_s_clock() -> None:
    said = Said("Guten Tag.", at=0.25, language="de")
    outcome = call(served(heard=[said], words=True), utterance(100.0))
    (final,) = outcome.finals
    assert final.words == (Word("Guten", 100.25, 100.5), Word("Tag.", 100.5, 100.75))
    assert final.language == "en"  # as the fake's whisper names it
    assert len(outcome.of(Transcript)) == 1


def test_what_an_utterance_costs_is_told() -> None:
    (usage,) = call(served(heard=["Hello there."])).of(Usage)
    assert (usage.input_tokens, usage.output_tokens) == (2, 2)
    assert usage.audio == pytest.approx(0.7)


def options(**given: Any) -> FileOptions:
    return FileOptions(provider="openai", key="K", model="any", base_url="http://x/v1", **given)


def test_st22_options_are_passed_on_and_those_not_given_are_not() -> None:
    assert list(options().fields()) == [("model", "any"), ("response_format", "json")]
    assert list(
        options(
            language="en-GB",
            languages=("de", "fr-CA"),
            keywords=("a", "b"),
            prompt="Hm.",
            temperature=0.0,
            stream=True,
            extra={"vad_filter": True, "n": 2},
        ).fields()
    )[2:] == [
        ("language", "en"),
        ("prompt", "Hm."),
        ("languages[]", "de"),
        ("languages[]", "fr"),
        ("keywords[]", "a"),
        ("keywords[]", "b"),
        ("temperature", "0"),
        ("stream", "true"),
        ("vad_filter", "true"),
        ("n", "2"),
    ]


@pytest.mark.parametrize(("language", "code"), [("pt-BR", "pt"), ("tlh", "tlh")])
def test_st17_a_language_becomes_the_vendor_s_code(language: str, code: str) -> None:
    assert ("language", code) in list(options(language=language).fields())


def test_audio_of_a_moment_is_not_sent() -> None:
    async def main() -> None:
        async with FakeOpenAI() as server:
            heard = await openai_stt(base_url=server.api).recognise(silence(0.09))
            assert (heard.text, heard.is_finalized) == ("", True)
            assert not server.requests

    in_virtual_time(main)


def test_connections_are_kept_from_one_utterance_to_the_next() -> None:
    async def main() -> None:
        server = FakeOpenAI(transcripts=hears)
        async with server, openai_stt(base_url=server.api, api_key="k") as transcriber:
            for _ in range(3):
                await transcriber.recognise(tone(0.3))
            assert server.connections == 1

    in_virtual_time(main)


def test_a_wav_file_holds_the_samples() -> None:
    audio = tone(0.01, 8_000)
    with wave.open(io.BytesIO(wav(audio))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8_000, 1, 2)
        assert np.array_equal(np.frombuffer(file.readframes(100), "<i2"), audio.samples)


# What comes back.


def told(answer: Mapping[str, Any]) -> Transcript:
    return options(language="en").transcript(answer, silence(0.1))


def test_st18_the_language_is_the_one_detected_else_the_one_asked_for() -> None:
    assert told({"text": "Oui.", "languages": [{"code": "fr"}]}).language == "fr"
    assert told({"text": "Oui.", "language": "French"}).language == "fr"
    assert told({"text": "Oui.", "language": "fr"}).language == "fr"
    assert told({"text": "Oui.", "language": "klingon"}).language == "en"
    assert told({"text": "Oui.", "languages": []}).language == "en"


@pytest.mark.parametrize("answer", [{}, {"text": 7}, {"text": "x", "words": [{"word": "x"}]}])
def test_an_answer_that_is_no_transcript_is_an_error(answer: Mapping[str, Any]) -> None:
    with pytest.raises(ProviderError, match="no transcript"):
        told(answer)


def test_events_grow_the_text_and_new_ones_mean_nothing() -> None:
    events = FileEvents("openai")
    deltas = [{"type": "transcript.text.delta", "delta": text} for text in (" ", "Hi", " you.")]
    assert [events.read(json.dumps(delta)) for delta in deltas] == [False, True, True]
    assert not events.read('{"type": "transcript.text.segment", "text": "Hi"}')
    assert not events.read("[DONE]")
    assert events.text == " Hi you."
    assert events.done is None
    assert not events.read('{"type": "transcript.text.done", "text": "Hi you."}')
    assert events.done == {"type": "transcript.text.done", "text": "Hi you."}


def test_an_event_that_tells_of_a_failure_is_an_error_without_the_vendor_s_words() -> None:
    error = {"error": {"message": "you said hello", "code": "rate_limit_exceeded"}}
    with pytest.raises(ProviderRejected, match=r"^the answer failed \(rate_limit_exceeded\)$"):
        FileEvents("openai").read(json.dumps(error))


def test_a_refusal_does_not_repeat_the_key() -> None:
    async def main() -> None:
        async with FakeOpenAI(faults=Refuse(401, text="wrong key: k-secret")) as server:
            transcriber = openai_stt(base_url=server.api, api_key="k-secret")
            with pytest.raises(ProviderRejected, match="invalid_api_key") as caught:
                await transcriber.recognise(tone(0.3))
            assert "k-secret" not in str(caught.value)
            assert caught.value.fatal

    in_virtual_time(main)


# Those who do as OpenAI does.


def test_groq_is_asked_for_whole_answers_with_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with FakeOpenAI(transcripts=hears, key="g") as server:
            monkeypatch.setenv("GROQ_API_KEY", "g")
            groq = openai_compatible_stt("groq", base_url=f"{server.url}/openai/v1")
            assert (await groq.recognise(tone(0.3))).text == "Hello there."
            fields = form(server.requests[0])
            assert fields["model"] == b"whisper-large-v3-turbo"
            assert "stream" not in fields
            assert groq.latency == 1.54

    in_virtual_time(main)


def test_a_server_on_this_machine_needs_no_key() -> None:
    async def main() -> None:
        async with FakeOpenAI(transcripts=hears) as server:
            local = openai_compatible_stt("speaches", base_url=server.api)
            assert (await local.recognise(tone(0.3))).text == "Hello there."
            assert "Authorization" not in server.requests[0].headers

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("vendor", "given", "words"),
    [
        ("nobody", {}, "vendor must be one of"),
        ("kokoro", {}, "only speaks"),
        ("vllm", {}, "model"),
        ("local", {"model": "any"}, "base_url"),
        ("groq", {"language": "en", "languages": ["de"]}, "not both"),
        ("groq", {"latency": 0.0}, "latency"),
        ("groq", {"prefix_padding": -1.0}, "prefix_padding"),
        ("groq", {"max_duration": 0.0}, "max_duration"),
        ("groq", {"read_timeout": 0.0}, "read_timeout"),
    ],
)
def test_tt32_what_a_vendor_has_not_is_refused_at_the_call(
    vendor: str, given: Any, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        openai_compatible_stt(vendor, **given)


def test_without_a_key_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    with pytest.raises(ProviderError, match="GROQ_API_KEY"):
        asyncio.run(openai_compatible_stt("groq").recognise(tone(0.3)))
