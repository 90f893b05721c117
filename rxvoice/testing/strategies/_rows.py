"""Several diagrams below each other, in step."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

from rxvoice.testing._draw import pause

Row: TypeAlias = Sequence[tuple[int, str]]
"""Column and token, in order."""

_MANY_EMPTY = 12
_MANY_ALIKE = 8


def align(rows: Mapping[str, Row], tick: int) -> list[str]:
    """Draw named rows so that what stands below each other happens at the same time.

    Args:
        rows: By name; columns count from 0.
        tick: Microseconds that a column takes.
    """
    columns = [_by_column(row) for row in rows.values()]
    last = max((max(row, default=0) for row in columns), default=0)
    drawn = [""] * len(columns)
    for cells, run in groupby(
        tuple(row.get(column, "-") for row in columns) for column in range(last + 1)
    ):
        times = len(list(run))
        empty = all(cell == "-" for cell in cells)
        if empty and times > _MANY_EMPTY:
            drawn = [f"{row} {pause(times * tick)} " for row in drawn]
        elif not empty and times >= _MANY_ALIKE:
            several = [f"{cell}*{times}" for cell in cells]
            width = max(map(len, several))
            drawn = [f"{row} {text:<{width}} " for row, text in zip(drawn, several, strict=True)]
        else:
            width = max(map(len, cells))
            drawn = [
                row + f"{cell:<{width}}" * times for row, cell in zip(drawn, cells, strict=True)
            ]
    name_width = max(map(len, rows), default=0)
    return [f"{name:<{name_width}}  {row.strip()}" for name, row in zip(rows, drawn, strict=True)]


def _by_column(row: Row) -> dict[int, str]:
    cells: dict[int, list[str]] = {}
    for column, token in row:
        cells.setdefault(column, []).append(token)
    return {
        column: tokens[0] if len(tokens) == 1 else f"({' '.join(tokens)})"
        for column, tokens in cells.items()
    }


__all__ = ["Row", "align"]
