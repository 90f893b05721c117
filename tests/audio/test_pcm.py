"""AU22: bytes, floats and base64."""

import base64
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.audio import (
    pcm_from_base64,
    pcm_from_bytes,
    pcm_from_float,
    pcm_to_base64,
    pcm_to_bytes,
    pcm_to_float,
)
from rxvoice.errors import AudioFormatError

SAMPLES = np.array([0, 1, -1, 32767, -32768], np.int16)


def test_au22_bytes_are_little_endian() -> None:
    assert pcm_to_bytes(SAMPLES) == b"\x00\x00\x01\x00\xff\xff\xff\x7f\x00\x80"
    assert pcm_from_bytes(pcm_to_bytes(SAMPLES)).tolist() == SAMPLES.tolist()
    assert pcm_to_bytes(SAMPLES.astype(">i2")) == pcm_to_bytes(SAMPLES)


def test_au22_half_a_sample_is_refused() -> None:
    with pytest.raises(AudioFormatError, match="3 bytes"):
        pcm_from_bytes(b"\0\0\0")


def test_au22_floats_are_clipped_and_nan_is_silence() -> None:
    values = np.array([0.0, 0.5, 1.0, 1.5, -1.0, -7.0, np.inf, -np.inf, np.nan, 1e38], np.float32)
    assert pcm_from_float(values).tolist() == [
        0, 16384, 32767, 32767, -32768, -32768, 32767, -32768, 0, 32767,
    ]  # fmt: skip
    assert pcm_from_float(np.array([1e308, -1e308])).tolist() == [32767, -32768]


def test_au22_every_sample_survives_as_a_float() -> None:
    samples = np.arange(-32768, 32768).astype(np.int16)
    assert np.array_equal(pcm_from_float(pcm_to_float(samples)), samples)


def test_au22_base64_of_16_bit_samples() -> None:
    text = base64.b64encode(struct.pack("<3h", 1, -2, 300)).decode()
    assert pcm_from_base64(text).tolist() == [1, -2, 300]
    assert pcm_from_base64(text.encode()).tolist() == [1, -2, 300]
    assert pcm_from_base64(text[:4] + "\r\n " + text[4:]).tolist() == [1, -2, 300]


def test_au22_base64_of_floats_is_clipped() -> None:
    text = base64.b64encode(struct.pack("<3f", 0.25, 2.0, -2.0)).decode()
    assert pcm_from_base64(text, "float32").tolist() == [8192, 32767, -32768]


@pytest.mark.parametrize("text", ["x", "AAA", "Ä=", "AAAA!", b"\xff\xff\xff\xff"])
def test_au22_what_is_not_base64_is_refused(text: str | bytes) -> None:
    with pytest.raises(AudioFormatError, match="base64"):
        pcm_from_base64(text)


def test_au22_a_cut_payload_is_refused() -> None:
    with pytest.raises(AudioFormatError, match="3 bytes"):
        pcm_from_base64("AAAA")
    with pytest.raises(AudioFormatError, match="32-bit floats, got 6 bytes"):
        pcm_from_base64("AAAAAAAA", "float32")


def test_au22_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(ValueError, match="encoding"):
        pcm_from_base64("AAAA", "mp3")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="encoding"):
        pcm_to_base64(SAMPLES, "mp3")  # pyright: ignore[reportArgumentType]


@given(st.lists(st.integers(-32768, 32767)))
def test_au22_base64_round_trip(values: list[int]) -> None:
    samples = np.array(values, np.int16)
    assert pcm_from_base64(pcm_to_base64(samples)).tolist() == values
    assert pcm_from_base64(pcm_to_base64(samples, "float32"), "float32").tolist() == values
