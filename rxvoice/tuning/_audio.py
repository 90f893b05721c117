"""Whole recordings, from files that may be anything."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import WavReader
from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame

WAV = (".wav", ".wave")
COMPRESSED = (".flac", ".ogg", ".mp3")
SUFFIXES = (*WAV, *COMPRESSED)
LONGEST = 4 * 3600.0
BLOCK = 65_536


def read_audio(path: Path, channel: int | None) -> tuple[AudioFrame, str]:
    """Read a recording.

    Args:
        path: A WAV file, or with the package ``soundfile`` one of `COMPRESSED`.
        channel: The channel wanted; `None` for the left one of two, else for the mean of all.

    Returns:
        The audio, and what is wrong with the file although it can be used, or nothing.

    Raises:
        AudioFormatError: When there is nothing that can be used; names the file.
        OSError: When it cannot be opened.
    """
    read = _from_wav if path.suffix.lower() in WAV else _from_compressed
    rate, samples, told = read(path, channel)
    if not len(samples):
        raise AudioFormatError(f"{path} holds no audio")
    return AudioFrame(samples, rate), told


def _from_wav(path: Path, channel: int | None) -> tuple[int, NDArray[np.int16], str]:
    with WavReader(path) as reader:
        chosen = 0 if channel is None and reader.channels == 2 else channel
    with WavReader(path, channel=chosen) as reader:
        samples = _joined(path, reader.rate, lambda: reader.read(BLOCK))
        promised = (reader.announced or 0) / reader.rate
        there = len(samples) / reader.rate
        told = f"{path} ends after {there:.3f} s of the {promised:.3f} s that it announces"
        return reader.rate, samples, told if reader.truncated else ""


def _from_compressed(path: Path, channel: int | None) -> tuple[int, NDArray[np.int16], str]:
    try:
        import soundfile  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise AudioFormatError(
            f"{path} cannot be read without soundfile: pip install 'rxvoice[tune]'"
        ) from None
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        with soundfile.SoundFile(path) as file:
            channels: int = file.channels
            if channel is not None and channel >= channels:
                raise AudioFormatError(
                    f"channel {channel} was asked for, but {path} has {channels}"
                )

            def block() -> NDArray[np.int16]:
                read = cast("Callable[..., Any]", file.read)
                woven: NDArray[np.int16] = read(BLOCK, dtype="int16", always_2d=True)
                if channel is None and channels != 2:
                    return (
                        np.rint(woven.mean(axis=1)).astype(np.int16) if len(woven) else woven[:, 0]
                    )
                return woven[:, channel or 0]

            return file.samplerate, _joined(path, file.samplerate, block), ""
    except (soundfile.SoundFileError, RuntimeError, TypeError) as error:
        raise AudioFormatError(f"{path} cannot be read: {error}") from None


def _joined(path: Path, rate: int, block: Callable[[], NDArray[np.int16]]) -> NDArray[np.int16]:
    def blocks() -> Iterator[NDArray[np.int16]]:
        count = 0
        while len(samples := block()):
            count += len(samples)
            if count > LONGEST * rate:
                raise AudioFormatError(f"{path} is longer than {LONGEST / 3600.0:g} hours")
            yield samples

    pieces = list(blocks())
    return np.concatenate(pieces) if pieces else np.empty(0, np.int16)


__all__ = ["SUFFIXES", "read_audio"]
