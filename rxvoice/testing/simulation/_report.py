"""`Report`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

from rxvoice.testing.calls import Call
from rxvoice.testing.simulation._figures import faults, figures
from rxvoice.testing.simulation._outcome import Outcome
from rxvoice.testing.simulation._table import as_html, as_text


@dataclass(frozen=True, slots=True)
class Report:
    """What became of simulated calls; printing it shows a table.

    Reports with the same numbers are equal. `figures` has all that sums them up:

    ======================== =======================================================================
    ``calls`` ``hours``      How many calls were held, and how long they were together.
    ``said``                 How often callers said something as a turn: their lines, also when they
                             interrupt, and "Hello?".
    ``noises``               How often they coughed or said "mm-hm".
    ``turns``                How many turns the agent took.
    ``replies``              How many replies were heard, at least in part. All that is heard
                             outside of replies counts as one until a second of silence.
    ``interruptions``        Share of the replies that were cut off.
    ``false_interruptions``  Share of the replies that were cut off by a cough or a "mm-hm": it was
                             the last thing that the caller had begun to do at that moment.
    ``missed_interruptions`` Of the times when a caller began to say something while the bot was
                             heard, the share in which that reply was heard for more than a second
                             longer.
    ``stop``                 Seconds from the begin of the caller's speech to the end of the voice
                             that it cut off.
    ``cut_offs``             Share of what was said in which the agent took the turn before the
                             caller had ended: while they were speaking, or paused in mid-sentence.
    ``dead_air``             Share of what was said after which nothing was heard for as long as
                             the caller's patience lasts.
    ``answered_twice``       Share of what was said after which more than one reply began before the
                             caller did anything else.
    ``stale_frames``         Frames of audio that came out after their reply had been cut off and
                             before the next turn or reply. More than 0 is a bug of the agent.
    ``latency``              Seconds from the end of the speech, as the agent's own marks tell it,
                             to the first sound of the answer, of all turns that were answered.
                             ``latency.turn_end``, ``.first_token``, ``.first_audio`` and
                             ``.first_sound`` are its parts; see `rxvoice.reports.latencies`.
    ``faults``               How many `rxvoice.Fault` items the agent gave.
    ``failed``               How many calls failed: the agent's stream failed or did not end, a task
                             or timer was left behind, or an error was not handled.
    ======================== =======================================================================

    ``stop``, ``latency`` and its parts are percentiles, such as ``latency.p95``: the smallest value
    that so many percent do not exceed, `None` when there is none. There are p50, p90, p95 and p99.

    Attributes:
        agent: The agent's name.
        persona: The persona's name.
        conditions: The conditions' name.
        seed: As given.
        calls: The numbers of each call.
        kept: The calls that are worth looking at most, by their numbers: those that failed first,
            then those in which most went wrong, then the slowest.
    """

    agent: str
    persona: str
    conditions: str
    seed: int
    calls: tuple[Outcome, ...]
    kept: Mapping[int, Call] = field(default_factory=dict[int, Call], compare=False, repr=False)
    _again: Callable[[int], Call] | None = field(default=None, compare=False, repr=False)

    @property
    def figures(self) -> dict[str, float | None]:
        """All calls in one number each, by name."""
        return figures(self.calls)

    @property
    def faults(self) -> Mapping[str, int]:
        """How many faults there were, by source."""
        return faults(self.calls)

    @property
    def failed(self) -> Mapping[int, str]:
        """Why calls failed, by their numbers."""
        return {call.number: call.failure for call in self.calls if call.failure}

    def call(self, number: int) -> Call:
        """Return a call with its events and diagrams; hold it once more unless it was kept.

        Args:
            number: From 1.

        Raises:
            ValueError: When there was no such call.
        """
        if all(call.number != number for call in self.calls):
            raise ValueError(f"number must be that of a call, got {number}")
        if number in self.kept:
            return self.kept[number]
        if self._again is None:
            raise ValueError(f"call {number} was not kept, and cannot be held again")
        return self._again(number)

    def to_json(self) -> str:
        """Write all numbers, rounded to the microsecond."""
        content = {
            "agent": self.agent,
            "persona": self.persona,
            "conditions": self.conditions,
            "seed": self.seed,
            "figures": self.figures,
            "faults": self.faults,
            "calls": [asdict(call) for call in self.calls],
        }
        return json.dumps(_rounded(content), indent=1, ensure_ascii=False) + "\n"

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)


def _rounded(value: object) -> object:
    match value:
        case float():
            return round(value, 6)
        case Mapping():
            return {str(name): _rounded(part) for name, part in value.items()}  # pyright: ignore
        case list() | tuple():
            return [_rounded(part) for part in value]  # pyright: ignore
        case _:
            return value
