"""How a call differs from its diagrams."""

import re
import sys
from collections.abc import Mapping, Sequence

from rxvoice.testing._notation import Mark, parse
from rxvoice.testing.calls._lanes import MEANINGS, Lane, aligned, wordless

_BEFORE = 80
_AFTER = 60
_FEW = 12
"""Signs that are shown before and after a difference, and those not worth leaving out."""

_KNOWN = {"bot": "[]!trf", "turns": "STD"}
_CUT = "‼"
_TEXT_OR_CUT = re.compile(r"'(?:[^'\\]|\\.)*'|!", re.DOTALL)


def verdict(
    wanted: Mapping[str, str | None],
    actual: Mapping[str, Lane],
    tick: float,
    within: float,
    columns: int,
) -> list[str]:
    """Return what is wrong, a text for each lane.

    Args:
        wanted: Diagrams by the name of the lane; lanes that are not told are not compared.
        actual: What happened, also in lanes that only give the context.
        tick: Seconds a column.
        within: Seconds by which times may differ.
        columns: How many columns the call has.
    """
    if not within >= 0.0:
        raise ValueError(f"within must not be negative, got {within}")
    wrong: list[str] = []
    for name, diagram in wanted.items():
        if diagram is None:
            continue
        expected = read(name, diagram, tick)
        happened = list(actual[name])
        if not any(mark.quoted for _, mark in expected):
            happened = wordless(happened)
        at = _differ(expected, happened, within / tick)
        if at is not None:
            wrong.append(_explain(name, expected, happened, at, actual, tick, columns))
    return wrong


def read(name: str, diagram: str, tick: float) -> Lane:
    """Read an expected lane.

    Raises:
        ValueError: When it cannot be read or has signs that mean nothing.
    """
    marks = parse(_without_cuts(diagram), tick=tick).marks
    lane: list[tuple[int, Mark]] = []
    for at, mark in marks:
        if mark.kind == "value" and not mark.quoted:
            if mark.key == _CUT and name == "bot":
                mark = Mark("!")
            elif mark.key not in _KNOWN[name]:
                known = ", ".join(f"{sign} ({MEANINGS[sign]})" for sign in _KNOWN[name])
                raise ValueError(
                    f"{mark.key!r} has no meaning in the {name} diagram {diagram!r}; "
                    f"there are {known}"
                )
        lane.append((round(at / 1e6 / tick), mark))
    return lane


def _without_cuts(diagram: str) -> str:
    """Write ``!`` in a way that a stream's diagram may have; texts stay as they are."""
    return _TEXT_OR_CUT.sub(lambda found: _CUT if found[0] == "!" else found[0], diagram)


def _differ(expected: Lane, actual: Lane, columns: float) -> int | None:
    for index in range(max(len(expected), len(actual))):
        if index >= len(expected) or index >= len(actual):
            return index
        (due, wanted), (at, got) = expected[index], actual[index]
        if wanted != got or abs(due - at) > columns + 1e-6:
            return index
    return None


def _explain(
    name: str,
    expected: Lane,
    happened: Lane,
    at: int,
    actual: Mapping[str, Lane],
    tick: float,
    columns: int,
) -> str:
    lanes: dict[str, Lane] = {
        other: wordless(lane) if other == "bot" else lane
        for other, lane in actual.items()
        if other != name
    }
    lanes |= {"expected": expected, "actual": happened}
    rows, places = aligned(lanes, columns, tick)
    column = min(lane[at][0] for lane in (expected, happened) if at < len(lane))
    width = max(map(len, rows)) + 2
    first, last = _around(places, column)
    more = "… " if first else ""
    lines = [f"{name} is not what it should be; one column is {tick:g} s"]
    for label, row in rows.items():
        rest = " …" if len(row) > last else ""
        lines.append(f"{label:{width}}{more}{row[first:last].rstrip()}{rest}")
    lines.append(f"{'':{width}}{' ' * (len(more) + places[column] - first)}^ {column * tick:g} s")
    lines += [f"expected {_say(expected, at, tick)}", f"but got  {_say(happened, at, tick)}"]
    return "\n".join(lines)


def _around(places: Sequence[int], column: int) -> tuple[int, int]:
    """Return where the part of long rows begins and ends that shows a column."""
    at = places[column]
    first = min(place for place in places if place >= at - _BEFORE)
    later = [place for place in places if place > at + _AFTER]
    return (first if first > _FEW else 0), (later[0] if later else sys.maxsize)


def _say(lane: Lane, index: int, tick: float) -> str:
    if index >= len(lane):
        return "nothing more"
    column, mark = lane[index]
    sign = mark.key if mark.kind == "value" else mark.kind
    what = f"the word {sign!r}" if mark.quoted else f"{sign} ({MEANINGS[sign]})"
    return f"{what} at {column * tick:g} s"
