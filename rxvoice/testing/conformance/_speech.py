"""What a recogniser is given, and reading what it answers."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import numpy as np

from rxvoice.audio import convert_rate
from rxvoice.items import AudioFrame, SpeechStarted, SpeechStopped, Transcript

Says: TypeAlias = str | Callable[[str], bool]
"""Words that must be in a text, or a function that tells whether it is right."""

DECLARED: Final = 0.1
"""Seconds of speech after which `SpeechStarted` comes."""

CONFIRMED: Final = 0.2
"""Seconds of silence after which `SpeechStopped` comes."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a source gives.

    Attributes:
        items: Seconds from the start, and item.
        spoken: Start and end of each piece of speech, on the stream's clock.
        sound: All its samples.
    """

    items: tuple[tuple[float, Any], ...]
    spoken: tuple[tuple[float, float], ...]
    sound: bytes = field(repr=False)

    @property
    def end(self) -> float:
        """Where its audio ends, on the stream's clock."""
        return max((i.end for _, i in self.items if isinstance(i, AudioFrame)), default=0.0)


@dataclass(frozen=True, slots=True)
class Setting:
    """How a script is written.

    Attributes:
        frame: Seconds a frame, or several sizes by turns.
        rate: Samples a second; the audio's own unless given.
        pts: Where the stream's clock stands at the first sample.
        marks: Whether speech is marked.
        empty: Whether empty frames are strewn in.
    """

    frame: tuple[float, ...] = (0.1,)
    rate: int | None = None
    pts: float = 0.0
    marks: bool = True
    empty: bool = False


def write(pieces: Sequence[AudioFrame], setting: Setting, *, gap: float = 0.7) -> Script:
    """Write a script: pieces of speech with silence around them.

    Args:
        pieces: Each is one utterance.
        setting: How.
        gap: Seconds of silence before, between and after.
    """
    rate = setting.rate or (pieces[0].rate if pieces else 16_000)
    quiet = np.zeros(round(gap * rate), np.int16)
    samples_of_all = [quiet]
    spoken: list[tuple[float, float]] = []
    length = len(quiet)
    for piece in pieces:
        samples = convert_rate(piece.samples, piece.rate, rate)
        start = setting.pts + length / rate
        spoken.append((start, start + len(samples) / rate))
        samples_of_all += [samples, quiet]
        length += len(samples) + len(quiet)
    frames = _cut(np.concatenate(samples_of_all), rate, setting)
    marks = _marks(spoken) if setting.marks else []
    items: list[tuple[float, Any]] = []
    for frame in frames:
        at = round(frame.end - setting.pts, 6)
        items.append((at, frame))
        while marks and marks[0].pts <= frame.end:
            items.append((at, marks.pop(0)))
    return Script(tuple(items), tuple(spoken), sound([item for _, item in items]))


def _cut(samples: Any, rate: int, setting: Setting) -> list[AudioFrame]:
    frames: list[AudioFrame] = []
    start = 0
    while start < len(samples):
        size = max(1, round(setting.frame[len(frames) % len(setting.frame)] * rate))
        if setting.empty and len(frames) % 3 == 1:
            size = 0
        piece = samples[start : start + size].copy()
        frames.append(AudioFrame(piece, rate, setting.pts + start / rate))
        start += size
    return frames


def _marks(spoken: Sequence[tuple[float, float]]) -> list[SpeechStarted | SpeechStopped]:
    marks: list[SpeechStarted | SpeechStopped] = []
    for start, end in spoken:
        marks.append(SpeechStarted(min(start + DECLARED, end), min(DECLARED, end - start)))
        marks.append(SpeechStopped(end + CONFIRMED, CONFIRMED))
    return marks


def sound(items: Sequence[Any]) -> bytes:
    """Return all samples of some items."""
    return b"".join(item.samples.tobytes() for item in items if isinstance(item, AudioFrame))


def silent(audio: AudioFrame) -> AudioFrame:
    """Return as much silence as there is audio."""
    return replace(audio, samples=np.zeros(len(audio.samples), np.int16))


def plain(text: str) -> str:
    """Return a text's words without case and punctuation."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def fits(says: Says, text: str) -> bool:
    """Tell whether a text is what was said."""
    if callable(says):
        return says(text)
    return f" {plain(says)} " in f" {plain(text)} "


def told(says: Says) -> str:
    """Describe what should be said."""
    return "what says= wants" if callable(says) else repr(says)


def finals(values: Sequence[Any]) -> list[Transcript]:
    """Return the final transcripts."""
    return [value for value in values if isinstance(value, Transcript) and value.is_final]


def text_of(values: Sequence[Any]) -> str:
    """Join the final texts."""
    return " ".join(transcript.text for transcript in finals(values) if transcript.text)


__all__ = [
    "CONFIRMED",
    "Says",
    "Script",
    "Setting",
    "finals",
    "fits",
    "plain",
    "silent",
    "sound",
    "text_of",
    "told",
    "write",
]
