"""Recordings of the project's shared data."""

import json
import wave
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice.audio import convert_rate
from rxvoice.items import AudioFrame

DATA = Path(__file__).parents[3] / "shared" / "data"

needs_recordings = pytest.mark.skipif(
    not (DATA / "manifest.json").exists(), reason="the shared recordings are not here"
)


def recording(name: str, *, rate: int | None = None, pts: float = 0.0) -> AudioFrame:
    """Read a 16-bit mono WAV or FLAC file, such as ``"stt/jfk"``."""
    return _resampled(*_samples(DATA / "audio" / name), rate, pts)


def scene(name: str, *, rate: int | None = None) -> AudioFrame:
    """Read what the user's side of a scene holds, such as ``"d-simple-00"``."""
    return _resampled(*_samples(DATA / "scenes" / name), rate, 0.0)


def scenes(kind: str) -> list[str]:
    """Name the scenes of a kind, such as ``"simple"``; none where there is no shared data."""
    if not (DATA / "manifest.json").exists():
        return []
    return [Path(file).stem for file, entry in _manifest().items() if entry.get("scene") == kind]


def flac(name: str) -> AudioFrame:
    """Read a mono FLAC file of 16 bits, such as ``"scenes/d-echo-00"``."""
    soundfile: Any = import_module("soundfile")
    samples, rate = soundfile.read(str(DATA / f"{name}.flac"), dtype="int16")
    return AudioFrame(samples, rate)


def entries(kind: str, *, ext: str = "flac") -> dict[str, dict[str, Any]]:
    """What the manifest says of the files of a kind, by their names without extension."""
    if not (DATA / "manifest.json").exists():
        return {}
    return {
        name.removesuffix(f".{ext}"): entry
        for name, entry in _manifest().items()
        if entry["kind"] == kind and name.endswith(f".{ext}")
    }


def about(name: str) -> dict[str, Any]:
    """What the manifest says of a recording."""
    manifest = _manifest()
    files = (f"audio/{name}.wav", f"audio/{name}.flac", f"scenes/{name}.flac")
    return next(manifest[file] for file in files if file in manifest)


def _samples(path: Path) -> tuple[NDArray[np.int16], int]:
    if path.with_suffix(".flac").exists():
        soundfile: Any = import_module("soundfile")
        samples, rate = soundfile.read(path.with_suffix(".flac"), dtype="int16", always_2d=True)
        return np.ascontiguousarray(samples[:, 0]), rate
    with wave.open(str(path.with_suffix(".wav")), "rb") as file:
        assert file.getnchannels() == 1
        assert file.getsampwidth() == 2
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
        return samples, file.getframerate()


def _resampled(samples: NDArray[np.int16], own: int, rate: int | None, pts: float) -> AudioFrame:
    if rate is not None:
        samples = convert_rate(samples, own, rate)
    return AudioFrame(samples, rate or own, pts)


@cache
def _manifest() -> dict[str, dict[str, Any]]:
    content = json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))
    return {entry["file"]: entry for entry in content["files"]}


def cut(audio: AudioFrame, start: float, end: float) -> AudioFrame:
    """Return what lies between two times, in seconds from the beginning."""
    return AudioFrame(
        audio.samples[round(start * audio.rate) : round(end * audio.rate)], audio.rate
    )


def hiss(duration: float, level: float, *, rate: int = 16_000, seed: int = 0) -> AudioFrame:
    """White noise with a standard deviation of ``level`` steps."""
    noise = np.random.default_rng(seed).normal(0.0, level, round(duration * rate))
    return AudioFrame(np.round(noise).clip(-32768, 32767).astype(np.int16), rate)


def joined(*pieces: AudioFrame) -> AudioFrame:
    """Pieces of one rate, one after the other."""
    return AudioFrame(np.concatenate([piece.samples for piece in pieces]), pieces[0].rate)
