"""Whole WAV files."""

from pathlib import Path

import numpy as np
import pytest

from rxvoice.audio import WavReader, read_wav, write_wav
from rxvoice.errors import AudioFormatError
from rxvoice.testing import tone


def test_what_is_written_is_read_again_and_folders_are_made(tmp_path: Path) -> None:
    speech = tone(0.5, 24_000)
    write_wav(tmp_path / "a" / "b" / "c.wav", speech.samples, 24_000)
    assert read_wav(tmp_path / "a" / "b" / "c.wav") == speech


def test_columns_are_channels(tmp_path: Path) -> None:
    left, right = tone(0.1).samples, tone(0.1, frequency=200.0).samples
    write_wav(tmp_path / "a.wav", np.stack([left, right], axis=1), 16_000)
    assert np.array_equal(read_wav(tmp_path / "a.wav", channel=0).samples, left)
    assert np.array_equal(read_wav(tmp_path / "a.wav", channel=1).samples, right)
    mean = np.rint((left.astype(int) + right) / 2)
    assert np.abs(read_wav(tmp_path / "a.wav").samples - mean).max() <= 1


@pytest.mark.parametrize(("shape", "channels"), [((0,), 1), ((0, 2), 2)])
def test_nothing_is_a_file_too(tmp_path: Path, shape: tuple[int, ...], channels: int) -> None:
    write_wav(tmp_path / "a.wav", np.zeros(shape, np.int16), 8_000)
    assert (tmp_path / "a.wav").stat().st_size == 44
    assert (tmp_path / "a.wav").read_bytes()[22] == channels


def test_what_is_no_wav_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"ID3" + bytes(100))
    with pytest.raises(AudioFormatError, match=r"a\.wav cannot be read"):
        read_wav(tmp_path / "a.wav")


def test_no_file_stays_open(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", tone(0.1).samples, 16_000)
    read_wav(tmp_path / "a.wav")
    (tmp_path / "a.wav").unlink()
    with pytest.raises(FileNotFoundError):
        WavReader(tmp_path / "a.wav")
