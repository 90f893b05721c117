"""The bot's voice as stretches without a gap, with its loudness."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from rxvoice.items import AudioFrame, Stamped
from rxvoice.reports import heard_audio

_GAP: Final = 0.06  # frames of a phone line are up to 60 ms long; a lost one is no pause
_PIECE: Final = 0.02
_QUIET: Final = -48.0  # dBFS that is drawn as silence
_LOUD: Final = -8.0


@dataclass(slots=True)
class Voice:
    """A stretch of the bot's voice.

    Attributes:
        reply: Number of the turn that it answers.
        start: When it was first heard.
        end: When it was last heard.
        planned: When it would have ended had nobody cut it off.
        levels: Times and loudness, 0 to 1.
    """

    reply: int
    start: float
    end: float
    planned: float
    levels: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])


def voices(events: Sequence[Stamped]) -> list[Voice]:
    """Gather the bot's audio as it was heard.

    Args:
        events: The time-stamped events of a session, in the order in which they came.
    """
    found: list[Voice] = []
    for heard in heard_audio(events):
        last = found[-1] if found else None
        if last and last.reply == heard.reply and heard.start <= last.planned + _GAP:
            last.planned = max(last.planned, heard.planned)
            last.end = max(last.end, heard.end) if heard.end > heard.start else last.end
        elif heard.end > heard.start:
            last = Voice(heard.reply, heard.start, heard.end, heard.planned)
            found.append(last)
        else:
            continue
        if heard.end > heard.start:
            last.levels += _levels(heard.frame, heard.start, heard.end)
    return found


def _levels(frame: AudioFrame, start: float, end: float) -> list[tuple[float, float]]:
    step = max(1, round(_PIECE * frame.rate))
    audible = frame.samples[: math.ceil((end - start) * frame.rate)]
    return [
        (start + index / frame.rate, loudness(audible[index : index + step]))
        for index in range(0, len(audible), step)
    ]


def loudness(samples: np.typing.NDArray[np.int16]) -> float:
    """Return how loud samples are, from 0 (not to be heard) to 1 (as loud as speech gets).

    Args:
        samples: Shape ``(n,)``.
    """
    if not len(samples):
        return 0.0
    wide = samples.astype(np.float64)
    return level(float(np.mean(wide * wide)) / 32768.0**2)


def level(power: float) -> float:
    """Return the loudness of a mean power, which is 1 for full scale."""
    if power <= 0.0:
        return 0.0
    return min(1.0, max(0.0, (10.0 * math.log10(power) - _QUIET) / (_LOUD - _QUIET)))
