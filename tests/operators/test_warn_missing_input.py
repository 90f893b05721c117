"""Audio that does not come any more (AU26)."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from reactivex import abc

from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame, Event, Fault, SpeechStarted
from rxvoice.operators import warn_missing_input
from rxvoice.testing import marbles, timers_left, tone

EMPTY = AudioFrame(tone(0.02).samples[:0], 16_000)
VALUES: dict[str, Event] = {
    "a": tone(0.1),
    "e": EMPTY,
    "S": SpeechStarted(1.0),
    "f": Fault("input", "no audio came for 0.5 s"),
}


def warned(source: str, out: str) -> None:
    with marbles(0.1) as m:
        m.expect(m.hot(source, VALUES).pipe(warn_missing_input())).to_be(out, VALUES)


def test_au26_half_a_second_without_input_is_noticed() -> None:
    warned("-a--------", "-a----f---")


def test_au26_only_after_the_first_audio() -> None:
    warned("-S- 60s -S--", "-S- 60s -S--")


def test_au26_once_per_gap() -> None:
    warned("aaa 60s aaaaaaaa 60s a|", "aaa 400ms f 59.5s aaaaaaaa 400ms f 59.5s a|")


def test_au26_audio_that_comes_in_time_is_no_gap() -> None:
    warned("a---a---a---a----|", "a---a---a---a----|")
    warned("a---a---a---a-----|", "a---a---a---a----f|")


def test_au26_only_audio_is_input() -> None:
    warned("a-S-e----|", "a-S-ef---|")


def test_au26_frames_do_not_touch_the_timer() -> None:
    calls: list[float] = []

    class Counting(LoopScheduler):
        def call_at(self, when: float, action: Callable[[], object]) -> abc.DisposableBase:
            calls.append(when)
            return super().call_at(when, action)

    with marbles(0.02) as m:
        audio = m.cold("a*500 |", VALUES).pipe(warn_missing_input())
        m.at(0.0, lambda: audio.subscribe(scheduler=Counting(m.loop)))
    assert all(later - sooner > 0.47 for sooner, later in pairwise(calls))
    assert calls[-1] > 9.0


def test_never_empty_and_error() -> None:
    warned("---", "---")
    warned("|", "|")
    warned("-a-#", "-a-#")


def test_when_the_source_ends_no_timer_is_left() -> None:
    left: list[object] = []
    with marbles(0.1) as m:
        m.expect(m.hot("-a|", VALUES).pipe(warn_missing_input())).to_be("-a|", VALUES)
        m.expect(m.hot("-a", VALUES).pipe(warn_missing_input()), "^--!").to_be("-a-", VALUES)
        m.at(0.35, lambda: left.extend(timers_left(m.loop)))
    assert left == []


def test_two_subscribers_have_gaps_of_their_own() -> None:
    with marbles(0.1) as m:
        stream = m.hot("a-a--------", VALUES).pipe(warn_missing_input())
        m.expect(stream).to_be("a-a----f---", VALUES)
        m.expect(stream, "---^").to_be("-----------", VALUES)


def test_a_time_out_must_be_positive() -> None:
    with pytest.raises(ValueError, match="timeout"):
        warn_missing_input(timeout=0.0)
