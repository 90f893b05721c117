"""Mistral's recogniser: what its events mean, and the contract against its fake."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rxvoice.contracts import Transcriber
from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Transcript, UserResumed, UserStarted, UserStopped, UserStopping
from rxvoice.providers._ear import Finalized, Ready
from rxvoice.providers._mistral_listen import MistralListen, VoxtralReader
from rxvoice.providers.mistral import mistral_stt
from rxvoice.testing import tone
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.servers import (
    Close,
    Corrupt,
    Delay,
    Drop,
    Fail,
    FakeMistral,
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
        async with FakeMistral(Loud("Hello there.", word=0.2), faults=fault, key="k") as server:
            yield mistral_stt(base_url=server.url, api_key="k", **options)

    return make


def test_st01_it_keeps_the_contract() -> None:
    report = check_transcriber(
        served(), audio=tone(0.4), says="hello there", words=False, failing=served(Refuse(401))
    )
    assert set(report.skipped) == {"words"}


BORNE = [Split(seed=1), Insert(after=0) + Insert(after=2), Delay(answer=0.3, between=0.02)]


@pytest.mark.parametrize("fault", BORNE, ids=str)
def test_what_it_has_to_bear_costs_no_word(fault: ServerFault) -> None:
    outcome = call(served(fault))
    assert outcome.texts == ["Hello there."]
    assert outcome.completed
    assert not outcome.failed


FATAL = [
    Refuse(429),
    Close(after=2, code=1011),
    Garble(after=3),
    Drop(after=2, inside=True),
    Hang(after=2),
    Corrupt(after=2),
    Mistype(after=3, field="text"),
    Fail(after=2),
    Fail(after=1),
]


@pytest.mark.parametrize("fault", FATAL, ids=str)
def test_co14_it_tells_of_what_it_cannot_bear(fault: ServerFault) -> None:
    assert call(served(fault)).failed


@pytest.mark.parametrize("fault", [Drop(after=6), Close(after=6, code=1012)], ids=str)
def test_a_connection_that_is_lost_once_costs_no_word(fault: ServerFault) -> None:
    outcome = call(served([fault]), [*utterance(), *utterance(4.7)])
    assert outcome.texts == ["Hello there."] * 2
    assert outcome.completed


def test_st20_a_server_that_finds_the_turns_tells_of_them_and_is_not_asked() -> None:
    turns = {"min_silence_ms": 100, "end_timeout_ms": 200}
    make = served(turn_detection=turns, target_streaming_delay_ms=80)
    outcome = call(make, utterance(100.0))
    marks = [i for i in outcome.items if isinstance(i, UserStarted | UserStopping | UserStopped)]
    assert [(type(mark), round(mark.pts, 2)) for mark in marks] == [
        (UserStarted, 100.0),
        (UserStopping, 100.5),
        (UserStopped, 100.6),
    ]
    assert outcome.texts == ["Hello there."]
    assert outcome.items.index(outcome.finals[0]) < outcome.items.index(marks[-1])


# What events mean.


def delta(text: str) -> dict[str, Any]:
    return {"type": "transcription.text.delta", "text": text}


def done(text: str, language: str | None = None) -> dict[str, Any]:
    return {"type": "transcription.done", "text": text, "language": language}


def read(*messages: dict[str, Any], language: str | None = None) -> list[Any]:
    reader = VoxtralReader(language)
    return [event for message in messages for event in reader.read(message)]


def texts(events: Sequence[Any]) -> list[tuple[str, bool]]:
    return [(e.text, e.is_final) for e in events if isinstance(e, Transcript)]


def test_deltas_are_interim_transcripts_of_the_whole_so_far() -> None:
    events = read(delta(" Hello"), delta(" there."), done("Hello there."))
    assert texts(events) == [("Hello", False), ("Hello there.", False), ("Hello there.", True)]
    assert events[-1].is_finalized


def test_a_sentence_that_ends_after_a_while_is_final_without_being_asked_about() -> None:
    long = " Words and words and words." * 80
    events = read(delta(long[:-1]), delta("."), delta(" More."), done(f"{long} More."))
    assert texts(events)[1:] == [(long.strip(), True), ("More.", False), ("More.", True)]
    assert [e.is_finalized for e in events] == [False, False, False, True]


def test_what_was_told_is_not_told_again_when_the_session_s_whole_text_comes() -> None:
    events = read(delta("One."), done("One."), delta(" Two."), done("One. Two."), done("One. Two."))
    assert texts(events) == [("One.", False), ("One.", True), ("Two.", False), ("Two.", True)]
    assert events[-1] == Finalized()


def test_a_server_without_deltas_is_taken_at_its_last_word() -> None:
    assert texts(read(done("Hello."))) == [("Hello.", True)]
    assert read(done("")) == [Finalized()]


def test_st18_the_language_is_the_one_detected_else_the_one_asked_for() -> None:
    detected = {"type": "transcription.language", "audio_language": "fr"}
    events = read(delta("Hm."), detected, delta(" Bon."), done("Hm. Bon.", "fr"), language="en")
    assert [event.language for event in events] == ["en", "fr", "fr"]


def test_st20_turns_have_times_and_end_with_their_text() -> None:
    events = read(
        {"type": "turn.start", "time_s": 0.5},
        delta("Hi"),
        {"type": "turn.eager_end", "time_s": 1.0},
        {"type": "turn.resume", "time_s": 1.5},
        {"type": "turn.end", "time_s": 2.5, "end_reason": "timeout"},
        {"type": "turn.end", "time_s": 3.5, "end_reason": "timeout"},
    )
    assert [event for event in events if not isinstance(event, Transcript)] == [
        UserStarted("mistral", 0.5),
        UserStopping("mistral", 1.0),
        UserResumed("mistral", 1.5),
        UserStopped("mistral", 2.5),
        UserStopped("mistral", 3.5),
    ]
    final = events[4]
    assert (final.text, final.is_finalized, final.pts, final.end) == ("Hi", True, 0.5, 2.5)


def test_errors_can_be_tried_again_once_the_session_has_begun() -> None:
    error = {"type": "error", "error": {"message": {"detail": "hello"}, "code": 3804}}
    with pytest.raises(ProviderRejected, match=r"an error \(3804\)$") as early:
        read(error)
    assert not early.value.retryable
    with pytest.raises(ProviderRejected) as late:
        read({"type": "session.updated"}, error)
    assert late.value.retryable


def test_new_types_mean_nothing() -> None:
    assert read({"type": "session.created"}, {"type": "something.new"}) == []
    assert read({"type": "session.updated"}) == [Ready()]


# What it is asked.


def session(**options: Any) -> dict[str, Any]:
    (frame,) = MistralListen(model="any", api_key="k", **options).greet()
    return json.loads(str(frame))["session"]


def test_st22_options_are_passed_on_and_those_not_given_are_not() -> None:
    sixteen = {"encoding": "pcm_s16le", "sample_rate": 16_000}
    assert session() == {"audio_format": sixteen}
    full = session(target_streaming_delay_ms=240, context_bias=("a",), turn_detection={})
    assert full == {
        "audio_format": sixteen,
        "target_streaming_delay_ms": 240,
        "context_bias": ["a"],
        "turn_detection": {},
    }


def test_st17_a_language_becomes_the_vendor_s_code() -> None:
    assert session(language="fr-CA")["language"] == "fr"


def test_st25_the_address_names_the_model() -> None:
    opening = asyncio.run(MistralListen(model="any", api_key="k").open())
    assert opening.url == "wss://api.mistral.ai/v1/audio/transcriptions/realtime?model=any"


def test_without_a_key_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
    with pytest.raises(ProviderError, match="MISTRAL_API_KEY"):
        asyncio.run(MistralListen(model="any").open())
