"""Two providers of which one is heard, and a report."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import reactivex as rx

from rxvoice import (
    AudioFrame,
    Sentence,
    Session,
    SpeechStarted,
    SpeechStopped,
    Token,
    Transcript,
    Usage,
    Word,
)
from rxvoice.aio import from_async
from rxvoice.operators import ab, transcribe
from rxvoice.testing import Response, ScriptedLLM, marbles, pause, run_virtual, silence
from tests.operators.ensembles import LOST, SAID, Voice, always, asking, chat, of, values
from tests.operators.fakes import FakeRecogniser, sound


@pytest.mark.parametrize("live", ["a", "b"])
def test_only_the_live_one_is_heard(live: Any) -> None:
    with marbles() as m:
        first, second = m.cold("-a-a|", SAID), m.cold("--b---b|", SAID)
        llm = ab(chat(first), chat(second), live=live)
        m.expect(asking(llm)).to_be("-a-a|" if live == "a" else "--b---b|", SAID)
        m.expect_subscriptions(first, "^---!")
        m.expect_subscriptions(second, "^------!")
    (pair,) = llm.report.pairs
    assert (pair.a.text, pair.b.text) == ("aa", "bb")
    assert (pair.a.first, pair.b.first) == pytest.approx((0.02, 0.04))
    assert (pair.a.total, pair.b.total) == pytest.approx((0.08, 0.14))


@pytest.mark.parametrize("shadow", ["#", "|", "----", "b#", "bbbbbbbb-b|", "(bbb#)"])
@pytest.mark.parametrize("heard", ["-a-a|", "|", "-a-#", "------"])
def test_whatever_the_shadow_does_the_live_one_is_the_same(shadow: str, heard: str) -> None:
    with marbles() as m:
        llm = ab(chat(m.cold(heard, SAID, LOST)), chat(m.cold(shadow, SAID)), grace=0.1)
        m.expect(asking(llm), "^----------!").to_be(heard, SAID, LOST)


def test_a_shadow_that_raises_when_it_is_asked_disturbs_nobody() -> None:
    def broken(_: object) -> Any:
        raise LOST

    with marbles() as m:
        llm = ab(chat(m.cold("-a|", SAID)), broken)
        m.expect(asking(llm)).to_be("-a|", SAID)
    assert llm.report.pairs[0].b.failure == "ConnectionError: lost"


@pytest.mark.parametrize(("grace", "lives"), [(0.0, "^-!"), (0.08, "^-----!"), (5.0, "^-------!")])
def test_the_shadow_is_given_a_time_of_grace(grace: float, lives: str) -> None:
    with marbles() as m:
        shadow = m.cold("--b----b|", SAID)
        llm = ab(chat(m.cold("-a|", SAID)), chat(shadow), grace=grace)
        m.expect(asking(llm)).to_be("-a|", SAID)
        m.expect_subscriptions(shadow, lives if grace < 1.0 else "^-------!")
    assert llm.report.pairs[0].b.cut is (grace < 1.0)


def test_an_interruption_leaves_the_shadow_its_grace() -> None:
    with marbles() as m:
        heard, shadow = m.cold("-a-----a|", SAID), m.cold("--b-b|", SAID)
        llm = ab(chat(heard), chat(shadow))
        m.expect(asking(llm), "^--!").to_be("-a-", SAID)
        m.expect_subscriptions(heard, "^--!")
        m.expect_subscriptions(shadow, "^----!")
    (pair,) = llm.report.pairs
    assert (pair.a.cut, pair.a.total) == (True, None)
    assert (pair.b.cut, pair.b.text) == (False, "bb")


def test_the_shadow_dies_with_the_session() -> None:
    closed: list[float] = []

    async def slow() -> AsyncIterator[Token]:
        try:
            yield Token("b")
            await asyncio.sleep(60.0)
        finally:
            closed.append(asyncio.get_running_loop().time())

    async def main() -> None:
        async with Session() as session:
            llm = ab(chat(rx.just(Token("a"))), chat(from_async(slow)), grace=30.0)
            session.subscribe(asking(llm))
            await pause(2.0)
            assert not closed
        assert closed == [pytest.approx(2.0)]
        assert llm.report.pairs[0].b.cut
        assert not llm.report.pairs[0].b.failure

    run_virtual(main())


def test_usage_and_failures_are_in_the_report() -> None:
    llm = ab(
        ScriptedLLM(Response("'Hi.' u |", {"u": Usage("a", 10, 2)}), LOST),
        ScriptedLLM("Hi!", "Yes."),
    )
    with marbles() as m:
        m.record(asking(llm))
        m.record(asking(llm), "50ms ^")
    report = llm.report
    assert report.same == 1
    assert [trial.failure for trial in report.trials("a")] == ["", "ConnectionError: lost"]
    assert report.trials("a")[0].input_tokens == 10
    assert [pair.number for pair in report.pairs] == [1, 2]
    assert report.first("b") == pytest.approx(0.3)
    assert str(report) == "\n".join(
        [
            "            a (heard)       b",
            "answers             1       2",
            "failures            1       0",
            "first item     0.00 s  0.30 s",
            "whole          0.04 s  0.30 s",
            "tokens              2       0",
            "same words  1 of 1",
        ]
    )


def test_an_empty_report_is_a_table_too() -> None:
    assert "–" in str(ab(chat(), chat()).report)


def test_voices_are_compared_reply_by_reply_from_the_first_sentence() -> None:
    first, second = Voice(), Voice(4)
    tts = ab(first, second)
    with marbles(tick=0.1) as m:
        text = m.hot("--S-T-|", {"S": Sentence("one two"), "T": Sentence("three")})
        log = m.record(text.pipe(tts))
    assert [word.text for word in of(Word, values(log))] == ["one", "two", "three"]
    (pair,) = tts.report.pairs
    assert (pair.a.text, pair.a.first, pair.a.total) == ("one two three", 0.0, pytest.approx(0.4))
    assert pair.a.audio == pytest.approx(0.3)
    assert (pair.b.failure, pair.b.text) == ("ConnectionError: lost", "one two")


def late(text: str, frames: int) -> FakeRecogniser:
    """Return a recogniser that answers so many frames after the end of speech."""
    left = -1

    def answer(item: object) -> Any:
        nonlocal left
        if isinstance(item, SpeechStopped):
            left = frames
        elif isinstance(item, AudioFrame) and left > 0:
            left -= 1
            if left == 0:
                return [Transcript(text, is_final=True, is_finalized=True)]
        return []

    return FakeRecogniser(answer)


def test_recognisers_are_compared_speech_by_speech() -> None:
    stt = ab(late("hello", 1), late("Hello!", 3))
    items = {"[": SpeechStarted(0.0), "]": SpeechStopped(0.0), "a": sound("s")}
    with marbles(tick=0.1) as m:
        log = m.record(m.hot("-[aa]aaaaa[a]aaaaa|", items).pipe(transcribe(stt)))
    assert [t.text for t in of(Transcript, values(log))] == ["hello", "hello"]
    pairs = stt.report.pairs
    assert [(pair.a.text, pair.b.text) for pair in pairs] == [("hello", "Hello!")] * 2
    assert [(pair.a.total, pair.b.total) for pair in pairs] == [pytest.approx((0.1, 0.3))] * 2
    assert stt.report.same == 2


def test_the_sources_failure_is_the_live_ones() -> None:
    with marbles() as m:
        tts = ab(Voice(), always(m.cold("------")), grace=0.0)
        m.expect(m.hot("-#").pipe(tts)).to_be("-#")


def test_functions_are_compared_too() -> None:
    async def one(audio: AudioFrame) -> Transcript:
        await pause(audio.duration)
        return Transcript("one", is_final=True)

    async def two(_: AudioFrame) -> Transcript:
        await pause(1.0)
        raise LOST

    async def main() -> None:
        recognise = ab(one, two)
        assert (await recognise(silence(0.5))).text == "one"
        await pause(1.0)
        (pair,) = recognise.report.pairs
        assert (pair.a.text, pair.b.failure) == ("one", "ConnectionError: lost")

    run_virtual(main())


def test_the_report_is_bounded() -> None:
    llm = ab(chat(rx.just(Token("a"))), chat(rx.just(Token("a"))))
    with marbles() as m:
        m.record(rx.concat(*[asking(llm)] * 1_001))
    assert [pair.number for pair in llm.report.pairs[:1]] == [2]
    assert len(llm.report.pairs) == 1_000


def test_bad_arguments_are_refused_at_the_call() -> None:
    with pytest.raises(ValueError, match="live"):
        ab(chat(), chat(), live="c")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="grace"):
        ab(chat(), chat(), grace=-1.0)
