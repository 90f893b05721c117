"""Scores as a table for people."""

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, TypeAlias

from rxvoice.reports import minutes, plain
from rxvoice.tuning._held import LATE
from rxvoice.tuning._score import Score

if TYPE_CHECKING:
    from rxvoice.tuning._tuning import Tuning

_ABSENT = "–"
_FRONT = "*"
_HEAD = ("", "policy", "cut off", "turns", "pauses", "missed", "p50", "p90", "extra", "dropped")
_Row: TypeAlias = tuple[str, ...]


def as_text(tuning: "Tuning") -> str:
    """Lay scores out as aligned text."""
    rows = [_HEAD, *map(_row, tuning.scores)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [_title(tuning), ""]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        cells[1] = row[1].ljust(widths[1])
        lines.append(f"{cells[0]} {'  '.join(cells[1:])}".rstrip())
    lines.insert(3, "─" * max(map(len, lines[2:])))
    return "\n".join([*lines, "", *_legend(tuning), *tuning.notes])


def as_html(tuning: "Tuning") -> str:
    """Lay scores out as a table in HTML, below their picture."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in _HEAD)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _row(score)) + "</tr>"
        for score in tuning.scores
    )
    told = [*_legend(tuning), *tuning.notes, *tuning.problems]
    return (
        f"<p>{escape(_title(tuning))}</p>{tuning.svg()}<table><tr>{head}</tr>{rows}</table>"
        f"<p>{'<br>'.join(escape(plain(line)) for line in told)}</p>"
    )


def _title(tuning: "Tuning") -> str:
    first = tuning.scores[0]
    count = len(first.outcomes)
    return (
        f"{count} recording{'' if count == 1 else 's'}, {minutes(tuning.seconds)} of audio: "
        f"{first.turns} labelled turns, {first.pauses} labelled pauses in them"
    )


def _row(score: Score) -> _Row:
    return (
        _FRONT if score.on_front else "",
        plain(str(score.policy)),
        f"{100.0 * score.cut_off_rate:.1f} %" if score.turns else _ABSENT,
        f"{score.cut_offs}",
        f"{score.pauses_cut}",
        f"{score.missed}",
        _milliseconds(score.delay(50)),
        _milliseconds(score.delay(90)),
        f"{score.extra}",
        f"{score.dropped}",
    )


def _milliseconds(seconds: float | None) -> str:
    return _ABSENT if seconds is None else f"{1000.0 * seconds:.0f} ms"


def _legend(tuning: "Tuning") -> Iterator[str]:
    yield "cut off: turns and labelled pauses in which a turn was taken before its labelled end"
    yield f"missed: no turn within {LATE:g} s, or only after the next one had begun"
    yield "p50, p90: from the labelled end to the turn; a missed one is endless"
    if any(score.extra or score.dropped for score in tuning.scores):
        yield "extra: turns that nobody gave (noise, backchannels, echo); dropped: without text"
    yield f"{_FRONT} no other policy has both fewer cut-offs and less delay"


__all__ = ["as_html", "as_text"]
