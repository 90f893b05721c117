"""Where in the last second of a sound a sentence begins."""

import numpy as np
import pytest

from rxvoice.items import AudioFrame
from rxvoice.providers._voice_tail import Tail

RATE = 1_000


def tail(*parts: tuple[float, int]) -> Tail:
    """Sound of so many seconds and of such amplitudes, in frames of 50 ms."""
    samples = np.concatenate([np.full(round(s * RATE), level, np.int16) for s, level in parts])
    found = Tail()
    for at in range(0, len(samples), 50):
        found.add(AudioFrame(samples[at : at + 50], RATE, at / RATE))
    return found


def test_it_begins_right_before_the_sound_after_a_silence() -> None:
    assert tail((0.2, 9_000), (0.1, 30), (0.2, 9_000)).onset(0.1, 0.5) == pytest.approx(0.299)
    assert tail((0.2, 9_000), (0.1, 30), (0.2, -9_000)).onset(0.22, 0.5) == pytest.approx(0.299)


def test_what_only_dies_away_is_no_sentence() -> None:
    assert tail((0.3, 9_000), (0.2, 30)).onset(0.2, 0.5) == 0.5
    assert tail((0.3, 9_000)).onset(0.2, 0.3) == 0.3
    assert tail((0.3, 30)).onset(0.2, 0.25) == 0.25
    assert Tail().onset(0.0, 0.4) == 0.4


def test_what_is_cut_off_is_forgotten_and_a_second_is_kept() -> None:
    sound = tail((0.2, 9_000), (0.1, 30), (0.2, 9_000))
    sound.cut(0.32)
    sound.add(AudioFrame(np.full(50, 30, np.int16), RATE, 0.32))
    assert sound.onset(0.21, 0.4) == pytest.approx(0.299)
    sound.cut(0.28)
    assert sound.onset(0.21, 0.4) == 0.4
    assert tail((0.1, 30), (0.1, 9_000), (3.0, 30)).onset(0.0, 3.2) == 3.2
