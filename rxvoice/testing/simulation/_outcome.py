"""`Outcome`."""

from dataclasses import dataclass
from typing import TypeAlias

Latency: TypeAlias = tuple[float | None, ...]
"""Seconds of each of `rxvoice.reports.STEPS`, `None` where they are not known, then their sum."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a simulated call, in numbers. `Report` says what each of them means.

    Attributes:
        number: Of the call, from 1.
        duration: Seconds.
        said: How often the caller said something as a turn.
        noises: How often they coughed or said "mm-hm".
        turns: How many turns the agent took.
        replies: How many replies were heard, at least in part.
        interruptions: How many of these were cut off.
        by_noise: How many by a cough or a "mm-hm".
        stops: Seconds from the begin of an interruption to the end of the voice.
        attempts: How often the caller began to speak while the bot was heard.
        missed: How often the bot went on.
        cut_offs: How often the agent took the turn while the caller was not done.
        dead_air: How often no answer was heard in time.
        answered_twice: How often more than one answer was.
        stale_frames: Frames of audio that came out after their reply had been cut off.
        latencies: Of the turns that were answered.
        faults: The sources of all faults, sorted.
        failure: Why the call failed; empty when it did not.
    """

    number: int
    duration: float = 0.0
    said: int = 0
    noises: int = 0
    turns: int = 0
    replies: int = 0
    interruptions: int = 0
    by_noise: int = 0
    stops: tuple[float, ...] = ()
    attempts: int = 0
    missed: int = 0
    cut_offs: int = 0
    dead_air: int = 0
    answered_twice: int = 0
    stale_frames: int = 0
    latencies: tuple[Latency, ...] = ()
    faults: tuple[str, ...] = ()
    failure: str = ""

    @property
    def strangeness(self) -> tuple[float, ...]:
        """How much the call is worth looking at, to be compared with others of its report."""
        slips = self.by_noise + self.missed + self.cut_offs + self.dead_air + self.answered_twice
        slowest = max((latency[-1] or 0.0 for latency in self.latencies), default=0.0)
        return (float(bool(self.failure)), float(self.stale_frames), float(slips), slowest)
