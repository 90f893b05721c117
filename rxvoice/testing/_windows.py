"""When a source should be in use, and when it was."""

from collections.abc import Sequence
from typing import TypeAlias

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


def explain_windows(
    name: str, expected: Sequence[Window], actual: Sequence[Window], tick: float, within: int
) -> str | None:
    """Return how the windows differ, or None."""
    if len(expected) == len(actual) and all(
        _fits(mine, other, within) for mine, other in zip(expected, actual, strict=True)
    ):
        return None
    lines = [f"{name} was not subscribed as expected; one column is {tick:g} s"]
    for index in range(max(len(expected), len(actual), 1)):
        mine = expected[index] if index < len(expected) else None
        other = actual[index] if index < len(actual) else None
        good = mine is not None and other is not None and _fits(mine, other, within)
        lines.append(f"{' ' if good else '>'} expected  {_draw(mine, tick)}")
        lines.append(f"{' ' if good else '>'} actual    {_draw(other, tick)}")
    return "\n".join(lines)


def _fits(expected: Window, actual: Window, within: int) -> bool:
    for mine, other in zip(expected, actual, strict=True):
        if (mine is None) != (other is None):
            return False
        if mine is not None and other is not None and abs(mine - other) > within:
            return False
    return True


def _draw(window: Window | None, tick: float) -> str:
    if window is None:
        return "(no subscription)"
    began, stopped = window
    column = microseconds(tick)
    marks = [(began, Mark("^"))]
    end = began + column
    if stopped is not None:
        marks.append((stopped, Mark("!")))
        end = stopped + column
    until = "" if stopped is None else f" to {stopped / 1e6:g} s"
    said = f"from {began / 1e6:g} s{until or ' on'}"
    if stopped is not None and began < stopped < began + column:
        return said
    return f"{draw(Diagram(tuple(marks), 0, end, column))}   {said}"


__all__ = ["Window", "explain_windows", "parse_window", "windows_of"]
