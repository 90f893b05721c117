"""ElevenLabs' recogniser of files: what answers mean, and the contract against its fake."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rxvoice.contracts import Transcriber
from rxvoice.errors import ProviderError
from rxvoice.items import Usage
from rxvoice.providers._elevenlabs_file import ScribeFile
from rxvoice.providers.elevenlabs import elevenlabs_stt_file
from rxvoice.testing import run_virtual, tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import (
    Corrupt,
    Delay,
    Drop,
    FakeElevenLabs,
    Fault,
    Garble,
    Hang,
    Loud,
    Mistype,
    Refuse,
    Said,
    Split,
)

from .recordings import DATA

CASE = DATA / "cases" / "stt" / "elevenlabs-transcription.json"
SCRIBE = ScribeFile(model_id="scribe_v2")


def told() -> dict[str, Any]:
    return json.loads(CASE.read_text())


# What answers mean.


@pytest.mark.skipif(not CASE.exists(), reason="the shared data is not here")
def test_a_recorded_answer_gives_a_transcript() -> None:
    audio = tone(2.5, pts=10.0)
    found = SCRIBE.transcript(told(), audio)
    assert found.text == "Hello from the Vercel AI SDK."
    assert (found.is_final, found.is_finalized, found.language) == (True, True, "en")
    assert (found.pts, found.end, found.speaker) == (10.0, 12.5, "speaker_0")
    assert [word.text for word in found.words] == found.text.split()
    assert found.words[0].pts == pytest.approx(10.199)
    assert found.words[-1].end == pytest.approx(12.479)
    assert found.confidence == 1.0
    assert SCRIBE.usage(told(), audio) == Usage("elevenlabs", audio=2.5)


def test_st24_most_words_tell_the_speaker_and_sounds_are_no_words() -> None:
    def word(text: str, speaker: str | None, kind: str = "word") -> dict[str, Any]:
        times = {"start": 0.0, "end": 0.1, "logprob": -0.6931471805599453}
        return {"text": text, "type": kind, "speaker_id": speaker, **times}

    words = [
        word("a", "one"),
        word("b", "two"),
        word("c", "two"),
        word("(door)", "x", "audio_event"),
    ]
    found = SCRIBE.transcript({"text": "a b c", "words": words}, tone(1.0))
    assert found.speaker == "two"
    assert [w.text for w in found.words] == ["a", "b", "c"]
    assert found.confidence == pytest.approx(0.5)
    without = SCRIBE.transcript({"text": " "}, tone(1.0))
    assert (without.text, without.words, without.speaker, without.confidence) == (
        "",
        (),
        None,
        None,
    )


@pytest.mark.parametrize("answer", [{}, {"text": 3}, {"text": "a", "words": [{"type": "word"}]}])
def test_what_is_no_transcript_is_an_error_unless_only_words_are_missing(answer: Any) -> None:
    if answer.get("words"):
        assert SCRIBE.transcript(answer, tone(1.0)).text == "a"
        return
    with pytest.raises(ProviderError, match="no transcript"):
        SCRIBE.transcript(answer, tone(1.0))


def test_st18_each_transcript_tells_the_language_that_was_spoken() -> None:
    asked = ScribeFile(model_id="m", language_code="de")
    for code, language in (("pol", "pl"), ("yue", "yue"), (None, "de")):
        found = asked.transcript({"text": "a", "language_code": code}, tone(1.0))
        assert found.language == language


def test_st25_lists_stay_lists_and_languages_have_no_region() -> None:
    options = ScribeFile(
        model_id="m", keyterms=("a", "b"), language_code="pt-BR", diarize=False, extra={"seed": 1}
    )
    assert list(options.fields()) == [
        ("model_id", "m"),
        ("language_code", "pt"),
        ("tag_audio_events", "false"),
        ("timestamps_granularity", "word"),
        ("diarize", "false"),
        ("keyterms", "a"),
        ("keyterms", "b"),
        ("seed", "1"),
    ]


# The contract.


def served(fault: Any = None, key: str = "k") -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Transcriber]:
        heard = Loud("Hello there.", word=0.2)
        async with FakeElevenLabs(heard=heard, faults=fault, key=key) as server:
            yield elevenlabs_stt_file(base_url=server.url, api_key="k", prefix_padding=0.2)

    return make


BORNE = [None, Split(seed=1), Delay(answer=0.3)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_st03_it_keeps_the_contract(fault: Fault | None) -> None:
    failing = served(key="another") if fault is None else None
    report = check_transcriber(served(fault), audio=tone(0.4), says="hello there", failing=failing)
    assert fault is not None or not report.skipped


FATAL = [
    Refuse(429),
    Refuse(500),
    Drop(after=None),
    Drop(after=0, inside=True),
    Hang(after=None),
    Corrupt(),
    Garble(),
    Mistype(field="text"),
]


@pytest.mark.parametrize("fault", FATAL, ids=str)
def test_it_tells_of_what_it_cannot_bear(fault: Fault) -> None:
    async def main() -> list[Any]:
        async with served(fault)() as stt:
            with pytest.raises(ProviderError) as caught:
                await stt.recognise(tone(0.4))
        return [caught.value.fatal]

    assert run_virtual(main(), real_io=True) == [False]


@pytest.mark.parametrize("rate", [16_000, 8_000])
def test_audio_of_any_rate_is_recognised(rate: int) -> None:
    async def main() -> None:
        async with FakeElevenLabs(heard=[Said("Yes.", at=0.1)]) as server:
            stt = elevenlabs_stt_file(base_url=server.url, api_key="k")
            found = await stt.recognise(tone(0.5, rate, pts=3.0))
            await stt.aclose()
        assert found.text == "Yes."
        assert found.words[0].pts == pytest.approx(3.1)
        assert (b"pcm_s16le_16" in server.requests[0].body) == (rate == 16_000)

    run_virtual(main(), real_io=True)
