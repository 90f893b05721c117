"""Reading WAV files: every coding, odd layouts, and what is no WAV file at all."""

import contextlib
import struct
import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rxvoice.audio import PcmAligner, WavReader, encode_alaw, encode_mulaw, loudness, pcm_to_bytes
from rxvoice.errors import AudioFormatError
from rxvoice.testing import tone

SHARED = Path(__file__).parents[3] / "shared" / "data" / "audio" / "stt"
SPEECH = sorted(SHARED.glob("*.wav")) if SHARED.is_dir() else []
TONE = tone(0.1, 8000).samples


def fmt(code: int, channels: int, bits: int, rate: int = 8000, extra: bytes = b"") -> bytes:
    block = channels * ((bits + 7) // 8)
    return struct.pack("<HHIIHH", code, channels, rate, rate * block, block, bits) + extra


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def riff(*chunks: bytes, size: int | None = None, mark: bytes = b"RIFF") -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return mark + struct.pack("<I", len(body) if size is None else size) + body


def extensible(code: int, bits: int) -> bytes:
    guid = struct.pack("<I", code) + bytes.fromhex("00001000800000aa00389b71")
    return fmt(0xFFFE, 1, bits, extra=struct.pack("<HHI", 22, bits, 4) + guid)


def saved(folder: Path, data: bytes) -> Path:
    path = folder / "clip.wav"
    path.write_bytes(data)
    return path


def decoded(path: Path, channel: int | None = None) -> NDArray[np.int16]:
    with WavReader(path, channel=channel) as reader:
        samples = reader.read(10**9)
        assert not reader.truncated
        assert not len(reader.read(10))
    return samples


def packed(width: int) -> bytes:
    """The tone as integers of ``width`` bytes, with garbage below 16 bits."""
    low = b"\x5a" * (width - 2)
    return b"".join(low + struct.pack("<h", sample) for sample in TONE.tolist())


@pytest.mark.parametrize(
    ("form", "data", "error"),
    [
        (fmt(1, 1, 16), pcm_to_bytes(TONE), 0),
        (fmt(1, 1, 24), packed(3), 0),
        (fmt(1, 1, 32), packed(4), 0),
        (fmt(1, 1, 64), packed(8), 0),
        (fmt(1, 1, 8), bytes((TONE // 256 + 128).astype(np.uint8)), 255),
        (fmt(3, 1, 32), (TONE / 32768).astype("<f4").tobytes(), 0),
        (fmt(3, 1, 64), (TONE / 32768).astype("<f8").tobytes(), 0),
        (fmt(7, 1, 8), encode_mulaw(TONE), 260),
        (fmt(6, 1, 8), encode_alaw(TONE), 260),
        (extensible(1, 16), pcm_to_bytes(TONE), 0),
        (extensible(3, 32), (TONE / 32768).astype("<f4").tobytes(), 0),
        (extensible(7, 8), encode_mulaw(TONE), 260),
        (fmt(1, 1, 16)[:14], pcm_to_bytes(TONE), 0),
    ],
)
def test_every_coding_gives_the_same_sound(
    tmp_path: Path, form: bytes, data: bytes, error: int
) -> None:
    out = decoded(saved(tmp_path, riff(chunk(b"fmt ", form), chunk(b"data", data))))
    assert len(out) == len(TONE)
    assert np.abs(out.astype(int) - TONE).max() <= error


def test_channels_are_mixed_down_or_chosen(tmp_path: Path) -> None:
    data = pcm_to_bytes(np.array([100, 300, -7, 1000, 2000, 0], np.int16))
    path = saved(tmp_path, riff(chunk(b"fmt ", fmt(1, 3, 16)), chunk(b"data", data)))
    assert decoded(path).tolist() == [131, 1000]
    assert decoded(path, 0).tolist() == [100, 1000]
    assert decoded(path, 2).tolist() == [-7, 0]
    for channel in (3, -1):
        with pytest.raises(AudioFormatError, match=r"channel -?\d was asked for, but .* has 3"):
            WavReader(path, channel=channel)


def test_a_big_endian_file_is_read(tmp_path: Path) -> None:
    form = struct.pack(">HHIIHH", 1, 1, 8000, 16000, 2, 16)
    data = TONE.astype(">i2").tobytes()
    body = b"WAVEfmt " + struct.pack(">I", 16) + form + b"data" + struct.pack(">I", len(data))
    path = saved(tmp_path, b"RIFX" + struct.pack(">I", len(body) + len(data)) + body + data)
    assert np.array_equal(decoded(path), TONE)


@pytest.mark.parametrize("mark", [b"RF64", b"BW64"])
def test_a_64_bit_file_is_read(tmp_path: Path, mark: bytes) -> None:
    data = pcm_to_bytes(TONE)
    sizes = struct.pack("<QQQI", 0, len(data), len(TONE), 0)
    samples = b"data\xff\xff\xff\xff" + data
    tail = chunk(b"LIST", b"INFO")
    content = riff(
        chunk(b"ds64", sizes),
        chunk(b"fmt ", fmt(1, 1, 16)),
        samples + tail,
        mark=mark,
        size=0xFFFFFFFF,
    )
    assert np.array_equal(decoded(saved(tmp_path, content)), TONE)


def test_unknown_chunks_and_odd_sizes_are_skipped(tmp_path: Path) -> None:
    content = riff(
        chunk(b"JUNK", bytes(27)),
        chunk(b"bext", b"x" * 603),
        chunk(b"fmt ", fmt(1, 1, 16, extra=b"\0\0")),
        chunk(b"fact", b"\0" * 4),
        chunk(b"data", pcm_to_bytes(TONE)),
        chunk(b"LIST", b"INFOISFT" + b"\x55" * 2000),
    )
    assert np.array_equal(decoded(saved(tmp_path, content)), TONE)


def test_missing_padding_is_noticed(tmp_path: Path) -> None:
    content = riff(
        chunk(b"JUNK", bytes(27))[:-1],
        chunk(b"fmt ", fmt(1, 1, 16)),
        chunk(b"data", pcm_to_bytes(TONE)),
    )
    assert np.array_equal(decoded(saved(tmp_path, content)), TONE)


def test_the_format_may_follow_the_samples(tmp_path: Path) -> None:
    content = riff(chunk(b"data", pcm_to_bytes(TONE)), chunk(b"fmt ", fmt(1, 1, 16)))
    assert np.array_equal(decoded(saved(tmp_path, content)), TONE)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0xFFFFFFDB, 0x7FFFF000, 0x80000000])
@pytest.mark.parametrize("whole", [0, 36, 0xFFFFFFFF])
def test_a_streamed_file_is_read_to_its_end(tmp_path: Path, size: int, whole: int) -> None:
    samples = b"data" + struct.pack("<I", size) + pcm_to_bytes(TONE)
    path = saved(tmp_path, riff(chunk(b"fmt ", fmt(1, 1, 16)), samples, size=whole))
    assert np.array_equal(decoded(path), TONE)


def test_an_empty_file_is_not_taken_for_a_streamed_one(tmp_path: Path) -> None:
    content = riff(chunk(b"fmt ", fmt(1, 1, 16)), chunk(b"data", b""), chunk(b"LIST", b"INFOxxxx"))
    assert not len(decoded(saved(tmp_path, content)))


def test_a_sample_cut_in_two_is_left_out(tmp_path: Path) -> None:
    content = riff(chunk(b"fmt ", fmt(1, 1, 16)), chunk(b"data", pcm_to_bytes(TONE)[:-1]))
    assert np.array_equal(decoded(saved(tmp_path, content)), TONE[:-1])


def test_a_truncated_file_says_so(tmp_path: Path) -> None:
    content = riff(chunk(b"fmt ", fmt(1, 1, 16)), chunk(b"data", pcm_to_bytes(TONE)))
    with WavReader(saved(tmp_path, content[:-333])) as reader:
        assert reader.announced == len(TONE)
        assert np.array_equal(reader.read(10**6), TONE[:-167])
        assert reader.truncated


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"R", "only 1 byte"),
        (b"RIFF\x24\0\0\0WA", "cut off in its header"),
        (b"RIFF\x24\0\0\0AVI LIST", "kind b'AVI '"),
        (b"fLaC\0\0\0\x22" + bytes(60), "FLAC"),
        (b"ID3\x04" + bytes(60), "MP3"),
        (b"\xff\xfb\x90\x64" + bytes(60), "MP3"),
        (b"OggS" + bytes(60), "Ogg"),
        (b"\0\0\0\x20ftypM4A " + bytes(60), "M4A"),
        (b"FORM\0\0\0\x20AIFF" + bytes(60), "AIFF"),
        (b"\x1a\x45\xdf\xa3" + bytes(60), "WebM"),
        (b"Dear diary,\nit is \xc3\xa4 rainy day\n" * 9, "text file"),
        (b'{"audio": null}', "text file"),
        (bytes(range(128, 228)), "no known format .*80 81 82"),
        (bytes(10), "only 10 bytes"),
        (riff(chunk(b"fmt ", fmt(0x55, 1, 16))), "MP3 .format 0x0055"),
        (riff(chunk(b"fmt ", fmt(1, 1, 16, rate=0))), "rate is 0 Hz"),
        (riff(chunk(b"fmt ", fmt(1, 1, 16, rate=10**6))), "rate is 1000000 Hz"),
        (riff(chunk(b"fmt ", fmt(1, 0, 16))), "0 channels"),
        (riff(chunk(b"fmt ", fmt(1, 65535, 8))), "65535 channels"),
        (riff(chunk(b"fmt ", fmt(1, 1, 0))), "0 bits"),
        (riff(chunk(b"fmt ", fmt(3, 1, 16))), "floats of 16 bits"),
        (riff(chunk(b"fmt ", fmt(1, 1, 16)[:10])), "10 bytes"),
        (riff(chunk(b"fmt ", fmt(0xFFFE, 1, 16))), "cut off"),
        (riff(chunk(b"fmt ", extensible(1, 16)[:-1] + b"?")), "unknown way"),
        (riff(chunk(b"data", bytes(100))), "no fmt chunk"),
        (riff(chunk(b"fmt ", fmt(1, 1, 16))), "ends before its samples"),
        (riff(chunk(b"JUNK", b"") * 1001), "1000 chunks"),
        (riff(b"data\xff\xff\xff\xff" + bytes(100)), "no length"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    path = saved(tmp_path, content)
    with pytest.raises(AudioFormatError, match=says) as caught:
        WavReader(path)
    assert str(path) in str(caught.value)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AudioFormatError, match="is a folder"):
        WavReader(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"there is no file .*nowhere\.wav"):
        WavReader(tmp_path / "nowhere.wav")
    with pytest.raises(AudioFormatError, match="not a regular file"):
        WavReader("/dev/null")


@pytest.mark.parametrize("claim", [0x7FFFEFFF, 0xFFFEFFFF, 2**63 - 1, 2**64 - 1])
def test_nothing_is_allocated_from_a_header(tmp_path: Path, claim: int) -> None:
    samples = b"data\xff\xff\xff\xff" + pcm_to_bytes(TONE)
    large = chunk(b"ds64", struct.pack("<QQQI", claim, claim, claim, 0))
    form = chunk(b"fmt ", fmt(1, 256, 64, rate=768_000))
    path = saved(tmp_path, riff(large, form, samples, mark=b"RF64", size=0xFFFFFFFF))
    tracemalloc.start()
    try:
        with WavReader(path) as reader:
            assert len(reader.read(10**12)) == 0
            assert reader.truncated
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.skipif(not SPEECH, reason="the shared recordings are not here")
def test_recorded_speech_is_read_as_the_standard_library_does() -> None:
    compared = 0
    for path in SPEECH:
        try:
            with wave.open(str(path)) as file:
                plain = file.getsampwidth() == 2 and file.getnchannels() == 1
                raw, rate = file.readframes(file.getnframes()), file.getframerate()
        except wave.Error:
            plain, raw, rate = False, b"", 0
        with WavReader(path) as reader:
            samples = reader.read(10**8)
            assert not reader.truncated
        assert loudness(samples) > -50.0
        if plain:
            assert reader.rate == rate
            assert pcm_to_bytes(samples) == raw
            compared += 1
    assert compared > 10


SEEDS = [
    riff(chunk(b"fmt ", fmt(1, 2, 24)), chunk(b"data", packed(3)[:600])),
    riff(chunk(b"JUNK", b"odd"), chunk(b"fmt ", extensible(3, 32)), chunk(b"data", bytes(400))),
    riff(
        chunk(b"ds64", struct.pack("<QQQI", 0, 300, 150, 0)),
        chunk(b"data", bytes(300)),
        chunk(b"fmt ", fmt(7, 1, 8)),
        mark=b"RF64",
    ),
]


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 110), st.integers(0, 255)), max_size=8),
    st.integers(0, 1000),
)
def test_any_damage_gives_a_clear_error_or_some_audio(
    tmp_path_factory: pytest.TempPathFactory,
    content: bytes,
    damage: list[tuple[int, int]],
    length: int,
) -> None:
    broken = bytearray(content)
    for at, value in damage:
        broken[at % len(broken)] = value
    data = bytes(broken[:length])
    path = saved(tmp_path_factory.getbasetemp(), data)
    with contextlib.suppress(AudioFormatError), WavReader(path) as reader:
        assert len(reader.read(10**9)) <= len(data)
    with contextlib.suppress(AudioFormatError):
        aligner = PcmAligner(8000)
        given = [*aligner.push(data[:50]), *aligner.push(data[50:]), *aligner.flush()]
        assert sum(len(frame.samples) for frame in given) <= len(data) + 1
