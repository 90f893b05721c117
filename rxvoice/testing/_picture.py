"""What a failing expectation shows: two diagrams, the difference, and a table of times."""

from collections import defaultdict
from collections.abc import Sequence

from ._draw import pause

Tokens = Sequence[tuple[int, str]]
"""Microseconds and token."""

_CONTEXT = 36
_LONG_GAP = 24
_ROWS = 6


def picture(expected: Tokens, actual: Tokens, tick: int, at: int, end: int) -> list[str]:
    """Draw two rows of marbles over each other, and a marker under a time.

    Args:
        expected: The upper row.
        actual: The lower row.
        tick: Microseconds a column. What lies between two columns is drawn at the left one.
        at: Where the marker goes.
        end: Time at which the diagrams end, when nothing happens after it.
    """
    upper, lower = _columns(expected, tick), _columns(actual, tick)
    marked = at // tick
    last = max([marked, end // tick - 1, *upper, *lower])
    first = min([0, *upper, *lower])
    left, right = max(first, marked - _CONTEXT), min(last, marked + _CONTEXT)
    rows = ["… " if left > first else ""] * 2
    marker = 0
    column = left
    while column <= right:
        if column == marked:
            marker = len(rows[0])
        gap = _gap(column, right, marked, upper, lower)
        if gap > _LONG_GAP:
            cells = [f" {pause(gap * tick)} "] * 2
            column += gap
        else:
            cells = [_cell(row.get(column)) for row in (upper, lower)]
            column += 1
        width = max(map(len, cells))
        rows = [row + text.ljust(width) for row, text in zip(rows, cells, strict=True)]
    more = " …" if right < last else ""
    return [
        f"expected  {rows[0]}{more}".rstrip(),
        f"actual    {rows[1]}{more}".rstrip(),
        f"          {' ' * marker}^",
    ]


def table(expected: Tokens, actual: Tokens, at: int) -> list[str]:
    """List what should have happened and what did, by time, around a time."""
    upper, lower = _by_time(expected), _by_time(actual)
    times = sorted({*upper, *lower, at})
    middle = times.index(at)
    shown = times[max(0, middle - _ROWS) : middle + _ROWS + 1]
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


def _gap(
    column: int, right: int, marked: int, upper: dict[int, list[str]], lower: dict[int, list[str]]
) -> int:
    """How many columns from here on are empty in both rows and not marked."""
    until = column
    while until <= right and until != marked and until not in upper and until not in lower:
        until += 1
    return until - column


__all__ = ["Tokens", "picture", "table"]
