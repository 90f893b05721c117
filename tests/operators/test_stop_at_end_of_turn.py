"""The stop strategy that asks a model.

``S`` speech starts, ``E`` it stops (after 0.2 s of silence), ``i`` an interim transcript, ``t`` a
final one, ``f`` a finalised one, ``x`` the turn may stop, ``y`` and ``n`` the model's yes and no.
One column is 0.1 s. The recogniser has 1.0 − 0.2 = 0.8 s, if not said otherwise.
"""

import asyncio
import math
from typing import Any, assert_type

import numpy as np
import pytest
import reactivex as rx

from rxvoice.aio import in_thread
from rxvoice.contracts import EndOfTurn, Heard, Operator, StopStrategy
from rxvoice.items import (
    AudioFrame,
    Fault,
    Metric,
    SpeechStarted,
    SpeechStopped,
    StopTurn,
    Transcript,
)
from rxvoice.operators import stop_at_end_of_turn
from rxvoice.testing import marbles
from tests.operators.fakes import chop

TICK = 0.1
RATE = 16_000
YES, NO = 0.9, 0.1
ITEMS: dict[str, Any] = {
    "S": SpeechStarted(1.0, 0.2),
    "E": SpeechStopped(3.0, 0.2),
    "i": Transcript("hal", False),
    "t": Transcript("hallo", True),
    "f": Transcript("hallo", True, True),
    "b": Transcript("", True, True),
    "m": Transcript("", False),
    "x": StopTurn("end_of_turn"),
    "y": Metric("end_of_turn", "probability", YES),
    "n": Metric("end_of_turn", "probability", NO),
    "w": Fault("end_of_turn", "the end-of-turn model failed: boom"),
}


class Model:
    """Judges turns as a list says; the last judgement holds for all that follow."""

    def __init__(self, *judgements: float | Exception, cost: float = 0.1) -> None:
        self.heard: list[AudioFrame] = []
        self.cancelled = 0
        self._judgements = judgements
        self._cost = cost

    async def __call__(self, audio: AudioFrame) -> float:
        self.heard.append(audio)
        judgement = self._judgements[min(len(self.heard), len(self._judgements)) - 1]
        try:
            await in_thread(lambda: None, cost=self._cost)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(judgement, Exception):
            raise judgement
        return judgement


def stopping(model: EndOfTurn, **options: Any) -> Operator[Any, Any]:
    """Return the strategy as an operator on streams of any type."""
    return lambda source: stop_at_end_of_turn(model, **options)(source)


def check(heard: str, model: EndOfTurn, expected: str, **options: Any) -> None:
    with marbles(TICK) as m:
        m.expect(m.hot(heard, ITEMS).pipe(stopping(model, **options))).to_be(expected, ITEMS)


def test_a_complete_turn_stops_as_soon_as_its_text_is_finalised() -> None:
    """TU13: the judgement is published first."""
    check("S--E--f", Model(YES), "----y-(x|)")
    check("S-fE---", Model(YES), "----(y x|)")
    check("S--Ef", Model(YES), "----(y x|)", latency=9.0)


def test_a_complete_turn_with_text_stops_when_the_recogniser_had_its_time() -> None:
    """TU13: until the latency timer, not longer."""
    check("S-tE", Model(YES), "----y 600ms (x|)")
    check("S--E---t", Model(YES), "----y 600ms (x|)")
    check("S-tE", Model(YES), "----(y x|)", latency=0.3)


def test_a_late_transcript_stops_a_complete_turn_at_once() -> None:
    """TU13, TU10: the recogniser had its time."""
    check("S--E 2s t", Model(YES), "----y 1900ms (x|)")
    check("S--E 2s i-m-t", Model(YES), "----y 2300ms (x|)")


def test_a_complete_turn_without_any_text_goes_on() -> None:
    """TU13: but for a finalised blank transcript, which says that nothing was said."""
    check("S--E 9s", Model(YES), "----y")
    check("S--E---b", Model(YES), "----y--(x|)")


def test_an_incomplete_turn_goes_on() -> None:
    """TU13: keep listening, whatever text there is."""
    check("S-fE-S", Model(NO), "----n")
    check("S-fE-S--E", Model(NO, YES), "----n----y 600ms (x|)")


def test_three_seconds_of_silence_complete_a_turn_all_the_same() -> None:
    """TU14: counted from the real end of the speech, 0.2 s before the stop."""
    check("S-fE", Model(NO), "----n 2600ms (x|)")
    check("S-fE", Model(NO), "----n 1600ms (x|)", max_delay=2.0)
    check("S-fE", Model(NO), "---(x|)", max_delay=0.1)
    check("S--E 4s t", Model(NO), "----n 3900ms (x|)")


def test_a_model_that_never_answers_is_not_waited_for_longer_than_that() -> None:
    """TU14: the question is withdrawn."""
    cancelled: list[bool] = []

    async def never(audio: AudioFrame) -> float:
        try:
            return await asyncio.get_running_loop().create_future()
        finally:
            cancelled.append(True)

    check("S-fE", never, "3100ms (x|)")
    assert cancelled == [True]


def test_speech_that_resumes_withdraws_the_question() -> None:
    """TU13: what the model would have said is not published."""
    model = Model(YES, NO, cost=0.3)
    check("S-fE-S--E", model, "1100ms n 2400ms (x|)")
    assert model.cancelled == 1


def test_speech_that_resumes_stops_the_timers() -> None:
    """TU13: nothing leaks from one pause into the next."""
    check("S-tE-----S 9s", Model(YES), "----y")
    check("S-tE-----S--E", Model(YES), "----y--------y 600ms (x|)")


@pytest.mark.parametrize("judgement", [0.5, 0.500001, 1.0])
def test_the_threshold_itself_is_complete(judgement: float) -> None:
    """TU13: 0.5 unless given."""
    with marbles(TICK) as m:
        stopped = m.hot("S-fE", ITEMS).pipe(stopping(Model(judgement)))
        m.expect(stopped).to_be(
            "----(p x|)", {**ITEMS, "p": Metric("end_of_turn", "probability", judgement)}
        )
    check("S-fE", Model(YES), "----y 2600ms (x|)", threshold=0.95)


def test_a_model_that_raises_gives_a_fault_and_counts_as_complete() -> None:
    """TU13: nobody waits for it."""
    check("S--E--f", Model(ValueError("boom")), "----w-(x|)")

    def broken(audio: AudioFrame) -> Any:
        raise ValueError("boom")

    check("S-fE", broken, "---(w x|)")


def test_without_voice_activity_a_turn_is_assumed_complete() -> None:
    """TU13: 0.6 s after its last text, at once when that is finalised; the model is not asked."""
    model = Model(NO)
    check("t", model, "600ms (x|)")
    check("t--t", model, "900ms (x|)")
    check("i-t-m", model, "800ms (x|)")
    check("i-f", model, "--(x|)")
    check("i-m", model, "")
    check("t", model, "200ms (x|)", min_delay=0.2)
    assert model.heard == []


def test_voice_activity_that_comes_late_takes_over() -> None:
    """TU13: then the model is asked."""
    check("t--S--E", Model(YES), "-------y 600ms (x|)")


def counted(start: float, end: float, rate: int = RATE) -> AudioFrame:
    samples = np.arange(round(start * rate), round(end * rate)) % 30_000
    return AudioFrame(samples.astype(np.int16), rate, start)


def judged(*items: Heard, **options: Any) -> AudioFrame:
    """Return what the model gets to hear at the last stop."""
    model = Model(NO, cost=0.0)
    with marbles() as m:
        heard = rx.concat(rx.from_iterable(items), rx.never())
        m.record(heard.pipe(stopping(model, **options)))
    return model.heard[-1]


def frames(start: float, end: float, rate: int = RATE) -> list[AudioFrame]:
    audio = counted(start, end, rate)
    return chop(audio, [rate // 50] * (len(audio.samples) * 50 // rate))


def test_the_model_hears_the_turn_from_half_a_second_before_the_speech() -> None:
    """TU14: 0.5 s of pre-roll, whether the audio came before the mark or, as of a gate, after."""
    start, stop = SpeechStarted(2.2, 0.2), SpeechStopped(4.03, 0.2)
    expected = counted(1.5, 4.03)
    for heard in (
        judged(*frames(1.0, 2.2), start, *frames(2.2, 4.1), stop),
        judged(start, *frames(1.2, 4.1), stop),
        judged(start, counted(0.0, 9.0), stop),
    ):
        assert np.array_equal(heard.samples, expected.samples)
        assert heard.pts == pytest.approx(1.5)
    longer = judged(start, *frames(1.0, 4.1), stop, prefix_padding=0.8)
    assert np.array_equal(longer.samples, counted(1.2, 4.03).samples)


def test_the_model_hears_the_last_eight_seconds_at_most() -> None:
    """TU14: 8 s, up to the stop."""
    heard = judged(SpeechStarted(0.2, 0.2), *frames(0.0, 12.0), SpeechStopped(11.5, 0.2))
    assert np.array_equal(heard.samples, counted(3.5, 11.5).samples)


def test_the_model_hears_what_was_said_before_a_pause_and_silence_for_it() -> None:
    """TU14: the turn, not the last utterance; the gate lets no audio pass in a pause."""
    heard = judged(
        SpeechStarted(0.2, 0.2),
        *frames(0.0, 1.0),
        SpeechStopped(1.0, 0.2),
        SpeechStarted(2.2, 0.2),
        *frames(1.6, 3.0),
        SpeechStopped(3.0, 0.2),
    )
    expected = [counted(0.0, 1.0).samples, np.zeros(9_600), counted(1.6, 3.0).samples]
    assert np.array_equal(heard.samples, np.concatenate(expected))


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_the_model_hears_16_khz(rate: int) -> None:
    """TU14: whatever the rate of the audio; never more than 8 s of it."""
    heard = judged(SpeechStarted(0.2, 0.2), *frames(0.0, 10.0, rate), SpeechStopped(10.0, 0.2))
    assert heard.rate == RATE
    assert len(heard.samples) == pytest.approx(8 * RATE, abs=1)
    assert len(heard.samples) <= 8 * RATE


def test_a_stop_without_any_audio_is_judged_too() -> None:
    """TU13: on an empty frame; the model decides what that means."""
    assert len(judged(SpeechStarted(0.2), SpeechStopped(1.0)).samples) == 0


def test_never_empty_and_errors_stay_so() -> None:
    """TU13: it ends as the source ends, its timers and questions with it."""
    with marbles(TICK) as m:
        m.expect(m.cold("-", ITEMS).pipe(stopping(Model(YES))), "^--!").to_be("")
        m.expect(m.cold("--|", ITEMS).pipe(stopping(Model(YES)))).to_be("--|")
        m.expect(m.cold("S-E#", ITEMS).pipe(stopping(Model(YES, cost=9.0)))).to_be("---#")


def test_unsubscribing_withdraws_the_question() -> None:
    """TU13: nothing is left."""
    model = Model(YES, cost=9.0)
    with marbles(TICK) as m:
        source = m.hot("StE", ITEMS)
        m.expect(source.pipe(stopping(model)), "^---!").to_be("")
        m.expect_subscriptions(source, "^---!")
    assert model.cancelled == 1


def test_two_subscribers_are_independent() -> None:
    """TU01: state belongs to a subscription."""
    model = Model(YES)
    with marbles(TICK) as m:
        stopped = m.hot("S-f-E 1s t", ITEMS).pipe(stopping(model))
        m.expect(stopped).to_be("-----(y x|)", ITEMS)
        m.expect(stopped, "---^").to_be("-----y 900ms (x|)", ITEMS)
    assert len(model.heard) == 2


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("threshold", 1.5),
        ("threshold", math.nan),
        ("latency", -1.0),
        ("min_delay", math.nan),
        ("max_delay", math.inf),
        ("prefix_padding", -0.5),
    ],
)
def test_bad_arguments_are_refused_at_the_call(argument: str, value: float) -> None:
    """TU13: by name."""
    options: dict[str, Any] = {argument: value}
    with pytest.raises(ValueError, match=argument):
        stop_at_end_of_turn(Model(YES), **options)


def test_its_type_is_a_stop_strategy() -> None:
    """TU13: it can be given to aggregate_turn."""
    assert_type(stop_at_end_of_turn(Model(YES)), StopStrategy)
