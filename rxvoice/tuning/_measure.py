"""What a policy did right and wrong in one recording."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rxvoice.tuning._held import LATE, Held, Taken
from rxvoice.tuning._labels import LabelledTurn, Labels

BEFORE = 0.3
"""Seconds before a labelled pause in which detection may hear the speech end."""


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """What became of one labelled turn.

    Attributes:
        label: The labelled turn.
        cuts: When the turn was taken although the user had not finished, in seconds of the
            recording.
        end: When it was taken after that; `None` when it was missed.
        pauses_cut: How many of the labelled pauses were taken for the end.
    """

    label: LabelledTurn
    cuts: tuple[float, ...] = ()
    end: float | None = None
    pauses_cut: int = 0

    @property
    def delay(self) -> float | None:
        """Seconds from the labelled end to the turn."""
        return None if self.end is None else self.end - self.label.end


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy did in one recording.

    Attributes:
        recording: Its name.
        turns: One for each labelled turn that is no backchannel.
        extra: When turns were taken that nobody gave: after noise, backchannels, echo, or a second
            time.
        by_backchannel: How many of them are about a labelled backchannel.
        dropped: How many turns were started and came to nothing.
    """

    recording: str
    turns: tuple[TurnOutcome, ...]
    extra: tuple[float, ...] = ()
    by_backchannel: int = 0
    dropped: int = 0


@dataclass(slots=True)
class _Open:
    label: LabelledTurn
    cuts: list[Taken] = field(default_factory=list[Taken])
    end: float | None = None

    def outcome(self) -> TurnOutcome:
        cut = sum(
            any(start - BEFORE <= taken.speech_end <= end for taken in self.cuts)
            for start, end in self.label.pauses
        )
        return TurnOutcome(self.label, tuple(taken.at for taken in self.cuts), self.end, cut)


def measure(name: str, labels: Labels, held: Held, tolerance: float) -> Outcome:
    """Compare the turns that were taken with those that are labelled.

    A turn that was taken is about the last label that begins before the speech in it ends. Before
    the label's end it is a cut-off, else the first one is its end, unless it comes more than `LATE`
    seconds later. One that is about a backchannel may still be the end of the turn before.

    Args:
        name: Of the recording.
        labels: Its labels.
        held: What the policy did.
        tolerance: Seconds by which labels may be wrong.
    """
    spans = [_Open(label) for label in labels.turns]
    extra: list[float] = []
    by_backchannel = 0
    for taken in held.turns:
        about = _about(spans, taken, tolerance)
        if about is not None and about.label.is_turn and taken.at < about.label.end - tolerance:
            about.cuts.append(taken)
            continue
        ended = _ended(spans, about)
        if ended is not None and ended.end is None and taken.at <= ended.label.end + LATE:
            ended.end = taken.at
            continue
        extra.append(taken.at)
        by_backchannel += about is not None and not about.label.is_turn
    turns = (one.outcome() for one in spans if one.label.is_turn)
    return Outcome(name, tuple(turns), tuple(extra), by_backchannel, held.dropped)


def _about(spans: Sequence[_Open], taken: Taken, tolerance: float) -> _Open | None:
    begun = [one for one in spans if one.label.start <= taken.speech_end - tolerance]
    return begun[-1] if begun else None


def _ended(spans: Sequence[_Open], about: _Open | None) -> _Open | None:
    """Return the labelled turn that one about this label may end."""
    if about is None:
        return None
    turns = [one for one in spans if one.label.is_turn and one.label.start <= about.label.start]
    return turns[-1] if turns else None


__all__ = ["Outcome", "TurnOutcome", "measure"]
