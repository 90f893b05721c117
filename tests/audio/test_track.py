"""AU20: placing frames in a recording."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rxvoice.audio import Track
from rxvoice.items import AudioFrame
from rxvoice.testing import frames, tone


def numbered(number: int, pts: float, size: int = 160) -> AudioFrame:
    return AudioFrame(np.full(size, number, np.int16), 8000, pts)


def laid(pieces: list[tuple[int, NDArray[np.int16]]]) -> NDArray[np.int16]:
    end = max((at + len(samples) for at, samples in pieces), default=0)
    out = np.zeros(end, np.int16)
    for at, samples in pieces:
        assert not out[at : at + len(samples)].any(), "something was overwritten"
        out[at : at + len(samples)] = samples
    return out


def test_frames_that_follow_each_other_stay_together() -> None:
    track = Track(8000)
    pieces = [piece for n in range(5) for piece in track.place(numbered(n + 1, 0), 0.02 * n)]
    assert [(at, len(samples)) for at, samples in pieces] == [(n * 160, 160) for n in range(5)]


def test_a_gap_of_half_a_frame_is_silence_and_less_is_not() -> None:
    for gap, index in [(0.0099, 160), (0.01, 240), (1.0, 8160)]:
        track = Track(8000)
        track.place(numbered(1, 0), 0.0)
        ((at, _),) = track.place(numbered(2, 0), 0.02 + gap)
        assert at == index


def test_a_long_frame_has_no_more_patience() -> None:
    track = Track(8000)
    track.place(numbered(1, 0, 8000), 0.0)
    assert track.place(numbered(2, 0, 8000), 1.019)[0][0] == 8000
    assert track.place(numbered(2, 0, 8000), 2.021)[0][0] == 16168


def test_it_starts_at_the_time_of_the_first_frame() -> None:
    assert Track(8000).place(numbered(1, 0), 1.5)[0][0] == 12000
    assert Track(8000).place(numbered(1, 0), 0.005)[0][0] == 40
    assert Track(8000).place(numbered(1, 0), -1.5)[0][0] == 0


def test_what_is_early_overwrites_nothing() -> None:
    track = Track(8000)
    track.place(numbered(1, 0), 3.0)
    assert track.place(numbered(2, 0), 1.0)[0][0] == 24160


@given(st.lists(st.floats(-0.0049, 0.0049), min_size=1, max_size=300))
def test_au20_jitter_neither_tears_speech_apart_nor_adds_up(jitter: list[float]) -> None:
    track = Track(8000)
    pieces = [
        piece
        for number, late in enumerate(jitter)
        for piece in track.place(numbered(number + 1, 0), 0.005 + number * 0.02 + late)
    ]
    starts = [at for at, _ in pieces]
    assert starts == [starts[0] + 160 * number for number in range(len(jitter))]


def test_au20_a_slow_clock_does_not_drift_away() -> None:
    """Frames of 20 ms that come every 20.1 ms: the recording keeps their times."""
    track = Track(8000)
    for number in range(5000):
        start = number * 0.0201
        ((at, _),) = track.place(numbered(1, 0), start)
        assert abs(at / 8000 - start) <= 0.0101


@pytest.mark.parametrize("rate", [16000, 24000, 22050])
def test_other_rates_are_resampled_in_their_place(rate: int) -> None:
    track = Track(8000)
    speech = tone(0.3, rate)
    pieces = [p for frame in frames(speech) for p in track.place(frame, 1.0 + frame.pts)]
    pieces += track.flush()
    out = laid(pieces)
    assert not out[:8000].any()
    assert abs(len(out) - 8000 * 1.3) <= 1
    ideal = tone(0.3, 8000).samples.astype(int)
    assert np.abs(out[8400:10000] - ideal[400:2000]).max() <= 4


def test_the_rate_may_change_between_frames() -> None:
    track = Track(8000)
    pieces: list[tuple[int, NDArray[np.int16]]] = []
    at = 0.0
    for rate in (8000, 16000, 24000, 8000):
        for frame in frames(tone(0.2, rate)):
            pieces += track.place(frame, at + frame.pts)
        at += 0.2
    assert len(laid(pieces + track.flush())) == 6400


def test_a_pause_gives_out_what_the_resampler_held_back() -> None:
    track = Track(8000)
    pieces = [p for frame in frames(tone(0.2, 16000)) for p in track.place(frame, frame.pts)]
    pieces += track.place(tone(0.02, 16000), 5.0)
    assert len(laid(pieces)) == 1600


def test_cut_forgets_what_lies_behind() -> None:
    track = Track(8000)
    track.place(numbered(1, 0), 0.0)
    track.place(numbered(2, 0), 0.02)
    assert track.cut(0.03) == ([], 240)
    assert track.cut(9.0) == ([], 240)
    assert track.place(numbered(3, 0), 0.031)[0][0] == 248
    assert track.cut(-1.0) == ([], 0)


def test_an_empty_frame_has_no_place() -> None:
    track = Track(8000)
    assert track.place(numbered(1, 0, 0), 4.0) == []
    assert track.place(numbered(1, 0), 0.0)[0][0] == 0
