"""When a source should be in use, and when it was."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from ._check import Lane, Shown
from ._draw import draw
from ._notation import Diagram, Mark, microseconds, parse
from ._sources import Life

Window: TypeAlias = tuple[int, int | None]
"""Microseconds of subscribing and unsubscribing; None while it goes on."""


def parse_window(diagram: str, tick: float) -> Window:
    """Read a subscription diagram.

    Raises:
        ValueError: When it cannot be read or has no ``^``.
    """
    times = {mark.kind: at for at, mark in parse(diagram, tick=tick, role="subscription").marks}
    if "^" not in times:
        raise ValueError(f"a subscription diagram needs a ^, got {diagram!r}")
    return times["^"], times.get("!")


def windows_of(lives: Sequence[Life]) -> list[Window]:
    """Return the windows that a source saw."""
    return [
        (microseconds(life.began), None if life.stopped is None else microseconds(life.stopped))
        for life in lives
    ]


class WindowCheck:
    """Says when a source has to be in use.

    Args:
        place: Where the expectation stands.
        name: What the test calls the source, or None.
        source: The source.
        expected: When it should be in use.
        actual: Tells when it was.
        tick: Seconds a column.
        within: Microseconds by which each time may differ.
    """

    def __init__(
        self,
        place: str,
        name: str | None,
        source: object,
        expected: Sequence[Window],
        actual: Callable[[], Sequence[Window]],
        tick: float,
        within: int,
    ) -> None:
        self._place = place
        self._name = name or "the source"
        self._told = f"{name}, {source!r}," if name else repr(source)
        self._expected = expected
        self._actual = actual
        self._tick = tick
        self._within = within

    def check(self) -> str | None:
        """Return how the windows differ, or None."""
        rows = self._rows()
        if all(not wrong for _, _, wrong in rows):
            return None
        lines = [
            f"{self._place}: {self._told} was not subscribed as expected; "
            f"one column is {self._tick:g} s"
        ]
        for mine, other, wrong in rows:
            sign = ">" if wrong else " "
            texts = [_draw(mine, self._tick), _draw(other, self._tick)]
            width = max(len(text) for text, _ in texts)
            for label, (text, said) in zip(("expected", "actual  "), texts, strict=True):
                lines.append(f"{sign} {label}  {text:<{width}}   {said}".rstrip())
            if wrong:
                lines[-1] += f": {wrong}"
        return "\n".join(lines)

    def shown(self) -> Shown:
        """Return what a picture shows of it."""
        rows = self._rows()
        wrong = [row for row in rows if row[2]]
        if not wrong:
            return Shown()
        end = max([at for row in rows for window in row[:2] for at in window or () if at] or [0])
        sides = [
            Lane(
                f"{self._name}: {label}",
                [
                    (window[0] / 1e6, (end if window[1] is None else window[1]) / 1e6, "in use")
                    for window in windows
                ],
            )
            for label, windows in (("use expected", self._expected), ("actual use", self._actual()))
        ]
        return Shown(sides, [self._first_edge(wrong[0]) / 1e6])

    def _first_edge(self, row: tuple[Window | None, Window | None, str]) -> int:
        """The time of the first edge that is wrong."""
        expected, actual, _ = row
        if expected is None or actual is None:
            return (expected or actual or (0, None))[0]
        edges = zip(expected, actual, strict=True)
        wrong = next(edge for edge in edges if not self._near(*edge))
        return min(at for at in wrong if at is not None)

    def _rows(self) -> list[tuple[Window | None, Window | None, str]]:
        expected, actual = self._expected, self._actual()
        rows: list[tuple[Window | None, Window | None, str]] = []
        for index in range(max(len(expected), len(actual))):
            mine = expected[index] if index < len(expected) else None
            other = actual[index] if index < len(actual) else None
            rows.append((mine, other, self._wrong(mine, other)))
        return rows

    def _wrong(self, expected: Window | None, actual: Window | None) -> str:
        if expected is None or actual is None:
            return "missing" if actual is None else "one too many"
        said = [
            _moved(mine, other, word)
            for mine, other, word in zip(
                expected, actual, ("subscribed", "unsubscribed"), strict=True
            )
            if not self._near(mine, other)
        ]
        return ", ".join(said)

    def _near(self, mine: int | None, other: int | None) -> bool:
        if mine is None or other is None:
            return mine is other
        return abs(mine - other) <= self._within


def _moved(expected: int | None, actual: int | None, word: str) -> str:
    if actual is None:
        return f"never {word}"
    if expected is None:
        return word
    late = actual - expected
    return f"{word} {abs(late) / 1e6:g} s {'late' if late > 0 else 'early'}"


def _draw(window: Window | None, tick: float) -> tuple[str, str]:
    """Return a diagram, and the same in words."""
    if window is None:
        return "(no subscription)", ""
    began, stopped = window
    column = microseconds(tick)
    if stopped is None:
        return draw(Diagram(((began, Mark("^")),), 0, began + column, column)), (
            f"from {began / 1e6:g} s on"
        )
    said = f"from {began / 1e6:g} s to {stopped / 1e6:g} s"
    if began < stopped < began + column:  # no diagram can say it
        return "", said
    marks = ((began, Mark("^")), (stopped, Mark("!")))
    return draw(Diagram(marks, 0, stopped + column, column)), said


__all__ = ["Window", "WindowCheck", "parse_window", "windows_of"]
