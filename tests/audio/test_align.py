"""AU23: byte streams that are cut anywhere."""

import io
import itertools
import struct
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rxvoice.audio import PcmAligner, pcm_to_bytes
from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame

SAMPLES = np.arange(-500, 500, dtype=np.int16)


def wav(samples: NDArray[np.int16] = SAMPLES, rate: int = 22050, channels: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm_to_bytes(samples))
    return file.getvalue()


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


def aligned(pieces: list[bytes], aligner: PcmAligner) -> list[AudioFrame]:
    return [frame for piece in pieces for frame in aligner.push(piece)] + aligner.flush()


def joined(frames: list[AudioFrame]) -> list[int]:
    return [int(sample) for frame in frames for sample in frame.samples]


@given(st.lists(st.integers(0, 5000)))
def test_au23_raw_samples_may_be_cut_anywhere(places: list[int]) -> None:
    out = aligned(cut(pcm_to_bytes(SAMPLES), places), PcmAligner(8000, pts=2.0))
    assert joined(out) == SAMPLES.tolist()
    assert {frame.rate for frame in out} == {8000}
    assert out[0].pts == 2.0
    for before, after in itertools.pairwise(out):
        assert after.pts == pytest.approx(before.end)


@given(st.lists(st.integers(0, 5000)), st.sampled_from([1, 2]))
def test_au23_a_wav_header_is_removed_and_its_rate_used(places: list[int], channels: int) -> None:
    samples = np.repeat(SAMPLES, channels)
    out = aligned(cut(wav(samples, channels=channels), places), PcmAligner(8000))
    assert joined(out) == SAMPLES.tolist()
    assert {frame.rate for frame in out} == {22050}


def test_au23_one_byte_at_a_time() -> None:
    data = wav()
    out = aligned([data[at : at + 1] for at in range(len(data))], PcmAligner(8000))
    assert joined(out) == SAMPLES.tolist()


def test_au23_an_odd_byte_waits_and_is_padded_at_the_very_end() -> None:
    aligner = PcmAligner(8000)
    assert aligner.push(b"\x01") == []
    assert joined(aligner.push(b"\x02\x03")) == [0x0201]
    assert joined(aligner.flush()) == [0x0003]
    assert aligner.flush() == []


def test_au23_nothing_gives_nothing() -> None:
    aligner = PcmAligner(8000)
    assert aligner.push(b"") == []
    assert aligner.flush() == []


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000])
def test_au23_a_streamed_header_has_no_length(size: int) -> None:
    data = bytearray(wav())
    data[40:44] = struct.pack("<I", size)
    assert joined(aligned([bytes(data)], PcmAligner(8000))) == SAMPLES.tolist()


def test_au23_what_follows_the_samples_is_not_played() -> None:
    data = wav() + b"LIST\x04\x00\x00\x00INFO"
    assert joined(aligned(cut(data, [7, 2030, 2046]), PcmAligner(8000))) == SAMPLES.tolist()


def test_au23_large_chunks_before_the_samples_are_skipped() -> None:
    data = wav()
    data = data[:36] + b"LIST" + struct.pack("<I", 100_001) + bytes(100_002) + data[36:]
    assert joined(aligned(cut(data, [40, 70_000]), PcmAligner(8000))) == SAMPLES.tolist()


def test_au23_samples_that_begin_like_a_header_are_samples() -> None:
    assert joined(aligned([b"RI", b"XX"], PcmAligner(8000))) == [0x4952, 0x5858]
    assert joined(aligned([b"RI"], PcmAligner(8000))) == [0x4952]


def test_au23_a_broken_header_is_an_error() -> None:
    with pytest.raises(AudioFormatError, match="no WAV file"):
        PcmAligner(8000).push(b"RIFF\x00\x00\x00\x00AVI ")
    unplayable = bytearray(wav())
    unplayable[20] = 0x55
    with pytest.raises(AudioFormatError, match="MP3"):
        PcmAligner(8000).push(bytes(unplayable))
    aligner = PcmAligner(8000)
    aligner.push(wav()[:30])
    with pytest.raises(AudioFormatError, match="ended within its WAV header"):
        aligner.flush()


def test_au23_a_format_behind_the_samples_is_an_error() -> None:
    data = wav()
    swapped = data[:12] + data[36:] + data[12:36]
    with pytest.raises(AudioFormatError, match="after its samples"):
        PcmAligner(8000).push(swapped)


def test_au23_a_bad_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        PcmAligner(0)
