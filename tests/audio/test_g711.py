"""AU21: G.711, checked against the levels of ITU-T G.711 computed from its definition."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice.audio import decode_alaw, decode_mulaw, encode_alaw, encode_mulaw, loudness
from rxvoice.testing import tone

ALL_CODES = bytes(range(256))
ALL_SAMPLES = np.arange(-32768, 32768).astype(np.int16)


def mulaw_level(code: int) -> int:
    """Value of a μ-law byte: 8 chords, each with steps twice as large as the one below."""
    inverted = 255 - code
    chord, step = inverted // 16 % 8, inverted % 16
    level = (2**chord * (33 + 2 * step) - 33) * 4
    return -level if inverted >= 128 else level


def alaw_level(code: int) -> int:
    """Value of an A-law byte: every second bit is inverted, the first two chords are equal."""
    plain = code ^ 0b01010101
    chord, step = plain // 16 % 8, plain % 16
    level = (2 * step + 1) * 8 if chord == 0 else 2 ** (chord - 1) * (2 * step + 33) * 8
    return level if plain >= 128 else -level


def test_au21_mulaw_levels_are_those_of_the_definition() -> None:
    assert decode_mulaw(ALL_CODES).tolist() == [mulaw_level(code) for code in range(256)]


def test_au21_alaw_levels_are_those_of_the_definition() -> None:
    assert decode_alaw(ALL_CODES).tolist() == [alaw_level(code) for code in range(256)]


@pytest.mark.parametrize(
    ("code", "level"),
    [(0x00, -32124), (0x80, 32124), (0xFF, 0), (0x7F, 0), (0xFE, 8), (0x7E, -8), (0x8F, 16764)],
)
def test_au21_mulaw_has_the_known_end_points(code: int, level: int) -> None:
    assert decode_mulaw(bytes([code])).tolist() == [level]


@pytest.mark.parametrize(
    ("code", "level"), [(0x55, -8), (0xD5, 8), (0x2A, -32256), (0xAA, 32256), (0xD4, 24)]
)
def test_au21_alaw_has_the_known_end_points(code: int, level: int) -> None:
    assert decode_alaw(bytes([code])).tolist() == [level]


def mulaw_step(level: int) -> int:
    """Width of the interval that a level stands for."""
    return 8 << ((abs(level) + 132) // 132).bit_length() - 1


def alaw_step(level: int) -> int:
    return 16 << max((abs(level) // 256).bit_length() - 1, 0)


@pytest.mark.parametrize(
    ("encode", "decode", "step", "top"),
    [(encode_mulaw, decode_mulaw, mulaw_step, 32635), (encode_alaw, decode_alaw, alaw_step, 32767)],
)
def test_au21_every_sample_becomes_the_level_of_its_interval(
    encode: Callable[..., bytes],
    decode: Callable[..., NDArray[np.int16]],
    step: Callable[[int], int],
    top: int,
) -> None:
    coded = decode(encode(ALL_SAMPLES)).tolist()
    for sample, level in zip(range(-32768, 32768), coded, strict=True):
        assert abs(max(min(sample, top), -top) - level) <= step(level) // 2, sample
        assert sample * level >= 0, sample


@pytest.mark.parametrize(
    ("encode", "decode"), [(encode_mulaw, decode_mulaw), (encode_alaw, decode_alaw)]
)
def test_au21_a_level_survives_the_round_trip(
    encode: Callable[..., bytes], decode: Callable[..., NDArray[np.int16]]
) -> None:
    levels = decode(ALL_CODES)
    assert decode(encode(levels)).tolist() == levels.tolist()


@pytest.mark.parametrize(
    ("encode", "decode"), [(encode_mulaw, decode_mulaw), (encode_alaw, decode_alaw)]
)
def test_au21_speech_levels_survive_with_the_usual_noise(
    encode: Callable[..., bytes], decode: Callable[..., NDArray[np.int16]]
) -> None:
    samples = tone(1.0, rate=8000, frequency=437.0).samples
    noise = (decode(encode(samples)).astype(int) - samples).astype(np.int16)
    assert loudness(samples) - loudness(noise) > 36.0


@pytest.mark.parametrize(
    ("encode", "decode"), [(encode_mulaw, decode_mulaw), (encode_alaw, decode_alaw)]
)
def test_au21_other_rates_are_resampled_on_the_way(
    encode: Callable[..., bytes], decode: Callable[..., NDArray[np.int16]]
) -> None:
    wide = tone(1.0, rate=24_000, frequency=437.0).samples
    data = encode(wide, rate=24_000)
    assert len(data) == 8000
    back = decode(data, to_rate=24_000)
    assert len(back) == 24_000
    noise = (back[2400:-2400].astype(int) - wide[2400:-2400]).astype(np.int16)
    assert loudness(wide) - loudness(noise) > 35.0


def test_au21_nothing_gives_nothing() -> None:
    assert len(decode_mulaw(b"")) == 0
    assert encode_alaw(np.empty(0, np.int16)) == b""
