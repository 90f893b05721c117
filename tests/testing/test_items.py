import numpy as np
import pytest

from rxvoice.testing import frames, silence, tone


def test_a_tone_has_its_length_pitch_and_level() -> None:
    frame = tone(1.0, rate=8_000, pts=2.0, frequency=500.0, level=0.5)
    assert (len(frame.samples), frame.rate, frame.pts) == (8_000, 8_000, 2.0)
    assert int(np.abs(np.fft.rfft(frame.samples)).argmax()) == 500
    assert abs(int(frame.samples.max()) - 16_383) <= 1


def test_a_tone_goes_on_where_the_one_before_ended() -> None:
    whole = tone(0.1)
    assert np.array_equal(
        np.concatenate([tone(0.04).samples, tone(0.06, pts=0.04).samples]), whole.samples
    )


def test_silence_is_zero() -> None:
    frame = silence(0.03, rate=48_000, pts=1.0)
    assert (len(frame.samples), frame.rate, frame.pts) == (1_440, 48_000, 1.0)
    assert not frame.samples.any()


def test_frames_follow_each_other_and_lose_nothing() -> None:
    whole = tone(0.05, pts=1.0)
    cut = frames(whole.samples, 16_000, pts=1.0)
    assert [len(frame.samples) for frame in cut] == [320, 320, 160]
    assert [frame.pts for frame in cut] == pytest.approx([1.0, 1.02, 1.04])
    assert np.array_equal(np.concatenate([frame.samples for frame in cut]), whole.samples)
    assert frames(whole) == cut
    assert frames(np.zeros(0, np.int16), 16_000) == []


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="level"):
        tone(0.1, level=1.5)
    with pytest.raises(ValueError, match="duration"):
        silence(-1.0)
    with pytest.raises(ValueError, match="duration"):
        frames(tone(0.1), duration=0.0)
    with pytest.raises(ValueError, match="rate"):
        frames(np.zeros(4, np.int16))
