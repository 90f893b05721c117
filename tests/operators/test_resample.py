"""AU10: the operator resample."""

import math
from collections.abc import Sequence
from typing import assert_type

import numpy as np
import pytest
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame, SpeechStarted
from rxvoice.operators import resample
from rxvoice.testing import OnNext, frames, marbles, tone

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def values(audio: AudioFrame) -> dict[str, AudioFrame]:
    return dict(zip(LETTERS, frames(audio), strict=False))


def whole(log: Sequence[tuple[float, object]]) -> list[AudioFrame]:
    return [event.value for _, event in log if isinstance(event, OnNext)]


def test_au10_equal_rates_pass_the_very_frames() -> None:
    given = values(tone(0.1, 16000))
    with marbles() as m:
        source = m.hot("-a-b-(cd)-e|", given)
        log = m.record(source.pipe(resample(16000)))
        m.expect(source.pipe(resample(16000))).to_be("-a-b-(cd)-e|", given)
        m.run()
    assert all(a is b for a, b in zip(whole(log), given.values(), strict=True))


def test_au10_other_rates_are_resampled_and_the_tail_is_flushed() -> None:
    given = values(tone(0.5, 48000))
    with marbles() as m:
        source = m.hot(f"-{LETTERS[:25]}|", given)
        log = m.record(source.pipe(resample(16000)))
        m.run()
    out = whole(log)
    assert {frame.rate for frame in out} == {16000}
    assert sum(len(frame.samples) for frame in out) == 8000
    assert out[0].pts == 0.0
    assert out[-1].end == pytest.approx(0.5)
    ideal = tone(0.5, 16000).samples.astype(int)
    error = np.concatenate([frame.samples for frame in out]) - ideal
    assert np.abs(error[500:-500]).max() <= 2


def test_au10_two_subscribers_have_filters_of_their_own() -> None:
    given = values(tone(0.5, 48000))
    shared = resample(16000)
    with marbles() as m:
        source = m.cold(f"-{LETTERS[:25]}|", given).pipe(shared)
        first = m.record(source)
        second = m.record(source, "---^")
        m.run()
    assert [value for _, value in first] == [value for _, value in second]


def test_au10_state_is_cleared_after_a_gap_in_the_pts() -> None:
    loud, quiet = tone(0.06, 48000), AudioFrame(np.zeros(960 * 20, np.int16), 48000, 0.27)
    given = dict(zip(LETTERS, frames(loud) + frames(quiet), strict=False))

    def out(clear_after: float) -> list[AudioFrame]:
        with marbles() as m:
            log = m.record(
                m.hot(f"-{LETTERS[:23]}|", given).pipe(resample(16000, clear_after=clear_after))
            )
            m.run()
        return whole(log)

    cleared, kept = out(0.2), out(math.inf)
    assert not any(frame.samples.any() for frame in cleared)
    assert cleared[0].pts == 0.27
    assert kept[0].samples.any()
    assert kept[0].pts == 0.0


def test_au10_the_gap_is_measured_on_the_pts_not_on_the_clock() -> None:
    given = values(tone(0.1, 48000))
    with marbles() as m:
        log = m.record(m.hot("-a 5s b 5s c 5s d 5s e|", given).pipe(resample(16000)))
        m.run()
    assert sum(len(frame.samples) for frame in whole(log)) == 1600


def test_au10_a_second_rate_fails_the_stream() -> None:
    given = {"a": tone(0.02, 48000), "b": tone(0.02, 44100)}
    with marbles() as m:
        source = m.hot("-a-b-a|", given)
        m.expect(source.pipe(resample(16000), ops.ignore_elements())).to_be(
            "---#",
            error=AudioFormatError,
        )
        m.expect_subscriptions(source, "^--!")


def test_other_items_pass_unchanged_and_in_order() -> None:
    given: dict[str, AudioFrame | SpeechStarted] = {"s": SpeechStarted(0.1), "a": tone(0.02)}
    with marbles() as m:
        m.expect(m.hot("-s-(as)-|", given).pipe(resample(16000))).to_be("-s-(as)-|", given)


def test_never_empty_and_errors() -> None:
    with marbles() as m:
        m.expect(m.hot("-----").pipe(resample(16000))).to_be("-----")
        m.expect(m.hot("--|").pipe(resample(16000))).to_be("--|")
        m.expect(m.hot("-a-#", {"a": tone(0.02, 48000)}).pipe(resample(16000))).to_be("---#")


def test_unsubscribing_reaches_the_source() -> None:
    given = {"a": tone(0.02)}
    with marbles() as m:
        source = m.hot("-a-a-a-a", given)
        m.expect(source.pipe(resample(16000)), "^---!").to_be("-a-a", given)
        m.expect_subscriptions(source, "^---!")


def test_a_failing_consumer_unsubscribes() -> None:
    given = {"a": tone(0.02)}

    def fail(_: object) -> object:
        raise RuntimeError("no")

    with marbles() as m:
        source = m.hot("-a-a|", given)
        m.expect(source.pipe(resample(16000), ops.map(fail))).to_be("-#", error=RuntimeError("no"))
        m.expect_subscriptions(source, "^!")


def test_bad_arguments_are_refused_at_the_call() -> None:
    with pytest.raises(ValueError, match="rate"):
        resample(0)
    with pytest.raises(ValueError, match="clear_after"):
        resample(16000, clear_after=0.0)


def test_it_keeps_the_type_of_the_stream() -> None:
    def typed(
        frames: Observable[AudioFrame], mixed: Observable[AudioFrame | SpeechStarted]
    ) -> None:
        assert_type(frames.pipe(resample(16000)), Observable[AudioFrame])
        assert_type(mixed.pipe(resample(16000)), Observable[AudioFrame | SpeechStarted])

    assert callable(typed)
