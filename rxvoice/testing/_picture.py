"""What a failing expectation shows: rows of marbles over each other, and a table of times."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from ._draw import pause

Tokens: TypeAlias = Sequence[tuple[int, str]]
"""Microseconds and token."""

Row: TypeAlias = tuple[str, Tokens]
"""Its name, and what is in it."""

CONTEXT = 24
"""Columns that are drawn on both sides of a difference."""

ROWS = 6
"""Instants that are listed before and after a difference."""

_LONG_GAP = 24
_LONGEST_NAME = 24


def picture(
    rows: Sequence[Row], tick: int, at: int, end: int = 0, until: int | None = None
) -> list[str]:
    """Draw rows of marbles over each other, and a marker under a time.

    Args:
        rows: From top to bottom.
        tick: Microseconds a column. What lies between two columns is drawn at the left one.
        at: Where the marker goes.
        end: Time at which the diagrams end, when nothing happens after it.
        until: Time at which a marker that spans some time ends.
    """
    columns = [_columns(tokens, tick) for _, tokens in rows]
    marks = {at // tick} if until is None else {at // tick, until // tick}
    cells = _cells(columns, marks, end // tick, tick)
    places = [index for index, (column, _) in enumerate(cells) if column in marks]
    left, right = max(0, places[0] - CONTEXT), min(len(cells), places[-1] + CONTEXT + 1)
    drawn = ["… " if left else ""] * len(rows)
    markers: list[int] = []
    for column, texts in cells[left:right]:
        if column in marks:
            markers.append(len(drawn[0]))
        width = max(map(len, texts))
        drawn = [row + text.ljust(width) for row, text in zip(drawn, texts, strict=True)]
    more = " …" if right < len(cells) else ""
    names = [_name(name) for name, _ in rows]
    width = max(8, *map(len, names)) + 2
    lines = [f"{name:<{width}}{row}{more}".rstrip() for name, row in zip(names, drawn, strict=True)]
    span = f"^{'-' * (markers[-1] - markers[0] - 1)}^" if len(markers) > 1 else "^"
    return [*lines, f"{' ' * (width + markers[0])}{span}"]


def table(expected: Tokens, actual: Tokens, at: int) -> list[str]:
    """List what should have happened and what did, by time, around a time."""
    upper, lower = _by_time(expected), _by_time(actual)
    times = sorted({*upper, *lower, at})
    middle = times.index(at)
    shown = times[max(0, middle - ROWS) : middle + ROWS + 1]
    rows = [(f"{time / 1e6:.6f}", upper.get(time, ""), lower.get(time, "")) for time in shown]
    width = max(8, *(len(row[1]) for row in rows))
    lines = [f"  {'time':>12}  {'expected':<{width}}  actual"]
    if shown[0] != times[0]:
        lines.append(f"  {'…':>12}")
    for time, row in zip(shown, rows, strict=True):
        sign = ">" if time == at else " "
        lines.append(f"{sign} {row[0]:>12}  {row[1]:<{width}}  {row[2]}".rstrip())
    if shown[-1] != times[-1]:
        lines.append(f"  {'…':>12}")
    return lines


def shown_times(
    logs: Sequence[Sequence[tuple[int, object]]], tick: int, at: int, around: int = CONTEXT
) -> set[int]:
    """Return the times near another one of which `picture` or `table` shows something.

    Args:
        logs: Everything by its time in microseconds.
        tick: Microseconds a column.
        at: The other time.
        around: How many columns on both sides; `ROWS` for the table alone.
    """
    times = sorted({at, *(time for log in logs for time, _ in log)})
    columns = sorted({time // tick for time in times})
    middle = columns.index(at // tick)
    near = {*columns[max(0, middle - around) : middle + around + 1]}
    middle = times.index(at)
    rows = times[max(0, middle - ROWS) : middle + ROWS + 1]
    return {*rows, *(time for time in times if around > ROWS and time // tick in near)}


def _columns(tokens: Tokens, tick: int) -> dict[int, list[str]]:
    columns: dict[int, list[str]] = defaultdict(list)
    for at, token in tokens:
        columns[at // tick].append(token)
    return columns


def _by_time(tokens: Tokens) -> dict[int, str]:
    return {at: _cell(found) for at, found in _columns(tokens, 1).items()}


def _cell(tokens: "list[str] | None") -> str:
    if not tokens:
        return "-"
    return tokens[0] if len(tokens) == 1 else f"({' '.join(tokens)})"


def _cells(
    columns: "Sequence[dict[int, list[str]]]", marks: set[int], end: int, tick: int
) -> list[tuple[int, list[str]]]:
    """Return what is drawn in each column, or in many empty ones at once."""
    first = min([0, *marks, *(column for row in columns for column in row)])
    after = max([end, *(column + 1 for row in columns for column in row), *(m + 1 for m in marks)])
    cells: list[tuple[int, list[str]]] = []
    at = first
    for column in sorted({*marks, after, *(column for row in columns for column in row)}):
        if column - at > _LONG_GAP:
            cells.append((at, [f" {pause((column - at) * tick)} "] * len(columns)))
        else:
            cells += [(empty, ["-"] * len(columns)) for empty in range(at, column)]
        if column < after:
            cells.append((column, [_cell(row.get(column)) for row in columns]))
        at = column + 1
    return cells


def _name(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


__all__ = ["CONTEXT", "Row", "Tokens", "picture", "shown_times", "table"]
