"""What an operator is tried with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rxvoice.items import AudioFrame
from rxvoice.testing._notifications import Notification
from rxvoice.testing.strategies import Timeline, gaps
from rxvoice.testing.strategies._letters import Letters
from rxvoice.testing.strategies._rows import Row
from rxvoice.testing.strategies._timeline import picture, print_lines

Log: TypeAlias = list[tuple[float, Notification]]
"""Seconds and what happened."""


_AFTER = 3.0
"""Seconds after the last item in which an operator may still be busy."""


_TIMEOUT = 20.0
"""Seconds after which an operator gives up what it waits for."""


class Aside(str):
    """An item that no operator knows; it has to pass unchanged and in order."""

    __slots__ = ()


@dataclass(frozen=True)
class Case:
    """What an operator is tried with; its ``repr`` is a picture of the diagrams.

    Attributes:
        source: What the operator is given.
        stand_ins: What the streams emit that it is built with, by name.
        stop: Ticks after which it is unsubscribed, where a law does that.
        count: The notification at which something happens, where a law does that.
        later: Ticks by which another subscriber comes later, where a law has one.
        deaf: Whether the stand-ins go on when they are unsubscribed, where a law allows it.
        seed: Order of what happens at the same instant; 0 for that in which it was scheduled.
    """

    source: Timeline[Any]
    stand_ins: Mapping[str, Timeline[Any]] = field(default_factory=dict[str, Timeline[Any]])
    stop: float = 0.0
    count: int = 1
    later: int = 0
    deaf: bool = False
    seed: int = 0
    runs: dict[object, Any] = field(default_factory=dict[object, Any], compare=False, repr=False)
    """What came of it so far, so that laws that look at the same run share it."""

    @property
    def tick(self) -> float:
        """Seconds that a column of its diagrams takes."""
        return self.source.tick

    @property
    def limit(self) -> float:
        """Seconds after which a run ends whatever goes on."""
        longest = max((each.seconds for each in self.stand_ins.values()), default=0.0)
        asked = sum(not isinstance(item, AudioFrame | Aside) for _, item in self.source.items)
        return self.source.seconds + (asked + 1) * (longest + _TIMEOUT)

    @property
    def timelines(self) -> list[Timeline[Any]]:
        """The source and the stand-ins."""
        return [self.source, *self.stand_ins.values()]

    def settled(self) -> "Case":
        """Return the case with stand-ins that all end."""
        if all(each.ending for each in self.stand_ins.values()):
            return self
        if "settled" not in self.runs:
            ended = {
                name: each if each.ending else each.ended("|")
                for name, each in self.stand_ins.items()
            }
            self.runs["settled"] = replace(self, stand_ins=ended, runs={})
        return self.runs["settled"]

    def rows(self, letters: Letters) -> dict[str, Row]:
        """Return the rows of its picture."""
        everything = {"source": self.source, **self.stand_ins}
        return {name: timeline.row(letters) for name, timeline in everything.items()}

    def __repr__(self) -> str:
        """Draw it, with a legend."""
        letters = Letters()
        chosen = f"stop={self.stop:g}, count={self.count}, later={self.later}"
        chosen += f", deaf={self.deaf}, seed={self.seed}"
        return "\n".join([*picture(self.rows(letters), self.tick, letters), chosen])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Let Hypothesis show the diagrams where it would show a constructor's call."""
        print_lines(printer, repr(self))


@st.composite
def cases(
    draw: st.DrawFn,
    source: SearchStrategy[Timeline[Any]],
    stand_ins: Mapping[str, SearchStrategy[Timeline[Any]]] | None = None,
    *,
    asides: bool = True,
) -> Case:
    """Cases for laws.

    Args:
        draw: Given by Hypothesis.
        source: What the operator is given.
        stand_ins: What the streams emit that it is built with, by name.
        asides: Whether items are added to the source that no operator knows.
    """
    given = draw(source)
    if asides:
        after = st.sampled_from([0, *(at for at, _ in given.items)])  # when something may go on
        places = draw(st.lists(st.tuples(after, gaps(given.tick)), max_size=3))
        ticks = sorted(at + gap for at, gap in places)
        marked = tuple((at, Aside(number)) for number, at in enumerate(ticks, 1))
        given = given.merge(Timeline(marked, ticks[-1] if ticks else 0, "", given.tick))
    within = given.length + 2
    after = within + round(_AFTER / given.tick)
    return Case(
        given,
        {name: draw(strategy) for name, strategy in (stand_ins or {}).items()},
        stop=draw(st.integers(0, 2 * within) | st.integers(0, 2 * after)) / 2,
        count=draw(st.integers(1, 6)),
        later=draw(st.integers(0, within)),
        deaf=draw(st.booleans()),
        seed=draw(st.integers(0, 3)),
    )


__all__ = ["Aside", "Case", "Log", "cases"]
