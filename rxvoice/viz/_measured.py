"""Lanes with the loudness of their audio."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ._note import Note
from ._strip import LEVEL, Sounding, Strip
from ._strips import strips_of
from ._voice import level, loudness


def measured(
    lanes: Mapping[str, Sequence[Note]], start: float, end: float, *, later: float = math.inf
) -> tuple[list[Strip], float]:
    """Make lanes of notes, with the loudness of audio; see `strips_of`.

    Args:
        lanes: Notes by the name of the stream.
        start: When the picture begins.
        end: When the last thing happens.
        later: How much later audio may end, in seconds, that came at once.

    Returns:
        Them, and when the last thing in them ends.
    """
    strips = strips_of(lanes, start, end)
    last = end
    for strip in strips:
        for sound in strip.sounds:
            _measure(sound)
            last = max(last, min(sound.shown, end + later))
    return strips, last


def _measure(sound: Sounding) -> None:
    """Fill in the loudness of audio, and up to when it is drawn."""
    sound.shown = min(sound.end, sound.shown)
    step = max(1, round(LEVEL * sound.rate))
    if not sound.pieces:
        sound.levels = [0.3] * math.ceil((sound.shown - sound.start) / LEVEL)
        return
    samples = np.concatenate(sound.pieces)
    samples = samples[: max(0, math.ceil((sound.shown - sound.start) * sound.rate))]
    whole = len(samples) // step * step
    wide = samples[:whole].reshape(-1, step).astype(np.float32)
    power = np.mean(wide * wide, axis=1) / 32768.0**2
    sound.levels = [level(each) for each in power.tolist()]
    if len(samples) > whole:
        sound.levels.append(loudness(samples[whole:]))


__all__ = ["measured"]
