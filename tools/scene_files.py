"""Scenes: recordings in which it is known who speaks when, with a script for the bot.

A manifest is a JSON object whose ``files`` hold, among others, entries of the kind ``scene``: the
file of what the microphone heard, and in ``bot`` what the bot says between ``t0`` and ``t1``, with
the recording of its voice where there is one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from rxvoice.audio import convert_rate
from rxvoice.testing import tone

RATE = 16_000
PAUSE = 1.0
"""Seconds of silence between two lines of the bot that make them two replies."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the bot says at a fixed time.

    Attributes:
        start: Seconds on the scene's clock.
        end: Likewise.
        text: The words.
        samples: Its voice, 16 kHz, as long as it lasts.
    """

    start: float
    end: float
    text: str
    samples: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Scene:
    """One recording.

    Attributes:
        name: Name of the file.
        kind: What it is a scene of, such as ``"pause"``.
        samples: What the microphone heard.
        rate: Samples a second.
        replies: What the bot has to say: replies, each of lines that follow closely.
        about: The manifest's entry.
    """

    name: str
    kind: str
    samples: NDArray[np.int16]
    rate: int
    replies: tuple[tuple[Line, ...], ...]
    about: Mapping[str, Any]

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.rate


def read_scenes(manifest: Path, *, split: str | None = None) -> list[Scene]:
    """Read the scenes that a manifest lists.

    Args:
        manifest: The JSON file; paths in it count from its folder.
        split: Read only this part; all unless given.

    Raises:
        OSError: When a scene cannot be read.
    """
    entries = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return [
        _scene(manifest.parent, entry)
        for entry in entries
        if entry["kind"] == "scene" and split in (None, entry.get("split"))
    ]


def _scene(folder: Path, entry: Mapping[str, Any]) -> Scene:
    samples, rate = _samples(folder / entry["file"])
    lines = [_line(folder, spoken) for spoken in entry.get("bot", ())]
    replies: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.start):
        if replies and line.start - replies[-1][-1].end < PAUSE:
            replies[-1].append(line)
        else:
            replies.append([line])
    name = Path(entry["file"]).name
    kept = tuple(tuple(reply) for reply in replies)
    return Scene(name, entry["scene"], samples, rate, kept, entry)


def _line(folder: Path, spoken: Mapping[str, Any]) -> Line:
    """Read a line; where there is no recording, a tone that is as long stands for it."""
    length = round((spoken["t1"] - spoken["t0"]) * RATE)
    samples = tone(length / RATE, RATE).samples
    recording = _found(folder, spoken.get("file"))
    if recording is not None:
        own, rate = _samples(recording)
        samples = _loudest(convert_rate(own, rate, RATE), length)
    return Line(spoken["t0"], spoken["t1"], spoken["text"], samples)


def _found(folder: Path, name: str | None) -> Path | None:
    """Find a file, also where its first folder, the part of the data that it is of, is gone."""
    if name is None:
        return None
    parts = Path(name).parts
    places = (folder / name, folder.joinpath(*parts[1:]))
    return next((place for place in places if place.is_file()), None)


def _loudest(samples: NDArray[np.int16], length: int) -> NDArray[np.int16]:
    """Cut the loudest stretch out: lines are recordings without the silence at their ends."""
    if len(samples) <= length:
        return np.pad(samples, (0, length - len(samples)))
    energy = np.zeros(len(samples) + 1)
    np.cumsum(np.square(samples, dtype=np.float64), out=energy[1:])
    first = int(np.argmax(energy[length:] - energy[:-length]))
    return samples[first : first + length]


def _samples(path: Path) -> tuple[NDArray[np.int16], int]:
    """Read the first channel of a file."""
    sounds: Any = soundfile
    samples: NDArray[np.int16]
    samples, rate = sounds.read(path, dtype="int16", always_2d=True)
    return samples[:, 0].copy(), int(rate)


__all__ = ["RATE", "Line", "Scene", "read_scenes"]
