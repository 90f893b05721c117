"""The stop strategy that waits for silence and text.

``S`` speech starts, ``E`` it stops (after 0.2 s of silence), ``i`` an interim transcript, ``t`` a
final one, ``f`` a finalised one, ``n`` a finalised blank one, ``x`` the turn may stop.
One column is 0.1 s. The timers are 0.6 s and 1.0 − 0.2 = 0.8 s, if not said otherwise.
"""

import math
from typing import Any, assert_type

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.contracts import StopStrategy
from rxvoice.items import SpeechStarted, SpeechStopped, StopTurn, Transcript
from rxvoice.operators import stop_after_silence
from rxvoice.testing import OnCompleted, OnNext, marbles
from tests.operators.fakes import sound

TICK = 0.1
ITEMS: dict[str, Any] = {
    "S": SpeechStarted(1.0, 0.2),
    "E": SpeechStopped(3.0, 0.2),
    "Z": SpeechStarted(5.0, 0.2),
    "i": Transcript("hal", False),
    "t": Transcript("hallo", True),
    "f": Transcript("hallo", True, True),
    "o": Transcript("about what was said before Z", True, True, end=2.8),
    "p": Transcript("about what is said since Z", True, True, end=5.5),
    "n": Transcript("", True, True),
    "b": Transcript("", True),
    "m": Transcript("", False),
    "a": sound("s"),
    "x": StopTurn("silence"),
}


def check(heard: str, expected: str, **options: Any) -> None:
    with marbles(TICK) as m:
        source = m.hot(heard, ITEMS)
        m.expect(source.pipe(stop_after_silence(**options))).to_be(expected, ITEMS)


def test_it_stops_when_both_timers_are_over_and_there_is_text() -> None:
    """TU08: 0.6 s in which the user may go on, 0.8 s in which the recogniser may answer."""
    check("S--tE", "1200ms (x|)")
    check("S---E--t", "1200ms (x|)")
    check("S-aaE-at", "1200ms (x|)")


def test_the_timers_are_independent() -> None:
    """TU08: the later one decides; the latency is what is left of it after the stop's delay."""
    check("S--tE", "1000ms (x|)", latency=0.5)
    check("S--tE", "1000ms (x|)", latency=0.1)
    check("S--tE", "1900ms (x|)", min_delay=1.5)
    check("S--tE", "400ms (x|)", min_delay=0.0, latency=0.0)


def test_it_does_not_stop_without_text() -> None:
    """TU08: not even when both are long over."""
    check("S---E 9s", "")
    check("S-i-E-i-b-m", "")


def test_it_does_not_stop_while_the_user_speaks() -> None:
    """TU08: however much text there is."""
    check("S-t-f 9s", "")


def test_speech_that_resumes_cancels_both_timers() -> None:
    """TU08: they run anew from the next stop."""
    check("S--tE---S---E", "2000ms (x|)")
    check("S--tE-----S-E", "2000ms (x|)")
    check("S--tE-S--E-S", "")


def test_a_finalised_transcript_ends_the_wait_for_the_recogniser() -> None:
    """TU09: never the 0.6 s; whether it came before the stop, soon after it or late."""
    check("S--fE", "1000ms (x|)")
    check("S---E-f", "1000ms (x|)")
    check("S---E------f", "1100ms (x|)")


def test_a_new_start_forgets_that_a_transcript_was_finalised() -> None:
    """TU09: more will be said."""
    check("S-fE-S---E", "1700ms (x|)")


def test_an_interim_transcript_forgets_it_too() -> None:
    """TU09: more text will come; blank ones and plain final ones say nothing about that."""
    check("S-fiE", "1200ms (x|)")
    check("S-f-Ei", "1200ms (x|)")
    check("S-fmE", "1000ms (x|)")
    check("S-ftE", "1000ms (x|)")


def test_a_finalised_transcript_of_earlier_speech_settles_nothing() -> None:
    """TU09: where the recogniser says when it was spoken."""
    check("S-E-Zo--E", "1600ms (x|)")
    check("S-E-Zp--E", "1400ms (x|)")


@pytest.mark.parametrize("late", "tf")
def test_a_late_transcript_stops_the_turn_at_once(late: str) -> None:
    """TU10: both timers have run out without text."""
    check(f"S---E 2s {late}", "2500ms (x|)")


def test_a_late_interim_or_blank_transcript_does_not() -> None:
    """TU10: there is still no text."""
    check("S---E 2s i-b-m", "")


def test_a_finalised_blank_transcript_without_other_text_stops_the_turn() -> None:
    """TU08: nothing was said, and nothing will come."""
    check("S---En", "1000ms (x|)")
    check("S---E 2s n", "2500ms (x|)")
    check("S--nEi", "")
    check("S--ntE", "1100ms (x|)")


def test_without_voice_activity_only_the_first_timer_counts() -> None:
    """TU11: from the last transcript with text; the recogniser's latency means nothing."""
    check("t", "600ms (x|)", latency=9.0)
    check("i-t", "800ms (x|)")
    check("t---t", "1000ms (x|)")
    check("t---i", "1000ms (x|)")
    check("f", "600ms (x|)")
    check("t-b-m-n", "600ms (x|)")
    check("i 2s t", "2700ms (x|)")


def test_voice_activity_that_comes_late_takes_over() -> None:
    """TU11: the timer of the transcript is cancelled."""
    check("t--S---E", "1500ms (x|)")
    check("t--E", "1100ms (x|)")


@given(st.text("SEitfnbma---", max_size=30))
def test_it_keeps_its_laws_whatever_comes(heard: str) -> None:
    """TU08: once, not during speech, not before 0.6 s, not without an answer."""
    with marbles(TICK) as m:
        log = m.record(m.hot(heard, ITEMS).pipe(stop_after_silence()))
    assert [type(note) for _, note in log] in ([], [OnNext, OnCompleted])
    for at, _ in log:
        before = heard[: math.floor(at / TICK + 1e-6) + 1]
        marks = [index for index, letter in enumerate(before) if letter in "SE"]
        if marks:
            assert before[marks[-1]] == "E"
            assert at >= (marks[-1] * TICK) + 0.6 - 1e-6
        assert set(before) & set("tfn")


def test_never_empty_and_errors_stay_so() -> None:
    """TU08: it ends as the source ends, its timers with it."""
    with marbles(TICK) as m:
        stop = stop_after_silence()
        m.expect(m.cold("-", ITEMS).pipe(stop), "^--!").to_be("")
        m.expect(m.cold("--|", ITEMS).pipe(stop)).to_be("--|")
        m.expect(m.cold("--#", ITEMS).pipe(stop)).to_be("--#")
        m.expect(m.cold("StE|", ITEMS).pipe(stop)).to_be("---|")


def test_unsubscribing_stops_the_timers() -> None:
    """TU08: nothing is left."""
    with marbles(TICK) as m:
        source = m.hot("StE", ITEMS)
        m.expect(source.pipe(stop_after_silence()), "^---!").to_be("")
        m.expect_subscriptions(source, "^---!")


def warned(
    caplog: pytest.LogCaptureFixture, stop: StopStrategy, *delays: float, turns: int = 1
) -> list[str]:
    """Return what is warned of in some turns in which speech stops with these delays."""
    caplog.clear()
    marks = {chr(97 + index): SpeechStopped(3.0, delay) for index, delay in enumerate(delays)}
    for _ in range(turns):
        with marbles(TICK) as m:
            m.record(m.hot("".join(marks), marks).pipe(stop))
    assert {record.levelname for record in caplog.records} <= {"WARNING"}
    return [record.getMessage() for record in caplog.records]


def test_tu12_an_unusual_stop_delay_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    """TU12: for the strategy, not at each speech or turn; 0.2 s is usual, 0 means unknown."""
    assert warned(caplog, stop_after_silence(), 0.2, 0.0, 0.2) == []
    stop = stop_after_silence()
    (message,) = warned(caplog, stop, 0.2, 0.5, 0.5, turns=3)
    assert "0.5 s of silence" in message
    assert warned(caplog, stop, 0.4) == []


def test_tu12_a_stop_delay_that_leaves_no_time_to_the_recogniser_is_warned_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """TU12: when it is not below the latency; the wait collapses to nothing."""
    stop = stop_after_silence(latency=0.2)
    (message,) = warned(caplog, stop, 0.2, 0.2, turns=2)
    assert "latency of 0.2 s" in message
    assert len(warned(caplog, stop_after_silence(latency=0.4), 0.8)) == 2
    assert warned(caplog, stop_after_silence(latency=0.21), 0.2) == []


def test_tu12_another_latency_is_warned_of_again(caplog: pytest.LogCaptureFixture) -> None:
    """TU12: a recogniser that is known better makes another strategy."""
    assert len(warned(caplog, stop_after_silence(latency=0.1), 0.2)) == 1
    assert len(warned(caplog, stop_after_silence(latency=0.15), 0.2)) == 1


def test_two_subscribers_are_independent() -> None:
    """TU01: state belongs to a subscription."""
    with marbles(TICK) as m:
        stopped = m.hot("S-f-E 1s t", ITEMS).pipe(stop_after_silence())
        m.expect(stopped).to_be("1000ms (x|)", ITEMS)
        m.expect(stopped, "---^").to_be("1500ms (x|)", ITEMS)
        m.expect(stopped, "-----^").to_be("2100ms (x|)", ITEMS)


@pytest.mark.parametrize("argument", ["min_delay", "latency"])
@pytest.mark.parametrize("value", [-0.1, math.nan])
def test_bad_arguments_are_refused_at_the_call(argument: str, value: float) -> None:
    """TU08: by name."""
    with pytest.raises(ValueError, match=argument):
        stop_after_silence(**{argument: value})


def test_its_type_is_a_stop_strategy() -> None:
    """TU08: it can be given to aggregate_turn."""
    assert_type(stop_after_silence(), StopStrategy)
