"""A stream written down: items, and when they come."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from rxvoice.testing._notation import microseconds, parse
from rxvoice.testing._notifications import MarbleError

from ._letters import Letters
from ._rows import Row, align

T = TypeVar("T", covariant=True)
U = TypeVar("U")
Ending: TypeAlias = Literal["|", "#", ""]


@dataclass(frozen=True)
class Timeline(Generic[T]):
    """What a stream emits, when, and how it ends; its ``repr`` is a marble diagram.

    Attributes:
        items: Tick and item, in order.
        length: The tick at which it ends, not before that of the last item.
        ending: ``"|"`` when it completes, ``"#"`` when it fails, empty when it never ends.
        tick: Seconds a tick takes.

    Raises:
        ValueError: When the ticks are not in order or the tick is not positive.
    """

    items: tuple[tuple[int, T], ...] = ()
    length: int = 0
    ending: Ending = "|"
    tick: float = 0.02

    def __post_init__(self) -> None:
        ticks = [0, *(at for at, _ in self.items)]
        if ticks != sorted(ticks):
            raise ValueError("items must be in order of their ticks, which are not negative")
        if self.length < ticks[-1]:
            raise ValueError(f"length must be at least {ticks[-1]}, got {self.length}")
        if not self.tick > 0.0:
            raise ValueError(f"tick must be positive, got {self.tick}")

    @classmethod
    def of(
        cls, diagram: str, values: Mapping[str, Any] | None = None, tick: float = 0.02
    ) -> "Timeline[Any]":
        """Read a diagram.

        Args:
            diagram: As for `rxvoice.testing.Marbles.hot`.
            values: What its letters mean; a letter that is not in it means itself.
            tick: Seconds a token takes.

        Raises:
            ValueError: When it cannot be read, or has a pause that is not a whole number of ticks.
        """
        known = values or {}
        read = parse(diagram, tick=tick)
        if any(at % read.tick for at, _ in read.marks):
            raise ValueError(f"pauses must be whole numbers of ticks, got {diagram!r}")
        items: list[tuple[int, Any]] = []
        for at, mark in read.marks:
            if mark.kind == "value":
                item: Any = mark.key if mark.quoted else known.get(mark.key, mark.key)
                items.append((at // read.tick, item))
            else:
                ending: Ending = "|" if mark.kind == "|" else "#"
                return cls(tuple(items), at // read.tick, ending, tick)
        return cls(tuple(items), -(-read.end // read.tick), "", tick)

    @property
    def seconds(self) -> float:
        """When it ends."""
        return self.length * self.tick

    @property
    def error(self) -> Exception:
        """What ``#`` means: a `rxvoice.testing.MarbleError`."""
        return MarbleError()

    def map(self, change: "Callable[[T], U]") -> "Timeline[U]":
        """Return the same timeline with other items."""
        changed: tuple[tuple[int, U], ...] = tuple((at, change(item)) for at, item in self.items)
        return Timeline(changed, self.length, self.ending, self.tick)

    def merge(self, other: "Timeline[U]") -> "Timeline[T | U]":
        """Return both timelines in one, which ends as this one does, when both are over.

        Of items at the same tick, this one's come first. What the other one holds after the end
        of this one comes at its end.
        """
        both: list[tuple[int, T | U]] = [*self.items]
        both += [(min(at, self.length), item) for at, item in other.items]
        both.sort(key=lambda pair: pair[0])
        return Timeline(tuple(both), self.length, self.ending, self.tick)

    def ended(self, ending: Ending) -> "Timeline[T]":
        """Return the same timeline with another ending."""
        return replace(self, ending=ending)

    def row(self, letters: Letters) -> Row:
        """Return its columns and tokens, for a picture of several timelines."""
        tokens = [(at, letters.of(item)) for at, item in self.items]
        return [*tokens, (self.length, self.ending)] if self.ending else tokens

    def __repr__(self) -> str:
        """Draw it, with a legend."""
        letters = Letters()
        return "\n".join(picture({"": self.row(letters)}, self.tick, letters)).strip()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Let Hypothesis show the diagram where it would show a constructor's call."""
        print_lines(printer, repr(self))


def picture(rows: Mapping[str, Row], tick: float, letters: Letters) -> list[str]:
    """Draw named rows below each other, with a legend of their letters."""
    return [
        *align(rows, microseconds(tick)),
        *letters.lines(),
        f"one column is {tick:g} s",
    ]


def print_lines(printer: Any, text: str) -> None:
    """Write several lines with Hypothesis' printer, below the name that they belong to."""
    for line in text.splitlines():
        printer.break_()
        printer.text(line)


def timeline_of(
    timed: Iterable[tuple[float, U]], length: float, ending: Ending = "|", tick: float = 0.02
) -> "Timeline[U]":
    """Make a timeline of items at times in seconds, each moved to the tick before it."""
    column = microseconds(tick)
    items = sorted(
        ((microseconds(at) // column, item) for at, item in timed), key=lambda pair: pair[0]
    )
    last = max([microseconds(length) // column, *(at for at, _ in items)])
    return Timeline(tuple(items), last, ending, tick)


__all__ = ["Ending", "Timeline", "picture", "print_lines", "timeline_of"]
