"""xAI's recogniser: what its messages mean, and the contract against its fake."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rxvoice.contracts import Transcriber
from rxvoice.errors import ProviderError
from rxvoice.items import Fault, Transcript, Word
from rxvoice.providers._ear import Finalized, Ready
from rxvoice.providers._xai_listen import XaiListen, XaiReader
from rxvoice.providers.xai import xai_stt
from rxvoice.testing import tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    Fail,
    FakeXai,
    Garble,
    Hang,
    Insert,
    Loud,
    Mistype,
    Refuse,
    Split,
)
from rxvoice.testing.servers import Fault as ServerFault

from .ears import call, utterance


def served(fault: Any = None, **options: Any) -> Any:
    @asynccontextmanager
    async def make() -> AsyncGenerator[Transcriber]:
        heard = Loud("Hello there.", word=0.2)
        async with FakeXai(heard, faults=fault, key="k", **options) as server:
            yield xai_stt(base_url=server.url, api_key="k")

    return make


def test_st01_it_keeps_the_contract() -> None:
    report = check_transcriber(
        served(), audio=tone(0.4), says="hello there", failing=served(Refuse(401))
    )
    assert not report.skipped


BORNE = [
    Split(seed=1),
    Insert(after=0) + Insert(after=2),
    Duplicate(after=0),
    Delay(answer=0.3, between=0.02),
]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_what_it_has_to_bear_costs_no_word(fault: ServerFault) -> None:
    outcome = call(served(fault))
    assert outcome.texts == ["Hello there."]
    assert outcome.completed
    assert not outcome.failed


FATAL = [
    Refuse(401),
    Refuse(429),
    Close(after=1, code=1011),
    Garble(after=1),
    Drop(after=1, inside=True),
    Hang(after=1),
    Hang(after=None),
    Corrupt(after=1),
    Mistype(after=1, field="text"),
    Fail(after=1),
]


@pytest.mark.parametrize("fault", FATAL, ids=str)
def test_co14_it_tells_of_what_it_cannot_bear(fault: ServerFault) -> None:
    assert call(served(fault)).failed


@pytest.mark.parametrize("fault", [Drop(after=2), Close(after=2, code=1012)], ids=str)
def test_a_connection_that_is_lost_once_costs_no_word(fault: ServerFault) -> None:
    outcome = call(served([fault]), [*utterance(), *utterance(4.7)])
    assert outcome.texts == ["Hello there."] * 2
    assert outcome.completed


def test_it_waits_until_the_session_is_ready() -> None:
    outcome = call(served(ready=0.4))
    assert outcome.texts == ["Hello there."]
    assert not outcome.failed


def test_a_server_that_closes_after_each_turn_costs_no_word_and_is_no_fault() -> None:
    outcome = call(served(closes=True), [*utterance(), *utterance(4.7)])
    assert outcome.texts == ["Hello there."] * 2
    assert outcome.completed
    assert not outcome.failed


def test_a_server_that_is_never_ready_is_given_up() -> None:
    outcome = call(served(ready=1000.0), [*utterance(), *utterance(4.7), 30.0])
    assert "not ready within 5 s" in outcome.of(Fault)[0].message
    assert isinstance(outcome.error, ProviderError)


# What messages mean.


def said(
    *words: tuple[str, float], final: bool = False, end: bool = False, **more: Any
) -> dict[str, Any]:
    return {
        "type": "transcript.partial",
        "text": " ".join(word for word, _ in words),
        "words": [{"text": w, "start": s, "end": s + 0.2} for w, s in words],
        "is_final": final,
        "speech_final": end,
        "start": words[0][1] if words else 0.0,
        "duration": 0.2,
        **more,
    }


def done(*words: tuple[str, float], duration: float) -> dict[str, Any]:
    return {**said(*words), "type": "transcript.done", "duration": duration}


def read(*messages: dict[str, Any], language: str | None = None) -> list[Any]:
    reader = XaiReader(language)
    return [event for message in messages for event in reader.read(message)]


def texts(events: Sequence[Any]) -> list[str]:
    return [event.text for event in events if isinstance(event, Transcript)]


def test_words_their_times_and_their_speaker_are_told() -> None:
    message = said(("Hello", 1.0), ("there.", 1.25), final=True, end=True, language="en")
    message["words"][0]["speaker"] = 1
    (heard,) = read(message)
    assert (heard.text, heard.is_final, heard.is_finalized) == ("Hello there.", True, False)
    assert heard.words == (Word("Hello", 1.0, 1.2), Word("there.", 1.25, 1.45))
    assert (heard.pts, heard.end, heard.speaker) == (1.0, 1.45, "1")


def test_st18_the_language_is_the_one_detected_else_the_one_asked_for() -> None:
    first, second = read(
        said(("Hallo", 0.0), language="de"), said(("Hallo", 0.0), language=""), language="en"
    )
    assert (first.language, second.language) == ("de", "en")


A, B, C = ("One", 0.0), ("two", 1.0), ("three.", 2.0)


def test_what_the_end_of_an_utterance_repeats_is_told_once() -> None:
    events = read(said(A, final=True), said(B, final=True), said(A, B, C, final=True, end=True))
    assert texts(events) == ["One", "two", "three."]
    assert (events[-1].pts, events[-1].words) == (2.0, (Word("three.", 2.0, 2.2),))


def test_an_end_that_is_written_differently_tells_only_words_that_are_new() -> None:
    again = said(("1,", 0.0), ("2,", 1.0), ("3.", 2.0), final=True, end=True)
    assert texts(read(said(A, B, final=True), again)) == ["One two", "3."]
    untimed: dict[str, Any] = {**again, "words": []}
    assert texts(read(said(A, B, final=True), untimed)) == ["One two"]


def test_an_end_that_repeats_all_tells_nothing_and_the_next_utterance_is_whole() -> None:
    end = said(A, final=True, end=True)
    assert texts(read(said(A, final=True), end, end)) == ["One", "One"]


def test_st04_what_is_done_is_finalised_with_the_rest_or_without_any() -> None:
    events = read(said(A, final=True), done(A, B, duration=1.5), done(duration=3.0))
    assert texts(events) == ["One", "two"]
    assert (events[1].is_final, events[1].is_finalized) == (True, True)
    assert events[2] == Finalized()


def test_times_go_on_also_where_each_turn_counts_from_0() -> None:
    events = read(done(A, duration=2.0), said(B), done(B, duration=1.5), said(A))
    assert [(event.pts, event.words[0].pts) for event in events] == [
        (0.0, 0.0),
        (3.0, 3.0),
        (3.0, 3.0),
        (3.5, 3.5),
    ]
    events = read(done(A, duration=2.0), said(("later", 2.3)))
    assert events[1].pts == 2.3


def test_errors_and_new_types_leave_the_stream_alone() -> None:
    events = read(
        {"type": "transcript.created"},
        {"type": "something.new"},
        {"type": "error", "message": "hello there", "code": "overloaded"},
    )
    assert events == [Ready(), Fault("xai", "the server tells of an error (overloaded)")]


def test_silence_is_no_interim_transcript() -> None:
    assert read(said()) == []


# What it is asked.


def asked(**options: Any) -> str:
    return asyncio.run(XaiListen(api_key="k", **options).open()).url


def test_st22_and_tt21_options_are_passed_on_and_those_not_given_are_not() -> None:
    assert asked() == ("wss://api.x.ai/v1/stt?sample_rate=16000&encoding=pcm&interim_results=true")
    url = asked(endpointing=0, diarize=False, keyterm=("a b", "c"), smart_turn=0.5, extra={"x": 1})
    for part in (
        "endpointing=0",
        "diarize=false",
        "keyterm=a+b&keyterm=c",
        "smart_turn=0.5",
        "x=1",
    ):
        assert part in url


@pytest.mark.parametrize(
    ("language", "code"), [("de-DE", "de"), ("EN", "en"), ("pt_BR", "pt"), ("tlh", "tlh")]
)
def test_st17_a_language_becomes_the_vendor_s_code(language: str, code: str) -> None:
    assert f"language={code}" in asked(language=language)


def test_without_a_key_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XAI_API_KEY", raising=False)
    with pytest.raises(ProviderError, match="XAI_API_KEY"):
        asyncio.run(XaiListen().open())
