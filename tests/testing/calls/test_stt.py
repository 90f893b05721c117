"""The scripted recogniser alone, and in a pipe."""

from typing import Any

import pytest
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import Heard
from rxvoice.errors import ProviderError
from rxvoice.items import AudioFrame, Event, Fault, SpeechStarted, SpeechStopped, Transcript, Word
from rxvoice.operators import converse, transcribe
from rxvoice.testing import approx, like, marbles, tone
from rxvoice.testing.calls import ScriptedSTT, conversation

MARKS: dict[str, Heard] = {
    "S": SpeechStarted(1.2, 0.2),
    "E": SpeechStopped(2.2, 0.2),
    "a": tone(0.1, pts=1.0),
    "b": tone(0.3, pts=1.1),
    "c": tone(0.6, pts=1.4),
}


def heard(
    text: str, *, end: float, final: bool = False, words: tuple[Word, ...] = ()
) -> Transcript:
    return Transcript(text, final, final, words=words, pts=1.0, end=end)


def text_of(item: object) -> str:
    assert isinstance(item, Transcript)
    return item.text


def test_words_come_one_by_one_and_in_the_end_with_their_times() -> None:
    stt = ScriptedSTT("good morning to you", word=0.2, latency=0.06)
    words = ("good", "morning", "to", "you")
    times = tuple(Word(word, 1 + at / 4, 1 + (at + 1) / 4) for at, word in enumerate(words))
    values: dict[str, Any] = {
        "x": approx(heard("good", end=1.4)),
        "y": approx(heard("good morning", end=1.4)),
        "z": approx(heard("good morning to", end=2.0)),
        "f": approx(heard("good morning to you", end=2.0, final=True, words=times)),
    }
    with marbles() as m:
        source = m.hot("Sab-c-E-----|", MARKS)
        m.expect(source.pipe(stt)).to_be("--(x y)-z----f--|", values)
        m.expect_subscriptions(source, "^-----------!")
    assert (stt.heard, stt.open) == (1, 0)


def test_texts_follow_each_other_and_then_nothing_is_understood() -> None:
    stt = ScriptedSTT("one", "", latency=0.0)
    with marbles() as m:
        source = m.hot("SaE--SaE--SaE--|", MARKS)
        texts = source.pipe(stt, ops.map(text_of))
        m.expect(texts).to_be("--a----b----b--|", {"a": "one", "b": ""})
    assert stt.heard == 3


def test_what_is_left_comes_when_the_source_ends() -> None:
    stt = ScriptedSTT("one", "two three", latency=1.0)
    with marbles() as m:
        source = m.hot("SaE-Sa|", MARKS)
        texts = source.pipe(stt, ops.map(text_of))
        m.expect(texts).to_be("------(a b|)", {"a": "one", "b": "two three"})


def test_it_fails_where_it_was_told_to_and_starts_anew() -> None:
    stt = ScriptedSTT("lost", "hello", latency=0.02, faults={1: ProviderError("no", provider="x")})
    with marbles() as m:
        source: Observable[Event] = m.hot("SaE--SaE---|", MARKS)
        out = source.pipe(transcribe(stt), ops.filter(lambda item: isinstance(item, Fault)))
        m.expect(out).to_be("f----------|", {"f": like(Fault, source="stt")})
        finals = source.pipe(
            transcribe(ScriptedSTT("hello", latency=0.02)),
            ops.filter(lambda item: isinstance(item, Transcript) and item.is_final),
            ops.map(text_of),
        )
        m.expect(finals).to_be("---a----b--|", {"a": "hello", "b": ""})


def test_a_source_that_fails_or_is_left_stops_it() -> None:
    stt = ScriptedSTT("one", latency=1.0)
    with marbles() as m:
        m.expect(m.hot("SaE-#", MARKS).pipe(stt)).to_be("----#")
        m.expect(m.hot("SaE----------", MARKS).pipe(stt), "^---!").to_be("")
    assert stt.open == 0


def test_an_agent_may_have_a_recogniser_of_its_own() -> None:
    """The user's audio is enough: no text stands in the diagram."""
    call = conversation(
        converse, user="[----] 4s [----]", llm=["Hi.", "Bye."], stt=ScriptedSTT("hello"), audio=True
    )
    assert call.history == ["user: hello", "bot: Hi."]
    assert call.only(AudioFrame)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"word": 0.0}, "word must be positive, got 0.0"),
        ({"latency": -1.0}, "latency must not be negative, got -1.0"),
    ],
)
def test_a_recogniser_that_cannot_be_is_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ScriptedSTT("a", **options)  # pyright: ignore[reportArgumentType]
