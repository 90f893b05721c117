"""AU10 and AU11: resampling samples and frames."""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice.audio import SampleStream, StreamResampler, convert_rate, loudness
from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame
from rxvoice.testing import frames, silence, tone

PAIRS = [(8000, 16000), (16000, 8000), (44100, 16000), (16000, 48000), (22050, 24000)]


def resampled(resampler: StreamResampler, given: list[AudioFrame]) -> list[AudioFrame]:
    out = [ready for frame in given for ready in resampler.push(frame)]
    return out + resampler.flush()


def noise_level(out: NDArray[np.int16], rate: int) -> float:
    """Level of what is not the tone that went in, away from the edges."""
    edge = rate // 10
    ideal = tone(len(out) / rate, rate).samples
    return loudness((out[edge:-edge].astype(int) - ideal[edge : len(out) - edge]).astype(np.int16))


def impurity(out: NDArray[np.int16], rate: int) -> float:
    """Level of what is no tone of 440 Hz, whatever its phase, away from the edges."""
    middle = out[rate // 10 : -rate // 10].astype(float)
    turn = 2 * np.pi * 440.0 * np.arange(len(middle)) / rate
    waves = np.stack([np.sin(turn), np.cos(turn)], axis=1)
    rest = middle - waves @ np.linalg.lstsq(waves, middle, rcond=None)[0]
    return loudness(np.rint(rest).astype(np.int16))


@pytest.mark.parametrize(("rate", "to_rate"), PAIRS)
def test_au11_a_clip_keeps_its_length_and_its_sound(rate: int, to_rate: int) -> None:
    out = convert_rate(tone(1.0, rate).samples, rate, to_rate)
    assert abs(len(out) - to_rate) <= 1
    assert noise_level(out, to_rate) < -85.0


def test_au11_equal_rates_give_the_clip_itself() -> None:
    samples = tone(0.1).samples
    assert convert_rate(samples, 16000, 16000) is samples


def test_au11_silence_stays_silent_and_nothing_stays_nothing() -> None:
    assert not convert_rate(np.zeros(4800, np.int16), 48000, 16000).any()
    assert len(convert_rate(np.empty(0, np.int16), 48000, 16000)) == 0
    assert len(convert_rate(np.ones(1, np.int16), 8000, 16000)) == 2


@pytest.mark.parametrize(("rate", "to_rate"), [(0, 8000), (8000, 0), (-1, 8000), (8000, 10**6)])
def test_au11_impossible_rates_are_refused(rate: int, to_rate: int) -> None:
    with pytest.raises(ValueError, match="rate must be in"):
        convert_rate(np.zeros(1, np.int16), rate, to_rate)


def test_loud_audio_is_clipped_not_wrapped() -> None:
    square = np.where(np.arange(8000) // 40 % 2, 32767, -32768).astype(np.int16)
    out = convert_rate(square, 8000, 48000)
    assert out.max() == 32767
    assert out.min() == -32768
    assert np.abs(np.diff(out.astype(int))).max() < 40_000


@pytest.mark.parametrize("low_delay", [False, True])
@pytest.mark.parametrize(("rate", "to_rate"), PAIRS)
def test_au10_frames_sound_like_the_whole_clip(rate: int, to_rate: int, low_delay: bool) -> None:
    given = frames(tone(1.0, rate))
    out = resampled(StreamResampler(to_rate, low_delay=low_delay), given)
    whole = np.concatenate([frame.samples for frame in out])
    assert abs(len(whole) - to_rate) <= 1
    assert impurity(whole, to_rate) < -85.0
    if not low_delay:
        assert noise_level(whole, to_rate) < -85.0
    assert {frame.rate for frame in out} == {to_rate}


@pytest.mark.parametrize(("rate", "to_rate"), PAIRS)
def test_au10_every_frame_has_the_time_of_its_sound(rate: int, to_rate: int) -> None:
    out = resampled(StreamResampler(to_rate), frames(tone(0.5, rate, pts=3.0)))
    assert out[0].pts == 3.0
    for before, after in itertools.pairwise(out):
        assert after.pts == pytest.approx(before.end, abs=1e-9)
    assert out[-1].end == pytest.approx(3.5, abs=1.0 / to_rate)


def test_au10_a_long_stream_does_not_drift() -> None:
    resampler = StreamResampler(16000)
    out: list[AudioFrame] = []
    for number in range(50 * 600):
        out = resampler.push(AudioFrame(np.zeros(441, np.int16), 22050, number * 0.02)) or out
    assert out[-1].end + 0.1 > 600.0
    assert (out[-1].pts * 16000) % 1 == pytest.approx(0.0, abs=1e-3)


def test_au10_equal_rates_pass_the_very_frame() -> None:
    resampler = StreamResampler(16000)
    frame = tone(0.02)
    assert resampler.push(frame)[0] is frame
    assert resampler.flush() == []


@pytest.mark.parametrize("first", [8000, 16000])
def test_au10_a_second_rate_is_refused(first: int) -> None:
    resampler = StreamResampler(16000)
    resampler.push(tone(0.02, first))
    with pytest.raises(AudioFormatError, match=f"{first} Hz into 16000 Hz and cannot take 24000"):
        resampler.push(tone(0.02, 24000))


def test_au10_a_gap_clears_the_filter() -> None:
    resampler = StreamResampler(16000)
    loud = [ready for frame in frames(tone(0.3, 48000)) for ready in resampler.push(frame)]
    late = [
        ready for frame in frames(silence(0.3, 48000, pts=0.501)) for ready in resampler.push(frame)
    ]
    assert any(frame.samples.any() for frame in loud)
    assert not any(frame.samples.any() for frame in late)
    assert late[0].pts == 0.501


def test_au10_a_gap_up_to_the_limit_does_not() -> None:
    resampler = StreamResampler(16000)
    resampled(resampler, [])
    for frame in frames(tone(0.3, 48000)):
        resampler.push(frame)
    late = resampled(resampler, frames(silence(0.3, 48000, pts=0.5)))
    assert late[0].samples.any()
    assert late[0].pts < 0.3


def test_au10_the_gap_can_be_chosen() -> None:
    given = frames(tone(0.3, 48000)) + frames(tone(0.3, 48000, pts=10.0))

    def length(clear_after: float) -> int:
        out = resampled(StreamResampler(16000, clear_after=clear_after), given)
        return sum(len(frame.samples) for frame in out)

    assert length(math.inf) == 9600
    assert length(0.2) < 9600


def test_au10_times_that_jump_a_little_jump_at_the_same_sample() -> None:
    given = frames(tone(0.2, 48000)) + frames(tone(0.2, 48000, pts=0.3))
    out = resampled(StreamResampler(16000), given)
    jumps = [
        (before.end, after.pts)
        for before, after in itertools.pairwise(out)
        if abs(after.pts - before.end) > 1e-6
    ]
    assert jumps == [(pytest.approx(0.2), pytest.approx(0.3))]
    assert sum(len(frame.samples) for frame in out) == 6400


def test_au10_rounded_times_are_no_jumps() -> None:
    given = [
        AudioFrame(frame.samples, 22050, round(frame.pts, 5)) for frame in frames(tone(1.0, 22050))
    ]
    out = resampled(StreamResampler(16000), given)
    assert all(
        after.pts == pytest.approx(before.end, abs=1e-9)
        for before, after in itertools.pairwise(out)
    )


def test_au10_clear_forgets_and_flush_begins_anew() -> None:
    resampler = StreamResampler(16000)
    first = resampled(resampler, frames(tone(0.3, 48000)))
    second = resampled(resampler, frames(tone(0.3, 48000)))
    assert first == second
    for frame in frames(tone(0.3, 48000)):
        resampler.push(frame)
    resampler.clear()
    assert resampler.flush() == []


def test_au10_an_empty_frame_gives_nothing() -> None:
    resampler = StreamResampler(16000)
    assert resampler.push(AudioFrame(np.empty(0, np.int16), 48000)) == []
    assert resampler.flush() == []


def test_au10_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        StreamResampler(0)
    for clear_after in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="clear_after"):
            StreamResampler(16000, clear_after=clear_after)


def test_low_delay_keeps_back_less() -> None:
    def held(low_delay: bool) -> float:
        stream = SampleStream(48000, 16000, low_delay=low_delay)
        given = worst = 0.0
        for _ in range(100):
            given += 0.02 - len(stream.push(np.zeros(960, np.int16))) / 16000
            worst = max(worst, given)
        return worst

    assert held(low_delay=False) == pytest.approx(0.076, abs=0.002)
    assert held(low_delay=True) == pytest.approx(0.0125, abs=0.002)


def test_a_quick_stream_is_for_detectors_only() -> None:
    stream = SampleStream(48_000, 16_000, quick=True)
    samples = tone(1.0, rate=48_000).samples
    pieces = [stream.push(samples[at : at + 960]) for at in range(0, 48_000, 960)]
    assert all(len(piece) for piece in pieces[1:])
    result = np.concatenate([*pieces, stream.flush()])
    wanted = tone(1.0, rate=16_000).samples
    assert len(result) == pytest.approx(16_000, abs=1)
    assert int(np.abs(result[200:15_800].astype(int) - wanted[200:15_800]).max()) < 20
    with pytest.raises(ValueError, match="low_delay and quick"):
        SampleStream(48_000, 16_000, low_delay=True, quick=True)
