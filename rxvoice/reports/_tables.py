"""Latencies as a table for people."""

from collections.abc import Sequence
from statistics import median
from typing import Final

from ._latency import STEPS, TurnLatency

_ABSENT: Final = "–"
_HEAD: Final = ("turn", *STEPS, "total", "")


def latency_table(latencies: Sequence[TurnLatency]) -> str:
    """Lay out latencies as aligned text, in milliseconds.

    Each column holds the time since the step in front of it, the first one since the end of the
    speech. Milliseconds are rounded so that the parts of a row add up to its total. The last
    row holds the median of each column; totals that do not reach from the end of the speech to
    the first sound are left out of it and marked as partial.

    Args:
        latencies: What `rxvoice.reports.latencies` returned.

    Returns:
        Lines, each ended by a line break.
    """
    rows = [_HEAD, *_rows(latencies)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["Milliseconds since the step before, from the end of the speech to the first sound."]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        lines.append("   ".join([*cells, row[-1]]).rstrip())
    rule = "─" * (sum(widths[:-1]) + 3 * (len(widths) - 2))
    lines.insert(2, rule)
    if latencies:
        lines.insert(-1, rule)
    return "\n".join(lines) + "\n"


def latency_markdown(latencies: Sequence[TurnLatency]) -> str:
    """Lay out latencies like `latency_table`, as a table in Markdown.

    Args:
        latencies: What `rxvoice.reports.latencies` returned.

    Returns:
        Lines, each ended by a line break.
    """
    froms = ("speech end", *STEPS[:-1])
    head = ("turn", *(f"{a} → {b}" for a, b in zip(froms, STEPS, strict=True)), "total", "")
    lines = [_row(head), _row(["---:"] * (len(head) - 1) + ["---"])]
    rows = _rows(latencies)
    for index, row in enumerate(rows):
        is_median = index == len(rows) - 1
        lines.append(_row([f"**{cell}**" if cell and is_median else cell for cell in row]))
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rows(latencies: Sequence[TurnLatency]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    columns: list[list[int]] = [[] for _ in (*STEPS, "total")]
    for latency in latencies:
        parts = _whole(latency)
        known = [part for part in parts if part is not None]
        total = sum(known) if known else None
        for column, value in zip(columns, [*parts, total], strict=True):
            if value is not None and (column is not columns[-1] or latency.is_complete):
                column.append(value)
        notes = ["interrupted"] if latency.interrupted else []
        notes += [] if latency.is_complete else ["partial"]
        rows.append((str(latency.number), *map(_cell, [*parts, total]), ", ".join(notes)))
    if rows:
        medians = [_cell(median(column) if column else None) for column in columns]
        rows.append(("median", *medians, ""))
    return rows


def _cell(value: float | None) -> str:
    return _ABSENT if value is None else f"{value:.0f}"


def _whole(latency: TurnLatency) -> list[int | None]:
    """Parts in whole milliseconds: differences of rounded instants, so that sums stay exact."""
    parts: list[int | None] = []
    origin = latency.speech_end if latency.speech_end is not None else latency.turn_end
    last = 0 if latency.speech_end is not None else None
    for instant in latency.instants[1:]:
        here = None if instant is None else round((instant - origin) * 1000)
        parts.append(None if here is None or last is None else here - last)
        last = last if here is None else here
    return parts
