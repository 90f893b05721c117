"""Marble diagrams: from events to text."""

import re
from itertools import groupby

from ._notation import SPECIAL, Diagram, Mark

_MANY_DASHES = 20
_MANY_VALUES = 5
_PAUSE_LIKE = re.compile(r"\d+(\.\d+)?m?s")


def draw(diagram: Diagram) -> str:
    """Write a diagram as text, so that reading the text gives the diagram again.

    Raises:
        ValueError: When two marks are nearer than a tick, which no diagram can say.
    """
    words: list[str] = []
    cells: list[str] = []
    now = diagram.start

    def flush() -> None:
        if cells:
            words.append(_row(cells))
            cells.clear()

    def wait(until: int) -> None:
        ticks, rest = divmod(until - now, diagram.tick)
        if ticks > _MANY_DASHES or rest:
            flush()
            words.append(pause(until - now))
        else:
            cells.extend("-" * ticks)

    for at, group in groupby(diagram.marks, key=lambda pair: pair[0]):
        if at < now:
            raise ValueError(f"a mark at {at} µs is less than a tick after the one before")
        wait(at)
        cells.append(cell([mark for _, mark in group]))
        now = at + diagram.tick
    if diagram.end < now:
        raise ValueError(f"the diagram ends at {diagram.end} µs, before its last mark does")
    wait(diagram.end)
    flush()
    return " ".join(words)


def pause(length: int) -> str:
    """Write a pause of so many microseconds."""
    unit, name = (1_000_000, "s") if length >= 1_000_000 else (1_000, "ms")
    whole, rest = divmod(length, unit)
    digits = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0")
    return f"{whole}{'.' if digits else ''}{digits}{name}"


def cell(marks: list[Mark]) -> str:
    """Write what happens at one instant."""
    written = [_mark(mark) for mark in marks]
    return written[0] if len(written) == 1 else f"({' '.join(written)})"


def _mark(mark: Mark) -> str:
    if mark.kind != "value":
        return mark.kind
    if not mark.quoted and len(mark.key) == 1 and mark.key not in SPECIAL and mark.key.strip():
        return mark.key
    escaped = mark.key.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _row(cells: list[str]) -> str:
    """Write columns that follow each other, with repeats where they are many."""
    words: list[list[str]] = [[]]
    for token, run in groupby(cells):
        times = len(list(run))
        if times >= _MANY_VALUES and token[0] not in "-|#^!":
            words += [[f"{token}*{times}"], []]
        else:
            words[-1] += [token] * times
    return " ".join(_word(word) for word in words if word)


def _word(cells: list[str]) -> str:
    word = "".join(cells)
    if _PAUSE_LIKE.fullmatch(word):
        return f"({cells[0]}){word[len(cells[0]) :]}"
    return word


__all__ = ["cell", "draw", "pause"]
