"""Numbers of `vad_gate` that change while it runs."""

import inspect
from dataclasses import asdict, replace
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import BehaviorSubject

from rxvoice.items import AudioFrame, SpeechOngoing, SpeechStarted, SpeechStopped, VadOptions
from rxvoice.operators import vad_gate
from rxvoice.testing import MarbleError, approx, marbles, timers_left
from tests.operators.fakes import FakeDetector, as_audio, as_letters, listen

QUICK = VadOptions(
    threshold=0.7,
    min_speech=0.06,
    min_silence=0.06,
    min_volume=0.0,
    prefix_padding=0.04,
    idle_timeout=1.0,
    ongoing_every=0.0,
)
PATIENT = replace(QUICK, min_speech=0.1, min_silence=0.1)
VALUES = {"Q": QUICK, "P": PATIENT}


def gated(
    letters: Observable[Any], options: Observable[Any], detector: FakeDetector | None = None
) -> Observable[Any]:
    gate = vad_gate(lambda: detector or listen(), **asdict(QUICK), options=options)
    return letters.pipe(as_audio(), gate, as_letters)


def test_the_options_are_those_of_the_operator() -> None:
    """AU03: names, order and defaults."""
    signature = inspect.signature(vad_gate).parameters.values()
    defaults = {each.name: each.default for each in signature if each.kind is each.KEYWORD_ONLY}
    assert asdict(VadOptions()).items() <= defaults.items()
    assert set(defaults) - set(asdict(VadOptions())) == {"mark_only", "options", "in_thread"}


def test_what_is_in_force_is_announced_at_the_start() -> None:
    """AU03: the initial ones, before anything else."""
    with marbles() as m:
        out = m.hot("--|").pipe(as_audio(), vad_gate(listen, min_silence=0.5, options=rx.never()))
        m.expect(out).to_be("o-|", {"o": VadOptions(min_silence=0.5)})


def test_a_behaviour_subject_gives_the_first_ones() -> None:
    """AU03: what is there at the start is announced once, and nothing else."""
    settings: BehaviorSubject[VadOptions] = BehaviorSubject(QUICK)
    with marbles() as m:
        m.at(0.17, lambda: settings.on_next(PATIENT))
        out = m.hot("qqsssqqqqssssss|").pipe(
            as_audio(), vad_gate(listen, min_volume=1.0, options=settings), as_letters
        )
        m.expect(out).to_be("Q---(B q q s s s)qq(q E) 10ms P 10ms ---(B q s s s s s)s(E |)", VALUES)


def test_without_a_stream_of_options_nothing_is_announced() -> None:
    """AU03: nothing can change, so nobody has to know."""
    with marbles() as m:
        out = m.hot("sss|").pipe(as_audio(), vad_gate(listen))
        m.expect(out).to_be("---|")


def test_a_run_of_speech_is_counted_anew_by_the_new_numbers() -> None:
    """AU03: new parameters apply at once and reset the counters."""
    with marbles() as m:
        settings = m.hot("--P------", VALUES)
        heard = m.hot("   ssssssss|")
        # Counted are the windows behind the change: five from the third, not three in all.
        m.expect(gated(heard, settings)).to_be("Q-P---(B s s s s s s s)s(E |)", VALUES)


def test_a_run_of_silence_is_counted_anew_and_speech_stays_speech() -> None:
    """AU03: speech that is under way is not cut in two by a change."""
    with marbles() as m:
        settings = m.hot("-----P-----", VALUES)
        heard = m.hot("   sssqqqqqqq|")
        m.expect(gated(heard, settings)).to_be("Q-(B s s s)qq(P q)qqq(q E)|", VALUES)


def test_the_threshold_and_the_volume_apply_to_the_next_window() -> None:
    """AU03: at once."""
    unsure = FakeDetector([0.5] * 40)
    lower = replace(QUICK, threshold=0.5)
    with marbles() as m:
        settings = m.hot("----L-----V----", {"Q": QUICK, "L": lower, "V": VadOptions(min_volume=1)})
        out = gated(m.hot("ssssssssssssss|"), settings, unsure)
        m.expect(out).to_be(
            "Q---L-(B s s s s s)sss(V s)sss(E |)",
            {"Q": QUICK, "L": lower, "V": VadOptions(min_volume=1)},
        )


def test_the_pre_roll_may_become_longer() -> None:
    """AU03: from what is kept since then."""
    longer = replace(QUICK, prefix_padding=0.1)
    values = {"Q": QUICK, "L": longer}
    with marbles() as m:
        heard = m.hot("   qqqqqqqqqqsss|")
        settings = m.hot("-----L----", values)
        m.expect(gated(heard, settings)).to_be("Q----L------(B q q q q q s s s)(E |)", values)


def test_a_shorter_idle_time_out_applies_to_speech_that_is_under_way() -> None:
    """AU03, AU06: the time without audio so far counts."""
    short = replace(QUICK, idle_timeout=0.2)
    never = replace(QUICK, idle_timeout=0.0)
    for options, stop in ((short, [(0.24, approx(SpeechStopped(0.26, 0.2)))]), (never, [])):
        with marbles() as m:
            settings = m.hot("----x", {"x": options})
            audio = m.hot("sss").pipe(
                as_audio(), vad_gate(listen, **asdict(QUICK), options=settings)
            )
            m.expect(
                audio.pipe(ops.filter(lambda item: isinstance(item, SpeechStopped)))
            ).to_be_items(stop)
            m.until(5.0)


def test_a_time_out_that_has_passed_already_stops_speech_at_once() -> None:
    """AU03, AU06: not a whole time-out later."""
    short = replace(QUICK, idle_timeout=0.1)
    with marbles() as m:
        settings = m.hot("500ms x", {"x": short})
        audio = m.hot("sss").pipe(as_audio(), vad_gate(listen, **asdict(QUICK), options=settings))
        stops = audio.pipe(ops.filter(lambda item: isinstance(item, SpeechStopped)))
        m.expect(stops).to_be_items([(0.5, approx(SpeechStopped(0.16, 0.1)))])


def test_ongoing_marks_may_be_switched_on_and_off() -> None:
    """AU03, AU05: counted from the change."""
    often = replace(QUICK, ongoing_every=0.04)
    with marbles() as m:
        settings = m.hot("----O----Q", {"Q": QUICK, "O": often})
        audio = m.hot("s*14 |").pipe(
            as_audio(), vad_gate(listen, **asdict(QUICK), options=settings)
        )
        ongoing = audio.pipe(ops.filter(lambda item: isinstance(item, SpeechOngoing)))
        m.expect(ongoing).to_be_items(
            [(0.1, approx(SpeechOngoing(0.12))), (0.14, approx(SpeechOngoing(0.16)))]
        )


def test_options_that_come_while_the_model_is_loading_hold_for_what_waits() -> None:
    """AU03: and are announced at once."""
    with marbles() as m:
        there = m.loop.create_future()
        m.at(0.2, lambda: there.set_result(listen()))
        settings = m.hot("-Q---", VALUES)
        loud = vad_gate(lambda: there, min_volume=1.0, options=settings)
        out = m.hot("qsss|").pipe(as_audio(), loud, as_letters)
        loudly = VadOptions(min_volume=1.0)
        m.expect(out).to_be("oQ--------(B q s s s E |)", {**VALUES, "o": loudly})


def test_the_stream_ends_with_its_source_and_not_with_the_options() -> None:
    """AU03: neither waits for the other."""
    with marbles() as m:
        settings = m.hot("--|", VALUES)
        m.expect(gated(m.hot("qqqsss|"), settings)).to_be("Q----(B q q s s s)(E |)", VALUES)
        endless = m.hot("------", VALUES)
        m.expect(gated(m.hot("qq|"), endless)).to_be("Q-|", VALUES)
        m.expect_subscriptions(endless, "^-!")


def test_options_that_fail_fail_the_stream() -> None:
    """AU03: and nothing is left of it."""
    detector = listen()
    with marbles() as m:
        settings = m.hot("----#", VALUES)
        heard = m.hot("qqsssss|")
        m.expect(gated(heard, settings, detector)).to_be("Q---#", VALUES, error=MarbleError())
        m.expect_subscriptions(heard, "^---!")
    assert detector.closed == 1


def test_unsubscribing_leaves_the_options_too() -> None:
    """AU03, AU04: source, options, detector and timer."""
    detector = listen()
    with marbles() as m:
        settings = m.hot("---P---", VALUES)
        heard = m.hot("   sssssss")
        m.expect(gated(heard, settings, detector), "^----!").to_be("Q-(B s s s)(P s)s", VALUES)
        m.expect_subscriptions(heard, "^----!")
        m.expect_subscriptions(settings, "^----!")
        m.at(0.2, lambda: left.extend(timers_left(m.loop)))
        left: list[Any] = []
    assert left == []
    assert detector.closed == 1


def test_two_subscribers_are_told_the_same() -> None:
    """AU03: state belongs to a subscription."""
    with marbles() as m:
        settings = m.hot("----P---", VALUES)
        heard = m.hot("sssssssss|")
        speech = gated(heard, settings)
        m.expect(speech).to_be("Q-(B s s s)s(P s)ssss(E |)", VALUES)
        m.expect(speech, "-^").to_be("-Q-(B s s s)(P s)ssss(E |)", VALUES)


@pytest.mark.parametrize(
    ("name", "value"), [("threshold", 1.5), ("min_silence", -1.0), ("idle_timeout", float("inf"))]
)
def test_options_out_of_range_are_refused_where_they_are_made(name: str, value: float) -> None:
    """AU03: by name."""
    with pytest.raises(ValueError, match=name):
        VadOptions(**{name: value})


def test_marks_carry_the_delays_in_force() -> None:
    """AU03, AU05: the real time of speech stays right."""
    with marbles() as m:
        settings = m.hot("----P", VALUES)
        heard = m.hot("qsssssqqqqq|").pipe(
            as_audio(), vad_gate(listen, **asdict(QUICK), options=settings)
        )
        marks = heard.pipe(
            ops.filter(lambda item: not isinstance(item, AudioFrame | VadOptions)),
        )
        m.expect(marks).to_be_items(
            [(0.06, approx(SpeechStarted(0.08, 0.06))), (0.2, approx(SpeechStopped(0.22, 0.1)))]
        )
