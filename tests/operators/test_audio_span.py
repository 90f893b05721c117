"""Audio that is collected and cut to the sample."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.items import AudioFrame
from rxvoice.operators._audio_span import AudioSpan, join
from rxvoice.testing import run_virtual, silence, tone
from tests.operators.fakes import chop

RATE = 16_000


def ramp(count: int, pts: float = 0.0, rate: int = RATE, first: int = 0) -> AudioFrame:
    """Return samples that are all different."""
    return AudioFrame(np.arange(first, first + count, dtype=np.int16), rate, pts)


def span_of(*frames: AudioFrame) -> AudioSpan:
    span = AudioSpan()
    for frame in frames:
        span.add(frame)
    return span


def whole(span: AudioSpan) -> list[AudioFrame]:
    return span.cut(span.start, span.end)


@given(
    st.lists(st.integers(1, 4_000), min_size=1, max_size=30),
    st.floats(-0.2, 1.2),
    st.floats(-0.2, 1.2),
    st.floats(0.0, 5_000.0),
)
def test_a_cut_is_the_same_however_the_audio_was_chopped(
    sizes: list[int], start: float, end: float, pts: float
) -> None:
    """ST03: to the sample, at any time of a long call."""
    audio = ramp(RATE, pts)
    span = span_of(*chop(audio, sizes))
    first, last = (min(RATE, max(0, round(at * RATE))) for at in (start, end))
    cuts = span.cut(pts + start, pts + end)
    if last <= first:
        assert cuts == []
    else:
        (cut,) = cuts
        assert np.array_equal(cut.samples, audio.samples[first:last])
        assert cut.pts == pytest.approx(pts + first / RATE, abs=1e-6)


def test_a_gap_becomes_silence() -> None:
    """TU14: what the gate did not let pass was quiet."""
    span = span_of(tone(0.1), tone(0.1, pts=0.3))
    (cut,) = whole(span)
    expected = [tone(0.1).samples, silence(0.2).samples, tone(0.1, pts=0.3).samples]
    assert np.array_equal(cut.samples, np.concatenate(expected))
    assert span.duration == pytest.approx(0.4)


@pytest.mark.parametrize("step", [-100.0, -0.05, 10.1, 3_600.0])
def test_where_the_clock_jumps_frames_are_joined_and_none_is_lost(step: float) -> None:
    """ST03: the old samples are dated as if they had ended where the new begin."""
    span = span_of(ramp(1_600, 5.0), ramp(1_600, 5.1 + step, first=1_600))
    (cut,) = whole(span)
    assert np.array_equal(cut.samples, ramp(3_200).samples)
    assert cut.pts == pytest.approx(5.0 + step)
    assert span.end == pytest.approx(5.2 + step)


@given(st.lists(st.floats(-0.009, 0.009), min_size=1, max_size=50))
def test_jitter_adds_and_takes_away_nothing(jitter: list[float]) -> None:
    """ST03: a few milliseconds are noise."""
    frames = chop(ramp(320 * len(jitter)), [320] * len(jitter))
    span = span_of(*(replace(f, pts=f.pts + j) for f, j in zip(frames, jitter, strict=True)))
    (cut,) = whole(span)
    assert np.array_equal(cut.samples, ramp(320 * len(jitter)).samples)


def test_frames_that_all_claim_the_same_time_follow_each_other() -> None:
    """ST03: nothing is lost when nobody sets pts."""
    frames = [replace(f, pts=0.0) for f in chop(ramp(3_200), [320] * 10)]
    span = span_of(*frames)
    (cut,) = whole(span)
    assert np.array_equal(cut.samples, ramp(3_200).samples)
    span.forget_before(0.02 - 0.1)
    (cut,) = whole(span)
    assert len(cut.samples) == pytest.approx(1_600, abs=320)
    assert cut.samples[-1] == 3_199


def test_what_lies_before_a_time_is_forgotten_to_the_sample() -> None:
    """ST03: and memory is bounded by it."""
    span = span_of(*chop(ramp(3_200), [1_000] * 3))
    span.forget_before(1_500 / RATE)
    (cut,) = whole(span)
    assert np.array_equal(cut.samples, ramp(1_700, first=1_500).samples)
    assert span.start == pytest.approx(1_500 / RATE)
    span.forget_before(9.0)
    assert whole(span) == []
    assert span.duration == 0.0


def test_a_beginning_holds_for_the_frames_that_come_next_too() -> None:
    """ST03: the gate's pre-roll comes after the mark and may be longer."""
    span = span_of(ramp(320))
    span.begin(0.05)
    for frame in chop(ramp(3_200), [500] * 7):
        span.add(frame)
    (cut,) = whole(span)
    assert np.array_equal(cut.samples, ramp(2_400, first=800).samples)


def test_a_beginning_far_ahead_is_of_another_clock() -> None:
    """ST03: better too much than nothing."""
    span = AudioSpan()
    span.begin(100.0)
    span.add(ramp(320))
    assert len(whole(span)) == 1


def test_audio_of_several_rates_is_brought_to_one() -> None:
    """ST03, TU14: nothing is lost when the rate changes in mid-utterance."""
    span = span_of(
        tone(0.1), tone(0.2, 48_000, 0.1), tone(0.1, 8_000, 0.4), AudioFrame(tone(0).samples, 7)
    )
    cuts = whole(span)
    assert [(cut.rate, cut.pts) for cut in cuts] == [
        (16_000, 0.0),
        (48_000, pytest.approx(0.1)),
        (8_000, pytest.approx(0.4)),
    ]
    joined = run_virtual(join(cuts, RATE))
    assert joined.rate == RATE
    assert joined.duration == pytest.approx(0.5, abs=0.001)
    reference = tone(0.3).samples.astype(float)
    assert np.abs(joined.samples[200:4_600] - reference[200:4_600]).max() < 1_500


def test_nothing_joins_to_nothing() -> None:
    """ST03: no audio is an empty frame."""
    assert run_virtual(join([], 8_000)) == AudioFrame(np.empty(0, np.int16), 8_000)
