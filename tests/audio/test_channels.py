"""AU21: several channels, several voices, levels."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice.audio import deinterleave, interleave, is_silent, loudness, mix, to_mono
from rxvoice.errors import AudioFormatError
from rxvoice.testing import tone


def pcm(*values: int) -> NDArray[np.int16]:
    return np.array(values, np.int16)


def test_au21_interleave_weaves_and_pads() -> None:
    assert interleave(pcm(1, 2, 3), pcm(4)).tolist() == [1, 4, 2, 0, 3, 0]
    assert interleave(pcm(1), pcm(2), pcm(3)).tolist() == [1, 2, 3]
    assert interleave(pcm(), pcm()).tolist() == []
    with pytest.raises(ValueError, match="channels"):
        interleave()


def test_au21_deinterleave_is_the_inverse() -> None:
    left, right = deinterleave(interleave(pcm(1, 2, 3), pcm(-1, -2, -3)))
    assert left.tolist() == [1, 2, 3]
    assert right.tolist() == [-1, -2, -3]
    assert [channel.tolist() for channel in deinterleave(pcm(1, 2, 3), 3)] == [[1], [2], [3]]


def test_au21_an_incomplete_group_is_refused() -> None:
    with pytest.raises(AudioFormatError, match="groups of 2 channels, got 3"):
        deinterleave(pcm(1, 2, 3))
    with pytest.raises(AudioFormatError, match="groups of 2 channels"):
        to_mono(pcm(1))
    with pytest.raises(ValueError, match="channels"):
        to_mono(pcm(1), 0)


def test_au21_to_mono_is_the_mean_and_cannot_clip() -> None:
    assert to_mono(pcm(10, 20, -32768, -32768, 32767, 32767)).tolist() == [15, -32768, 32767]
    assert to_mono(pcm(3, 6, 9), 3).tolist() == [6]
    assert to_mono(pcm(1, 2), 1).tolist() == [1, 2]


def test_au21_mix_adds_and_clips() -> None:
    assert mix(pcm(30000, -30000, 5), pcm(30000, -30000)).tolist() == [32767, -32768, 5]
    assert mix().tolist() == []
    assert mix(pcm(1), pcm(), pcm(2, 3)).tolist() == [3, 3]


def test_au21_loudness_is_in_db_below_full_scale() -> None:
    assert loudness(np.full(1000, -32768, np.int16)) == pytest.approx(0.0)
    assert loudness(tone(1.0, level=1.0).samples) == pytest.approx(-3.01, abs=0.01)
    assert loudness(tone(1.0, level=0.1).samples) == pytest.approx(-23.01, abs=0.01)
    assert loudness(np.zeros(10, np.int16)) == -100.0
    assert loudness(np.empty(0, np.int16)) == -100.0


def test_au21_silence_is_judged_by_the_loudest_sample() -> None:
    assert is_silent(pcm(0, 20, -20))
    assert not is_silent(pcm(0, 21))
    assert not is_silent(pcm(-32768))
    assert is_silent(pcm())
    assert is_silent(pcm(-32768, 32767), threshold=32768)
    with pytest.raises(ValueError, match="threshold"):
        is_silent(pcm(0), threshold=-1)
