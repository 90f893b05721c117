"""What is checked at the end of a test, and what a picture shows of it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rxvoice.viz import Marble, marbles_svg

from ._difference import Log
from ._notifications import Notification, OnCompleted, OnError
from ._picture import Tokens
from ._same import Matcher
from ._shorten import shorten

_LONGEST_NAME = 18
_QUOTED = re.compile(r"^'(.*)'$", re.DOTALL)
_MOST_MARBLES = 36
"""How many marbles a lane shows."""


class Check(Protocol):
    """One thing that has to be true at the end of a test."""

    def check(self) -> str | None:
        """Return what is wrong, or None."""
        ...

    def shown(self) -> "Shown":
        """Return what a picture shows of it."""
        ...


@dataclass(slots=True)
class Lane:
    """A line of marbles.

    Attributes:
        name: What it is called.
        marbles: What is on it.
    """

    name: str
    marbles: Sequence[Marble]


@dataclass(slots=True)
class Shown:
    """Parts of a picture.

    Attributes:
        lanes: From top to bottom.
        marked: Seconds at which something is wrong.
    """

    lanes: list[Lane] = field(default_factory=list[Lane])
    marked: list[float] = field(default_factory=list[float])

    def add(self, other: "Shown") -> None:
        """Put other parts below these."""
        known = {(lane.name, tuple(lane.marbles)) for lane in self.lanes}
        self.lanes += [
            lane for lane in other.lanes if (lane.name, tuple(lane.marbles)) not in known
        ]
        self.marked += other.marked

    def svg(self, width: float, title: str) -> str:
        """Draw it.

        Args:
            width: In pixels.
            title: For screen readers.
        """
        first, last = self._span()
        lanes: dict[str, Sequence[Marble]] = {}
        for lane in self.lanes:
            name, number = lane.name, 2
            while name in lanes:
                name, number = f"{lane.name} ({number})", number + 1
            lanes[name] = [marble for marble in lane.marbles if first <= marble[0] <= last]
        marked = sorted({at for at in self.marked if first <= at <= last})
        return marbles_svg(lanes, width=width, title=title, marked=marked, start=max(0.0, first))

    def _span(self) -> tuple[float, float]:
        """Return from when to when there is room for everything, around the first difference."""
        middle = self.marked[0] if self.marked else 0.0
        first, last = -math.inf, math.inf
        for lane in self.lanes:
            if len(lane.marbles) > _MOST_MARBLES:
                times = sorted(
                    (marble[0] for marble in lane.marbles), key=lambda at: abs(at - middle)
                )
                first = max(first, min(times[:_MOST_MARBLES]))
                last = min(last, max(times[:_MOST_MARBLES]))
        return first, last


def marbles_of(log: Log) -> list[Marble]:
    """Return the marbles of a log: microseconds and what happened."""
    return [(at / 1e6, _name(note)) for at, note in log]


def marbles_of_tokens(tokens: Tokens) -> list[Marble]:
    """Return the marbles of a row of a diagram; entries without a token are left out."""
    return [(at / 1e6, _QUOTED.sub(r"\1", token)) for at, token in tokens if token]


def _name(note: Notification) -> str:
    if isinstance(note, OnCompleted):
        return "|"
    if isinstance(note, OnError):
        return "#"
    if isinstance(note.value, str):
        return note.value
    plain = isinstance(note.value, int | float | Matcher) or note.value is None
    return shorten(note.value, _LONGEST_NAME) if plain else type(note.value).__name__


__all__ = ["Check", "Lane", "Shown", "marbles_of"]
