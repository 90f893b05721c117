"""Asking several providers, and hearing one: `race` and `hedge`."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st

from rxvoice import (
    AudioFrame,
    Fault,
    Metric,
    Sentence,
    SpeechStarted,
    SpeechStopped,
    Token,
    Transcript,
    Usage,
    Word,
)
from rxvoice.aio import Scope
from rxvoice.operators import hedge, race
from rxvoice.testing import OnNext, marbles, pause, run_virtual, silence
from tests.operators.ensembles import (
    BAD_KEY,
    LOST,
    SAID,
    SLOW,
    Voice,
    always,
    asking,
    chat,
    of,
    values,
)
from tests.operators.fakes import FakeRecogniser, sound

ANSWERS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["t", "t", "u", "m"])), max_size=5)
ENDINGS = st.sampled_from(["|", "#", ""])


def diagram(answer: list[tuple[int, str]], ending: str, name: str) -> str:
    """Return an answer: ``t`` a token that tells whose it is, ``u`` usage, ``m`` a metric."""
    text = "".join("-" * gap + (name if kind == "t" else kind) for gap, kind in answer)
    return f"{text}-{ending}" if ending else f"{text}-"


@given(
    answers=st.lists(st.tuples(ANSWERS, ENDINGS), min_size=2, max_size=4),
    after=st.sampled_from([0.0, 0.02, 0.06, 0.5]),
)
def test_no_item_of_a_loser_comes_after_the_winners_first(
    answers: list[tuple[list[tuple[int, str]], str]], after: float
) -> None:
    """And all of the winner's come, in order; the losers are unsubscribed at that instant."""
    with marbles() as m:
        known = {name: Token(name) for name in "ABCD"}
        items = {**known, "u": Usage("x", 1), "m": Metric("x", "ttfb", 0.1)}
        streams = [
            m.cold(diagram(answer, ending, name), items)
            for (answer, ending), name in zip(answers, "ABCD", strict=False)
        ]
        members = [chat(stream) for stream in streams]
        made = hedge(*members, after=after) if after else race(*members)
        log = m.record(asking(made))
    names = {item.text for item in of(Token, values(log))}
    assert len(names) <= 1
    if not names:
        return
    winner = "ABCD".index(names.pop())
    answer, ending = answers[winner]
    texts = [item for item in values(log) if not isinstance(item, Fault)]
    assert len(texts) == len(answer)
    begins = next(at for at, note in log if getattr(note, "value", None) == Token("ABCD"[winner]))
    for index, stream in enumerate(streams):
        for life in stream.lives:
            if index != winner:
                assert life.stopped is not None
                assert life.stopped <= begins + 1e-9
    assert isinstance(log[-1][1], OnNext) is not bool(ending)


def test_race_unsubscribes_the_others_at_once() -> None:
    with marbles() as m:
        first, second, third = m.cold("---a"), m.cold("-u-b-b|", SAID), m.cold("-----c")
        llm = race(chat(first), chat(second), chat(third))
        m.expect(asking(llm)).to_be("---a", {"a": "a"})
        m.expect_subscriptions(second, "^--!")
        m.expect_subscriptions(third, "^--!")


def test_what_is_told_before_the_answer_comes_with_the_answer() -> None:
    with marbles() as m:
        first, second = m.cold("u-----a|", SAID), m.cold("-ue-b|", SAID)
        m.expect(asking(race(chat(first), chat(second)))).to_be("----(ueb)|", SAID)


@pytest.mark.parametrize(
    ("first", "second", "out"),
    [
        ("-#", "---b|", "---b|"),
        ("-|", "---b|", "---b|"),
        ("-|", "---#", "---|"),
        ("-#", "---|", "---|"),
        ("-a-#", "--b|", "-a-#"),
        ("------", "------", "------"),
        ("-u|", "---#", "---(u|)"),
    ],
)
def test_who_fails_or_says_nothing_is_out(first: str, second: str, out: str) -> None:
    with marbles() as m:
        llm = race(chat(m.cold(first, SAID)), chat(m.cold(second, SAID)))
        m.expect(asking(llm), "^------!").to_be(out, SAID)


@pytest.mark.parametrize(("errors", "left"), [((BAD_KEY, SLOW), SLOW), ((SLOW, BAD_KEY), SLOW)])
def test_when_all_fail_the_most_hopeful_error_goes_on(
    errors: tuple[Exception, Exception], left: Exception
) -> None:
    """The other one is told beside the stream."""
    with marbles() as m:
        members = [chat(m.cold("-" * at + "#", error=error)) for at, error in enumerate(errors, 1)]
        llm = race(*members)
        told = m.record(llm.events)
        m.expect(asking(llm)).to_be("--#", error=left)
    (fault,) = values(told)
    assert fault.cause in errors
    assert fault.cause is not left
    assert not fault.fatal


def test_hedge_asks_the_second_only_when_the_first_is_slow() -> None:
    with marbles(tick=0.1) as m:
        quick, slow, other = m.cold("--a|", SAID), m.cold("-------a|", SAID), m.cold("-b|", SAID)
        m.expect(asking(hedge(chat(quick), chat(other), after=0.4))).to_be("--a|", SAID)
        m.expect_subscriptions(other)
    with marbles(tick=0.1) as m:
        slow, other = m.cold("-------a|", SAID), m.cold("-b-|", SAID)
        m.expect(asking(hedge(chat(slow), chat(other), after=0.4))).to_be("-----b-|", SAID)
        m.expect_subscriptions(slow, "^----!")
        m.expect_subscriptions(other, "----^--!")


def test_hedge_hears_the_first_one_when_it_is_quicker_after_all() -> None:
    with marbles(tick=0.1) as m:
        slow, other = m.cold("-----a-|", SAID), m.cold("----b|", SAID)
        m.expect(asking(hedge(chat(slow), chat(other), after=0.4))).to_be("-----a-|", SAID)
        m.expect_subscriptions(other, "----^!")


def test_hedge_asks_the_next_one_at_once_when_one_has_failed() -> None:
    with marbles(tick=0.1) as m:
        streams = [m.cold("-#"), m.cold("-------b"), m.cold("-c|", SAID)]
        llm = hedge(*map(chat, streams), after=0.4)
        m.expect(asking(llm)).to_be("------c|", SAID)
        m.expect_subscriptions(streams[1], "-^----!")
        m.expect_subscriptions(streams[2], "-----^-!")


def test_unsubscribing_stops_all_and_no_timer_is_left() -> None:
    with marbles(tick=0.1) as m:
        first, second = m.cold("-------"), m.cold("-------")
        llm = hedge(chat(first), chat(second), after=0.2)
        m.expect(asking(llm), "^---!").to_be("----")
        m.expect_subscriptions(first, "^---!")
        m.expect_subscriptions(second, "--^-!")


def test_functions_race_too_and_the_loser_is_cancelled() -> None:
    ended: list[str] = []

    def recogniser(name: str, seconds: float) -> Any:
        async def recognise(_: AudioFrame) -> Transcript:
            try:
                await pause(seconds)
            finally:
                ended.append(name)
            return Transcript(name, is_final=True)

        return recognise

    async def main() -> None:
        either = race(recogniser("slow", 2.0), recogniser("quick", 1.0))
        assert (await either(silence(0.1))).text == "quick"
        await pause(0.01)
        assert sorted(ended) == ["quick", "slow"]

    run_virtual(main())


def test_cancelling_who_waits_cancels_all() -> None:
    async def speak(_: str) -> AsyncIterator[AudioFrame | Word]:
        await pause(10.0)
        yield silence(0.1)

    async def main() -> None:
        scope = Scope()

        async def listen() -> None:
            async for _ in hedge(speak, speak, after=0.1)("Hello."):
                pass

        scope.spawn(listen, name="listen")
        await pause(1.0)
        await scope.aclose()

    run_virtual(main())


def test_voices_race_with_the_same_text() -> None:
    slow, quick = always(rx.never()), Voice()
    with marbles() as m:
        text = m.hot("-S--T-|", {"S": Sentence("one two"), "T": Sentence("three")})
        log = m.record(text.pipe(race(slow, quick)))
    assert [word.text for word in of(Word, values(log))] == ["one", "two", "three"]


def test_a_hedged_voice_is_asked_from_the_first_sentence_on() -> None:
    """The second one is given what came before it."""
    second = Voice()
    with marbles(tick=0.1) as m:
        slow = m.cold("----------")
        text = m.hot("---S-T---U-|", {k: Sentence(k) for k in "STU"})
        log = m.record(text.pipe(hedge(always(slow), second, after=0.4)))
        m.expect_subscriptions(slow, "^------!")
    assert [word.text for word in of(Word, values(log))] == ["S", "T", "U"]
    assert log[0][0] == pytest.approx(0.7)


def test_a_hedged_recogniser_is_asked_at_the_end_of_speech() -> None:
    def answer(item: object) -> Any:
        return [Transcript("hello", is_final=True)] if isinstance(item, SpeechStopped) else []

    second = FakeRecogniser(answer)
    with marbles(tick=0.1) as m:
        slow = m.cold("----------------")
        heard = m.hot(
            "-[aa--]-----|", {"[": SpeechStarted(0.1), "]": SpeechStopped(0.6), "a": sound("s")}
        )
        m.expect(heard.pipe(hedge(always(slow), second, after=0.3))).to_be(
            "---------t--|", {"t": Transcript("hello", is_final=True)}
        )
        m.expect_subscriptions(slow, "^--------!")
    assert [type(item) for item in second.heard[0]] == [
        SpeechStarted,
        AudioFrame,
        AudioFrame,
        SpeechStopped,
    ]


def test_the_sources_failure_ends_it_for_all() -> None:
    with marbles() as m:
        first, second = m.cold("------"), m.cold("------")
        m.expect(
            m.hot("-S-#", {"S": Sentence("Hi.")}).pipe(race(always(first), always(second)))
        ).to_be("---#")
        m.expect_subscriptions(first, "^--!")
        m.expect_subscriptions(second, "^--!")


@pytest.mark.parametrize("after", [0.0, -1.0, float("inf")])
def test_bad_arguments_are_refused_at_the_call(after: float) -> None:
    with pytest.raises(ValueError, match="after"):
        hedge(chat(), chat(), after=after)
    with pytest.raises(ValueError, match="names"):
        race(chat(), chat(), names=("a",))


def test_failures_of_winners_go_on() -> None:
    with marbles() as m:
        llm = race(chat(m.cold("-a-#", SAID, LOST)), chat(m.cold("--b|", SAID)))
        m.expect(asking(llm)).to_be("-a-#", SAID, LOST)
