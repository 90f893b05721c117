"""What `vad_gate` does when audio ceases to come."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops

from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame, SpeechStarted, SpeechStopped
from rxvoice.operators import vad_gate
from rxvoice.testing import anything, approx, marbles, timers_left
from tests.operators.fakes import FakeDetector, as_audio, as_letters, listen, sound

QUICK: dict[str, Any] = {
    "min_speech": 0.06,
    "min_silence": 0.06,
    "prefix_padding": 0.04,
    "min_volume": 0.0,
    "ongoing_every": 0.0,
}


def gated(letters: Observable[Any], detector: FakeDetector, **options: Any) -> Observable[Any]:
    return letters.pipe(as_audio(), vad_gate(lambda: detector, **{**QUICK, **options}))


def is_mark(item: object) -> bool:
    return isinstance(item, SpeechStarted | SpeechStopped)


def is_stop(item: object) -> bool:
    return isinstance(item, SpeechStopped)


def test_a_stop_is_forced_exactly_one_time_out_after_the_last_audio() -> None:
    """AU06: the microphone was muted; the time without audio counts as silence."""
    with marbles() as m:
        marks = gated(m.hot("ssssssq"), listen()).pipe(ops.filter(is_mark))
        m.expect(marks).to_be_items(
            [
                (0.04, approx(SpeechStarted(0.06, 0.06))),
                (1.12, approx(SpeechStopped(1.14, 1.02))),  # speech ended at 0.12
            ]
        )


@pytest.mark.parametrize(("last", "stop"), [(0.3, 1.3), (0.99, 1.99), (1.03, 2.03), (1.05, 1.04)])
def test_the_delay_is_never_up_to_twice_the_time_out(last: float, stop: float) -> None:
    """AU06: detection latency is bounded by the time-out wherever its timer stands."""
    extra = sound("s", pts=0.06)
    with marbles() as m:
        heard = m.hot(f"sss {round((last - 0.06) * 1000)}ms x", {"x": extra})
        stops = gated(heard, listen()).pipe(ops.filter(is_stop))
        m.expect(stops).to_be_items([(stop, anything)])


def test_frames_do_not_wake_the_timer() -> None:
    """AU06: one timer, and one call a second however many frames come."""
    calls: list[float] = []

    class Counting(LoopScheduler):
        def call_at(self, when: float, action: Callable[[], object]) -> abc.DisposableBase:
            calls.append(when)
            return super().call_at(when, action)

    with marbles() as m:
        speech = gated(m.cold("s*500 |"), listen())
        m.at(0.0, lambda: speech.subscribe(scheduler=Counting(m.loop)))
    assert all(later - sooner > 0.97 for sooner, later in pairwise(calls))
    assert calls[-1] > 9.0


def test_a_zero_time_out_never_fires() -> None:
    """AU06: 0 disables."""
    with marbles() as m:
        letters = gated(m.hot("ssss 60s |"), listen(), idle_timeout=0.0).pipe(as_letters)
        m.expect(letters).to_be("--(B s s s)s 60s (E|)")


def test_it_never_fires_when_it_is_quiet() -> None:
    """AU06: neither before speech, nor while starting, nor after a stop."""
    with marbles() as m:
        m.expect(gated(m.hot("qqqss 9s |"), listen())).to_be("----- 9s |")
        stopped = gated(m.hot("sssqqq 9s |"), listen()).pipe(as_letters)
        m.expect(stopped).to_be("--(B s s s)qq(q E) 9s |")


def test_a_frame_without_samples_is_no_audio() -> None:
    """AU06: a muted microphone may go on sending nothing."""
    empty = AudioFrame(sound("s").samples[:0], 16_000, 0.06)
    with marbles() as m:
        heard = m.hot("sss e*100 |", {"e": empty})
        stops = gated(heard, listen()).pipe(ops.filter(is_stop))
        m.expect(stops).to_be_items([(1.04, approx(SpeechStopped(1.06, 1.0)))])


def test_after_a_forced_stop_everything_begins_anew() -> None:
    """AU06: the detector forgets, a start needs its full run, nothing passes twice."""
    detector = listen()
    with marbles() as m:
        letters = gated(m.hot("ssss 2s qssss|"), detector).pipe(as_letters)
        m.expect(letters).to_be("--(B s s s)s 980ms E 1000ms ---(B q s s s)s(E|)")
    assert detector.resets == 1


def test_a_forced_stop_does_not_shift_the_marks_that_follow() -> None:
    """AU06: what waited for a whole window is dropped and not counted."""
    slow = listen(window=480)
    with marbles() as m:
        before = m.cold("ssss 2s |").pipe(as_audio())
        after = m.cold("sssss").pipe(as_audio(first=3.0))
        marks = rx.concat(before, after).pipe(vad_gate(lambda: slow, **QUICK), ops.filter(is_mark))
        m.expect(marks).to_be_items(
            [
                (0.04, approx(SpeechStarted(0.06, 0.06))),
                (1.06, approx(SpeechStopped(1.08, 1.0))),
                (2.12, approx(SpeechStarted(3.06, 0.06))),
                (3.16, approx(SpeechStopped(4.1, 1.0))),
            ]
        )


def test_a_hole_in_the_times_of_a_fast_source_is_as_good_as_a_time_out() -> None:
    """AU06: a recording that is played faster than real time gives the same marks."""
    with marbles() as m:
        before = rx.of(sound("ssssss"))
        after = rx.of(sound("ssss", pts=3.0))
        letters = rx.concat(before, after).pipe(vad_gate(listen, **QUICK))
        m.expect(letters).to_be(
            "(b f e c g d |)",
            {
                "b": approx(SpeechStarted(0.06, 0.06)),
                "f": sound("ssssss"),
                "e": approx(SpeechStopped(1.12, 1.0)),
                "c": approx(SpeechStarted(3.06, 0.06)),
                "g": sound("ssss", pts=3.0),
                "d": approx(SpeechStopped(3.08, 0.0)),
            },
        )


def test_unsubscribing_takes_the_timer_along() -> None:
    """AU06, AU04: nothing is left."""
    detector = listen()
    with marbles() as m:
        m.expect(gated(m.hot("sss"), detector).pipe(as_letters), "^---!").to_be("--(B s s s)")
        m.at(0.09, lambda: left.extend(timers_left(m.loop)))
        left: list[asyncio.TimerHandle] = []
    assert left == []
    assert detector.closed == 1
