"""Recordings of the project's shared data."""

import json
import wave
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rxvoice.audio import convert_rate
from rxvoice.items import AudioFrame

DATA = Path(__file__).parents[3] / "shared" / "data"

needs_recordings = pytest.mark.skipif(
    not (DATA / "manifest.json").exists(), reason="the shared recordings are not here"
)


def recording(name: str, *, rate: int | None = None, pts: float = 0.0) -> AudioFrame:
    """Read a 16-bit mono WAV file, such as ``"stt/jfk"``."""
    with wave.open(str(DATA / "audio" / f"{name}.wav"), "rb") as file:
        assert file.getnchannels() == 1
        assert file.getsampwidth() == 2
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
        own = file.getframerate()
    if rate is not None:
        samples = convert_rate(samples, own, rate)
    return AudioFrame(samples, rate or own, pts)


def about(name: str) -> dict[str, Any]:
    """What the manifest says of a recording."""
    return _manifest()[f"audio/{name}.wav"]


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
