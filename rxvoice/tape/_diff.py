"""`diff`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np

from rxvoice.items import AudioFrame, Stamped
from rxvoice.reports import latencies

from ._content import Change, match
from ._divergence import shortened
from ._sound import Sound
from ._tape import Tape, read_tape

TICK = 0.1
SHOWN = 20


@dataclass(frozen=True)
class Difference:
    """How two recorded calls differ; printing it shows both, one over the other.

    Attributes:
        one: What came out of the first call.
        other: What came out of the second.
        changes: Where another thing happened, or in another order. Times, audio, metrics and usage
            do not count.
        later: How much later, in seconds, each thing happened in the second call that happened in
            both.
    """

    one: list[Stamped]
    other: list[Stamped]
    changes: tuple[Change, ...]
    later: tuple[float, ...]

    @property
    def is_same(self) -> bool:
        """Whether the same things happened in the same order."""
        return not self.changes

    @cached_property
    def latencies(self) -> list[tuple[int, float | None, float | None]]:
        """For each turn its number and the seconds to the answer's first sound in both calls."""
        mine, theirs = ({turn.number: turn.total for turn in latencies(e)} for e in self._heard)
        return [(turn, mine.get(turn), theirs.get(turn)) for turn in sorted({*mine, *theirs})]

    def __str__(self) -> str:
        from ._diff_picture import lanes

        lines = [lanes(*self._heard, TICK), ""]
        for turn, one, other in self.latencies:
            lines.append(f"turn {turn}: {_time(one)} → {_time(other)}{_change(one, other)}")
        if self.later:
            middle, most = np.median(self.later), max(self.later, key=abs)
            lines.append(
                f"{len(self.later)} events in both, later by {1000 * middle:.0f} ms in the median, "
                f"{1000 * most:.0f} ms at most"
            )
        for change in self.changes[:SHOWN]:
            lines += [_line("-", event) for event in change.before]
            lines += [_line("+", event) for event in change.after]
        if len(self.changes) > SHOWN:
            lines.append(f"and {len(self.changes) - SHOWN} more changes")
        if self.is_same:
            lines.append("the same happened in the same order")
        return "\n".join(lines)

    def svg(self) -> str:
        """Draw both calls, one over the other on one axis, and which answers came later.

        Each is drawn as by `rxvoice.viz.conversation_svg`.
        """
        from rxvoice.viz._comparison import comparison_svg

        return comparison_svg(*self._heard)

    @cached_property
    def _heard(self) -> tuple[list[Stamped], list[Stamped]]:
        return audible(self.one), audible(self.other)


Recorded: TypeAlias = Tape | Sequence[Stamped] | str | Path
"""A tape, its file, or events such as those of a `Replay`."""


def diff(one: Recorded, other: Recorded, /, *, within: float = 0.0) -> Difference:
    """Compare what came out of two recorded calls, for instance of one and of its replay.

    Of a tape that holds several streams it is the first one, as in `Tape.events`.

    Args:
        one: The first call.
        other: The second.
        within: Seconds by which something may come earlier or later among other things; for calls
            in real time, in which words and tokens overtake each other.

    Raises:
        OSError: When a file cannot be read.
        TapeError: When it is no tape.
        ValueError: When ``within`` is negative.
    """
    if not within >= 0.0:
        raise ValueError(f"within must not be negative, got {within}")
    first, second = _events_of(one), _events_of(other)
    matched = match(first, second, within=within)
    later = tuple(after.at - before.at for before, after in matched.pairs)
    return Difference(first, second, matched.changes, later)


def _events_of(call: Recorded) -> list[Stamped]:
    """Return what came out of a call."""
    if isinstance(call, str | Path):
        call = read_tape(call)
    return call.events if isinstance(call, Tape) else list(call)


def audible(events: Sequence[Stamped]) -> list[Stamped]:
    """Return events with a silent frame for each that is not on the tape, for pictures."""
    return [
        Stamped(event.at, _frame(event.item)) if isinstance(event.item, Sound) else event
        for event in events
    ]


def _frame(sound: Sound) -> AudioFrame:
    return AudioFrame(np.zeros(sound.count, np.int16), sound.rate, sound.pts)


def _time(seconds: float | None) -> str:
    return "no answer" if seconds is None else f"{1000 * seconds:.0f} ms"


def _change(one: float | None, other: float | None) -> str:
    if one is None or other is None:
        return ""
    return f"  {1000 * (other - one):+.0f} ms"


def _line(sign: str, event: Stamped) -> str:
    return f"{sign} {event.at:8.3f} s  {shortened(repr(event.item))}"


__all__ = ["Difference", "audible", "diff"]
