"""`Score`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rxvoice.testing.simulation._figures import percentile
from rxvoice.tuning._measure import Outcome
from rxvoice.tuning._policy import Policy


@dataclass(frozen=True, slots=True)
class Score:
    """What a policy did in all recordings.

    Delays are seconds from the labelled end of the speech to the turn. An end that was missed
    counts as endless delay, so that a policy is not the faster the more it misses.

    Attributes:
        policy: The policy.
        outcomes: One for each recording.
        on_front: Whether no other policy has both fewer cut-offs and less median delay.
    """

    policy: Policy
    outcomes: tuple[Outcome, ...]
    on_front: bool = False

    @property
    def turns(self) -> int:
        """How many turns are labelled."""
        return sum(len(outcome.turns) for outcome in self.outcomes)

    @property
    def cut_offs(self) -> int:
        """How many labelled turns were taken at least once before their end."""
        return sum(bool(turn.cuts) for outcome in self.outcomes for turn in outcome.turns)

    @property
    def cut_off_rate(self) -> float:
        """Share of the labelled turns that were cut off."""
        return self.cut_offs / self.turns if self.turns else 0.0

    @property
    def cuts(self) -> int:
        """How often a turn was taken before its end; one labelled turn may be cut often."""
        return sum(len(turn.cuts) for outcome in self.outcomes for turn in outcome.turns)

    @property
    def pauses(self) -> int:
        """How many pauses are labelled."""
        return sum(len(turn.label.pauses) for outcome in self.outcomes for turn in outcome.turns)

    @property
    def pauses_cut(self) -> int:
        """How many labelled pauses were taken for the end of the turn."""
        return sum(turn.pauses_cut for outcome in self.outcomes for turn in outcome.turns)

    @property
    def missed(self) -> int:
        """How many labelled ends were followed by no turn, before the next one or in time."""
        return len(self.delays) - len(self._found)

    @property
    def delays(self) -> tuple[float | None, ...]:
        """The delay of each labelled end, `None` for those that were missed."""
        return tuple(turn.delay for outcome in self.outcomes for turn in outcome.turns)

    @property
    def _found(self) -> list[float]:
        return [delay for delay in self.delays if delay is not None]

    def delay(self, percent: float) -> float | None:
        """Return the delay that so many percent of the ends do not exceed.

        Args:
            percent: Above 0, at most 100.

        Returns:
            Seconds; `None` when there are no ends, or too many were missed to tell.
        """
        found = percentile([math.inf if one is None else one for one in self.delays], percent)
        return found if found is not None and math.isfinite(found) else None

    @property
    def extra(self) -> int:
        """How many turns were taken that nobody gave."""
        return sum(len(outcome.extra) for outcome in self.outcomes)

    @property
    def by_backchannel(self) -> int:
        """How many of the extra turns are about backchannels."""
        return sum(outcome.by_backchannel for outcome in self.outcomes)

    @property
    def dropped(self) -> int:
        """How many turns were started and came to nothing."""
        return sum(outcome.dropped for outcome in self.outcomes)

    def as_dict(self) -> dict[str, Any]:
        """Return all numbers, times in seconds to the millisecond."""
        return {
            "policy": str(self.policy),
            "strategy": self.policy.name,
            "settings": self.policy.all_settings,
            "turns": self.turns,
            "cut_offs": self.cut_offs,
            "cut_off_rate": round(self.cut_off_rate, 6),
            "cuts": self.cuts,
            "pauses": self.pauses,
            "pauses_cut": self.pauses_cut,
            "missed": self.missed,
            "delay": {f"p{percent}": _milli(self.delay(percent)) for percent in (50, 90)},
            "extra": self.extra,
            "by_backchannel": self.by_backchannel,
            "dropped": self.dropped,
            "on_front": self.on_front,
            "recordings": {outcome.recording: _written(outcome) for outcome in self.outcomes},
        }


def marked(scores: Sequence[tuple[Policy, tuple[Outcome, ...]]]) -> tuple[Score, ...]:
    """Make scores, and mark those on the front of cut-offs against delay."""
    bare = [Score(policy, outcomes) for policy, outcomes in scores]
    places = [(score.cut_offs, _milli(score.delay(50))) for score in bare]

    def beaten(cuts: int, delay: float) -> bool:
        return any(
            other is not None and c <= cuts and other <= delay and (c, other) != (cuts, delay)
            for c, other in places
        )

    return tuple(
        Score(score.policy, score.outcomes, delay is not None and not beaten(cuts, delay))
        for score, (cuts, delay) in zip(bare, places, strict=True)
    )


def _milli(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _written(outcome: Outcome) -> dict[str, Any]:
    return {
        "turns": [
            {
                "start": turn.label.start,
                "end": turn.label.end,
                "cuts": [_milli(cut) for cut in turn.cuts],
                "delay": _milli(turn.delay),
            }
            for turn in outcome.turns
        ],
        "extra": [_milli(at) for at in outcome.extra],
        "dropped": outcome.dropped,
    }


__all__ = ["Score", "marked"]
