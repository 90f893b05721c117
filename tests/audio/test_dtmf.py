"""AU17: the tones of the keys."""

import math

import numpy as np
import pytest

from rxvoice.audio import dtmf_tone, loudness
from rxvoice.items import KEYS
from tests.audio.keypad import KEYPAD, amplitudes, key_of

RATES = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("key", KEYS)
def test_au17_each_key_sounds_its_two_frequencies_and_no_other(key: str, rate: int) -> None:
    tone = dtmf_tone(key, rate=rate)
    assert key_of(tone, rate) == key
    pair = next(pair for pair, each in KEYPAD.items() if each == key)
    levels = amplitudes(tone, rate)
    others = [level for each, level in levels.items() if each not in pair]
    assert min(levels[each] for each in pair) > 0.17
    assert max(others) < 0.02


@pytest.mark.parametrize("rate", RATES)
def test_au17_it_lasts_as_long_as_asked_for(rate: int) -> None:
    assert len(dtmf_tone("1", rate=rate)) == round(0.1 * rate)
    assert len(dtmf_tone("1", rate=rate, duration=0.04)) == round(0.04 * rate)


def test_au17_the_cache_knows_the_rate_and_the_duration() -> None:
    tone = dtmf_tone("5", rate=8_000)
    assert dtmf_tone("5", rate=8_000) is tone
    assert len(dtmf_tone("5", rate=16_000)) == 2 * len(tone)
    assert len(dtmf_tone("5", rate=8_000, duration=0.2)) == 2 * len(tone)
    assert dtmf_tone("6", rate=8_000) is not tone


def test_au17_who_gets_a_cached_tone_cannot_change_it() -> None:
    with pytest.raises(ValueError, match="read-only"):
        dtmf_tone("5", rate=8_000)[0] = 1


@pytest.mark.parametrize("key", KEYS)
def test_au17_it_swells_and_fades_so_that_it_does_not_click(key: str) -> None:
    """A click is energy far above the tones."""
    rate = 48_000
    tone = dtmf_tone(key, rate=rate).astype(float)
    padded = np.concatenate([np.zeros(4_800), tone, np.zeros(4_800)])
    power = np.abs(np.fft.rfft(padded)) ** 2
    above = np.fft.rfftfreq(len(padded), 1.0 / rate) > 3_000.0
    assert 10.0 * math.log10(power[above].sum() / power.sum()) < -60.0
    assert abs(tone[0]) <= 1
    assert abs(tone[-1]) < 30


def test_au17_its_level_is_one_that_lines_carry_and_that_leaves_room() -> None:
    """0 dBm0 is 3.14 dB below a sine at full scale, which has -3.01 dBFS."""
    steady = dtmf_tone("5", rate=8_000, duration=1.0)[80:-80]
    assert -9.0 < loudness(steady) + 3.01 + 3.14 < -6.0
    assert np.abs(steady).max() < 0.5 * 32_767
    levels = amplitudes(steady[:4_000], 8_000)
    assert 20.0 * math.log10(levels[1336] / levels[770]) == pytest.approx(1.94, abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"key": "A", "rate": 8_000}, "key must be one of"),
        ({"key": "12", "rate": 8_000}, "key must be one of"),
        ({"key": "1", "rate": 0}, "rate must be in"),
        ({"key": "1", "rate": 2_000}, "rate must be at least 4000"),
        ({"key": "1", "rate": 8_000, "duration": 0.01}, "duration must be in"),
        ({"key": "1", "rate": 8_000, "duration": math.nan}, "duration must be in"),
        ({"key": "1", "rate": 8_000, "duration": 1e9}, "duration must be in"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dtmf_tone(**arguments)  # pyright: ignore[reportArgumentType]
