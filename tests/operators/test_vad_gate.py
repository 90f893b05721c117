"""The gate that lets the user's audio pass while they speak; see also the other test_vad_gate_*."""

import math
from typing import Any, assert_type

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import Operator
from rxvoice.items import (
    AudioFrame,
    Dtmf,
    Event,
    Fault,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
)
from rxvoice.operators import vad_gate
from rxvoice.testing import MarbleError, OnCompleted, OnError, OnNext, approx, marbles
from tests.operators.fakes import FakeDetector, as_audio, as_letters, listen, sound

QUICK: dict[str, Any] = {
    "min_speech": 0.06,
    "min_silence": 0.06,
    "prefix_padding": 0.04,
    "min_volume": 0.0,
    "ongoing_every": 0.0,
}


def gated(letters: Observable[Any], detector: FakeDetector, **options: Any) -> Observable[Any]:
    return letters.pipe(as_audio(), vad_gate(lambda: detector, **{**QUICK, **options}), as_letters)


def test_audio_passes_between_the_marks_with_what_came_before_the_onset() -> None:
    """AU01: start and stop need runs; the pre-roll comes once, after the mark of the start."""
    with marbles() as m:
        heard = m.hot("qqqqssssssqqqqq|")
        m.expect(gated(heard, listen())).to_be("------(B q q s s s)sssqq(q E)--|")
        m.expect_subscriptions(heard, "^--------------!")


def test_speech_that_is_too_short_does_not_pass() -> None:
    """AU01: one silent window while starting goes back to quiet."""
    with marbles() as m:
        m.expect(gated(m.hot("qqssqssqqs|"), listen())).to_be("----------|")


def test_a_pause_that_is_too_short_passes() -> None:
    """AU01: one speech window while stopping goes back to speaking."""
    with marbles() as m:
        heard = m.hot("qqsssqqsqqsqqqs|")
        m.expect(gated(heard, listen())).to_be("----(B q q s s s)qqsqqsqq(q E)-|")


def test_the_defaults_are_the_known_ones() -> None:
    """AU01: 0.7, 0.2 s, 0.2 s and 0.6; AU05: the marks carry the configured delays."""
    quiet = FakeDetector([0.69] * 20 + [0.7] * 10 + [0.0] * 10)
    with marbles() as m:
        heard = m.hot("s*40 |").pipe(as_audio(), vad_gate(lambda: quiet))
        marks = heard.pipe(ops.filter(lambda item: not isinstance(item, AudioFrame)))
        m.expect(marks).to_be_items(
            [(0.58, approx(SpeechStarted(0.6, 0.2))), (0.78, approx(SpeechStopped(0.8, 0.2)))]
        )


def test_what_is_not_loud_enough_is_no_speech() -> None:
    """AU01: volume must reach its threshold, too."""
    heard = sound("s" * 20)
    whisper = AudioFrame((heard.samples // 128).astype("int16"), heard.rate)

    def sure() -> FakeDetector:
        return FakeDetector([1.0] * 40)

    with marbles() as m:
        m.expect(rx.of(whisper).pipe(vad_gate(sure))).to_be("|")
        m.expect(rx.of(whisper).pipe(vad_gate(sure, min_volume=0.4))).to_be(
            "(b f o e |)",
            {
                "b": approx(SpeechStarted(0.2, 0.2)),
                "f": whisper,
                "o": approx(SpeechOngoing(0.4)),
                "e": approx(SpeechStopped(0.4, 0.0)),
            },
        )


def test_the_marks_tell_when_speech_really_began_and_ended() -> None:
    """AU05: start and stop carry the configured delays."""
    with marbles() as m:
        audio = m.hot("qqqqssssssqqqqq|").pipe(as_audio(first=5.0))
        marks = audio.pipe(
            vad_gate(listen, **QUICK),
            ops.filter(lambda item: isinstance(item, SpeechStarted | SpeechStopped)),
        )
        m.expect(marks).to_be(
            "------b-----e--|",
            {"b": approx(SpeechStarted(5.14, 0.06)), "e": approx(SpeechStopped(5.26, 0.06))},
        )
    assert approx(5.08).matches(SpeechStarted(5.14, 0.06).speech_pts)
    assert approx(5.2).matches(SpeechStopped(5.26, 0.06).speech_pts)


def test_it_says_now_and_then_that_speech_goes_on() -> None:
    """AU05: periodic, on the stream's time."""
    with marbles() as m:
        heard = m.hot("s*16 q*4 |")
        m.expect(gated(heard, listen(), ongoing_every=0.1)).to_be(
            "--(B s s s)ssss(s o)ssss(s o)sss qq(q E)-|"
        )


def test_it_does_not_say_that_speech_goes_on_while_it_may_be_stopping() -> None:
    """AU05: only on stable states; the next one comes when speech is sure again."""
    with marbles() as m:
        heard = m.hot("s*6 q*4 s*6 |")
        m.expect(gated(heard, listen(), min_silence=0.1, ongoing_every=0.1)).to_be(
            "--(B s s s)sss qqqq (s o)s(s o)sss(E |)"
        )


def test_speech_that_is_under_way_is_ended_before_the_stream() -> None:
    """AU05: SpeechStopped comes before completion, with the silence so far as its delay."""
    with marbles() as m:
        audio = m.hot("sssssq|").pipe(as_audio(), vad_gate(listen, **QUICK))
        last = audio.pipe(ops.filter(lambda item: isinstance(item, SpeechStopped)))
        m.expect(last).to_be("------(e|)", {"e": approx(SpeechStopped(0.12, 0.02))})


def test_speech_that_is_under_way_is_ended_before_an_error() -> None:
    """AU05: SpeechStopped comes before the error."""
    with marbles() as m:
        detector = listen()
        m.expect(gated(m.hot("ssss#"), detector)).to_be("--(B s s s)s(E #)")
    assert detector.closed == 1


def test_what_is_not_audio_passes_in_order() -> None:
    """AU01: everything else passes unchanged."""
    with marbles() as m:
        heard = m.hot("qqqsk(s k)s(k s)q|", {"k": Dtmf("5")})
        m.expect(gated(heard, listen())).to_be(
            "----kk(B q q s s s)(k s)q(E|)",
            {"k": Dtmf("5")},
        )


def test_without_pre_roll_the_speech_passes_from_its_onset() -> None:
    """AU01: prefix_padding counts from the real onset."""
    with marbles() as m:
        heard = m.hot("qqqqssssqqq|")
        m.expect(gated(heard, listen(), prefix_padding=0.0)).to_be("------(B s s s)sqq(q E)|")


def test_the_pre_roll_of_a_second_start_does_not_repeat_what_has_passed() -> None:
    """AU01: each sample passes at most once."""
    with marbles() as m:
        heard = m.hot("sssqqq qsss qqqq|")
        m.expect(gated(heard, listen(), prefix_padding=1.0)).to_be(
            "--(B s s s)qq(q E)---(B q s s s)qq(q E)-|"
        )


def test_with_marks_only_all_audio_passes_as_it_comes() -> None:
    """AU01: mark_only; a frame passes before the mark that it leads to."""
    with marbles() as m:
        heard = m.hot("qqsssssqqqqq|")
        m.expect(gated(heard, listen(), mark_only=True)).to_be("qqss(s B)ssqq(q E)qq|")


def test_a_frame_without_samples_changes_nothing() -> None:
    """AU01: empty frames pass while the gate is open and vanish while it is shut."""
    empty = AudioFrame(sound("q").samples[:0], 16_000, 0.1)
    with marbles() as m:
        heard = m.hot("eqsesse sqeqqeq|", {"e": empty})
        m.expect(gated(heard, listen())).to_be("-----(B q s s s)esqeq(q E)--|", {"e": "e"})


def test_never_and_empty_stay_so() -> None:
    """AU04: a stream without audio; the detector is closed with the subscription."""
    detectors = [listen(), listen(), listen()]
    with marbles() as m:
        never = m.cold("-")
        m.expect(gated(never, detectors[0]), "^----!").to_be("")
        m.expect(gated(m.cold("|"), detectors[1])).to_be("|")
        m.expect(gated(m.cold("--#"), detectors[2])).to_be("--#")
        m.expect_subscriptions(never, "^----!")
    assert [detector.closed for detector in detectors] == [1, 1, 1]


def test_unsubscribing_ends_everything_at_once() -> None:
    """AU04: source, detector and timer; nothing is emitted."""
    detector = listen()
    with marbles() as m:
        heard = m.hot("sssssssss|")
        m.expect(gated(heard, detector), "^----!").to_be("--(B s s s)ss")
        m.expect_subscriptions(heard, "^----!")
    assert detector.closed == 1


@pytest.mark.parametrize("wanted", [1, 2, 5])
def test_who_has_enough_may_unsubscribe_from_inside_of_an_item(wanted: int) -> None:
    """AU04: the detector is not used after it was closed."""
    detector = FakeDetector([1.0] * 100)
    with marbles() as m:
        heard = m.hot("ssssssss|")
        out = m.record(gated(heard, detector).pipe(ops.take(wanted)))
    assert len(out) == wanted + 1
    assert detector.closed == 1


def test_two_subscribers_have_a_detector_each() -> None:
    """AU04: state belongs to a subscription."""
    made: list[FakeDetector] = []

    def vad() -> FakeDetector:
        made.append(listen())
        return made[-1]

    with marbles() as m:
        heard = m.hot("qsssqqsssss|").pipe(as_audio())
        speech = heard.pipe(vad_gate(vad, **QUICK), as_letters)
        m.expect(speech).to_be("---(B q s s s)qqsssss(E|)")
        m.expect(speech, "------^").to_be("--------(B s s s)ss(E|)")
    assert [detector.closed for detector in made] == [1, 1]
    assert len(made[0].heard) == 11
    assert len(made[1].heard) == 5


def test_a_model_that_raises_gives_a_fault_for_each_run_of_failures() -> None:
    """AU01: its windows count as silence; the stream goes on."""
    broken = ValueError("boom")
    moody = FakeDetector([1, 1, 1, 1, broken, broken, 1, broken, broken, broken, 1])
    with marbles() as m:
        heard = m.hot("s*12 |")
        m.expect(gated(heard, moody)).to_be("--(B s s s)s(s f)ss(s f)s(s E)--|")
    with marbles() as m:
        audio = m.hot("s").pipe(as_audio(), vad_gate(lambda: FakeDetector([broken])))
        m.expect(audio).to_be("f", {"f": Fault("vad", "voice detection failed: boom")})


def test_a_detector_that_cannot_be_opened_fails_the_stream() -> None:
    """AU04: before the source is subscribed."""

    def broken() -> FakeDetector:
        raise MarbleError

    with marbles() as m:
        heard = m.hot("ssss|")
        m.expect(heard.pipe(as_audio(), vad_gate(broken))).to_be("#")
        m.expect_subscriptions(heard)


def test_marks_keep_their_place_among_items_of_one_instant() -> None:
    """AU01: an item always passes before what it leads to."""
    with marbles() as m:
        out = m.record(
            gated(rx.of(*"qqsssqqqsss").pipe(ops.concat(rx.throw(MarbleError()))), listen())
        )
    shown = "".join(note.value if isinstance(note, OnNext) else "#" for _, note in out)
    assert shown == "BqqsssqqqEBsssE#"
    assert isinstance(out[-1][1], OnError)
    assert all(at == 0.0 for at, _ in out)
    assert OnCompleted() not in [note for _, note in out]


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("threshold", -0.1),
        ("threshold", 1.1),
        ("threshold", math.nan),
        ("min_volume", 2.0),
        ("min_speech", -0.1),
        ("min_silence", math.nan),
        ("prefix_padding", math.inf),
        ("idle_timeout", -1.0),
        ("ongoing_every", -1.0),
    ],
)
def test_bad_arguments_are_refused_at_the_call(argument: str, value: float) -> None:
    """AU01: by name."""
    with pytest.raises(ValueError, match=argument):
        vad_gate(listen, **{argument: value})  # pyright: ignore[reportArgumentType]


def test_its_type_is_an_operator_of_events() -> None:
    """AU01: types are kept."""
    assert_type(vad_gate(listen), Operator[Event, Event])
