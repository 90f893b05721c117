"""How soon a value has to be followed by another one."""

import textwrap
from collections.abc import Callable

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.items import AudioFrame, Turn, Word
from rxvoice.testing import Marbles, OnCompleted, OnError, like, marbles, tone


def failure(body: Callable[[Marbles], object], seed: int | None = None) -> str:
    with pytest.raises(AssertionError) as caught, marbles(seed=seed) as m:
        body(m)
    text = str(caught.value)
    return text[text.index(": ") + 2 :]


def test_a_stream_follows_another() -> None:
    with marbles() as m:
        turns = m.hot("--a------b----|")
        audio = m.hot("---xxxxx-----yy")
        m.expect(turns).then(audio).within(0.08)


def test_one_stream_may_hold_both() -> None:
    with marbles() as m:
        events = m.hot("-t-w-f-t--f|", {"t": Turn("hi"), "w": Word("hi", 0.0), "f": tone(0.02)})
        m.expect(events).where(Turn).then(AudioFrame).within(0.08)
        m.expect(events).where(lambda item: item == Word("hi", 0.0)).then(AudioFrame).within(0.04)
        m.expect(events).where(like(Turn, text="hi")).then((Word, AudioFrame)).within(0.06)
        m.expect(events).where(Word | AudioFrame).then(OnCompleted).within(0.2)


def test_values_are_picked_on_both_sides_of_two_streams() -> None:
    with marbles() as m:
        left, right = m.hot("-a-b-a----"), m.hot("--yx--x---")
        m.expect(left).where("a").then(right).where("x").within(0.04)


def test_the_end_and_an_error_may_be_what_follows() -> None:
    with marbles() as m:
        m.expect(m.hot("-a-|")).then(OnCompleted).within(0.04)
        m.expect(m.hot("-a-#")).then(OnError(like(Exception))).within(0.04)
        m.expect(m.hot("-a-#")).where(OnError).then(m.hot("----a")).within(0.02)


def test_one_value_may_follow_several() -> None:
    with marbles() as m:
        m.expect(m.hot("-aa----")).then(m.hot("----x")).within(0.06)


def test_what_follows_at_the_same_instant_counts() -> None:
    """Of another stream in any order; of the same stream only what comes after it."""
    with marbles() as m:
        m.expect(m.hot("-a")).then(m.hot("-x")).within(0.0)
        m.expect(m.hot("-(ab)")).where("a").then("b").within(0.0)
    text = failure(lambda m: m.expect(m.hot("-(ba)")).where("a").then("b").within(0.0))
    assert "1 of 1 was not" in text


def test_a_value_of_the_same_stream_is_not_followed_by_itself() -> None:
    with marbles() as m:
        m.expect(m.hot("a-a-a|")).where(lambda item: item == "a").then(OnCompleted).within(0.1)
    text = failure(lambda m: m.expect(m.hot("a-a-a|")).then(lambda item: item == "a").within(0.04))
    assert "1 of 3 was not" in text


def test_both_ends_of_the_bounds_are_included() -> None:
    with marbles() as m:
        a, b = m.hot("a-----"), m.hot("--b---")
        m.expect(a).then(b).within(0.04, at_least=0.04)


def test_a_late_one_is_drawn_with_its_gap() -> None:
    def body(m: Marbles) -> None:
        turns = m.hot("--a-----------b----------c-----|")
        audio = m.hot("----x-----------------y--------|")
        m.expect(turns).then(audio).within(0.1)

    assert failure(body) == textwrap.dedent(
        """\
        turns, then audio within 0.1 s: 2 of 3 were not
        turns     --a-----------b----------c
        audio     ----x-----------------y---
                                ^-------^

                  time  item   followed at  after
              0.040000  'a'       0.080000  0.04 s
        >     0.280000  'b'       0.440000  0.16 s  0.06 s too late
        >     0.500000  'c'          never

        one column is 0.02 s"""
    )


def test_one_that_is_too_early() -> None:
    def body(m: Marbles) -> None:
        turns, audio = m.hot("a---b"), m.hot("-a--(b)|")
        m.expect(turns).then(audio).within(0.3, at_least=0.02)

    text = failure(body)
    assert text.startswith("turns, then audio 0.02 to 0.3 s later: 1 of 2 was not\n")
    assert "0 s  0.02 s too early" in text


def test_the_items_are_named_and_explained() -> None:
    def body(m: Marbles) -> None:
        events = m.hot("--t--------f|", {"t": Turn("hi"), "f": tone(0.02)})
        m.expect(events).where(Turn).then(AudioFrame).within(0.1)

    text = failure(body)
    assert text.startswith("Turn of events, then AudioFrame within 0.1 s: 1 of 1 was not\n")
    assert "A = Turn(text='hi'" in text
    assert "B = AudioFrame(320 samples" in text


def test_a_long_recording_is_cut_around_the_first_that_is_wrong() -> None:
    def body(m: Marbles) -> None:
        turns = m.hot("a-" * 400)
        audio = m.hot("xx" * 300 + "--" * 100)
        m.expect(turns).then(audio).within(0.02)

    text = failure(body)
    assert "100 of 400 were not" in text
    assert max(map(len, text.splitlines())) < 110
    assert text.count("never") < 20


def test_a_test_in_which_nothing_came_fails() -> None:
    def body(m: Marbles) -> None:
        turns = m.hot("---")
        m.expect(turns).then(m.hot("x")).within(0.3)

    assert failure(body) == "turns never came, so nothing was measured"
    with marbles() as m:
        m.expect(m.hot("---")).then(m.hot("x")).within(0.3, times=0)


def test_the_number_of_values_may_be_given() -> None:
    def body(m: Marbles) -> None:
        turns = m.hot("a-b")
        m.expect(turns).then(m.hot("--x")).within(0.3, times=3)

    assert failure(body) == "turns came 2 times, not 3 times"


def test_each_stream_is_subscribed_once() -> None:
    with marbles() as m:
        a, b = m.cold("-a|"), m.cold("--b|")
        m.expect(a).then(b).within(0.1)
        events = m.cold("-a-b|")
        m.expect(events).where("a").then(events).within(0.1)
        m.expect(m.cold("a")).then(lambda: b).within(0.1)
        m.expect_subscriptions(a, "^-!")
        m.expect_subscriptions(b, "^--!", "^--!")
        m.expect_subscriptions(events, "^---!")


def test_both_are_subscribed_at_the_same_time() -> None:
    with marbles() as m:
        a, b = m.cold("-a--"), m.cold("--b-")
        m.expect(a, "--^----!").then(b).within(0.02)
        m.expect_subscriptions(a, "--^----!")
        m.expect_subscriptions(b, "--^----!")


def test_values_and_times_may_be_expected_of_one_stream() -> None:
    with marbles() as m:
        turns = m.hot("-a--b|")
        expectation = m.expect(turns)
        expectation.to_be("-a--b|")
        expectation.then(m.hot("--x--y")).within(0.02)
        expectation.then(OnCompleted).within(0.08)
    text = failure(lambda m: m.expect(m.hot("-a|")).where("b").to_be("-b|"))
    assert "(missing)" in text


def test_where_picks_for_a_diagram_too() -> None:
    with marbles() as m:
        events = m.hot("-t-w-t|", {"t": Turn("hi"), "w": Word("hi", 0.0)})
        m.expect(events).where(Word).to_be("---w--|", {"w": Word("hi", 0.0)})
        m.expect(events).where(Turn).to_be_items([(0.02, like(Turn)), (0.1, like(Turn))])


def test_a_stream_that_depends_on_the_other_is_measured() -> None:
    """The usual case: what is measured is made of the first stream."""
    with marbles() as m:
        turns = m.hot("-a---b---|")
        spoken: Observable[str] = turns.pipe(ops.switch_map(lambda t: m.cold(f"--{t}{t}|")))
        m.expect(turns).then(spoken).within(0.04, at_least=0.04, times=2)


def test_what_is_missing_from_a_sentence_is_told() -> None:
    text = failure(lambda m: m.expect(m.hot("a")).then(m.hot("b")))
    assert text == "the stream, then the other was not told how soon; call within"


def test_bad_arguments_are_refused() -> None:
    with marbles() as m:
        follower = m.expect(m.hot("a")).then(m.hot("a"))
        with pytest.raises(ValueError, match=r"at_least must be in 0…0.1, got 0.2"):
            follower.within(0.1, at_least=0.2)
        with pytest.raises(ValueError, match=r"at_least must be in"):
            follower.within(-0.1)
        with pytest.raises(ValueError, match="times must not be negative"):
            follower.within(0.1, times=-1)
        follower.within(0.1)
        with pytest.raises(ValueError, match="already given"):
            follower.within(0.1)


def test_a_mutant_that_answers_late_fails() -> None:
    def body(delay: float) -> Callable[[Marbles], None]:
        def measured(m: Marbles) -> None:
            questions: Subject[str] = Subject()
            m.at(0.5, lambda: questions.on_next("a"))
            m.at(5.0, lambda: questions.on_next("b"))
            m.expect(questions).then(questions.pipe(ops.delay(delay))).within(0.3)

        return measured

    with marbles() as m:
        body(0.3)(m)
    assert "0.0001 s too late" in failure(body(0.3001))
    with marbles() as m:
        m.expect(rx.never()).then(rx.never()).within(1.0, times=0)
