"""Drawing what happened in a trial, one row a stream."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Fault,
    Metric,
    Sentence,
    SpeechStarted,
    SpeechStopped,
    Thought,
    Token,
    ToolCall,
    Transcript,
    Usage,
    Word,
)

_COLUMNS = 56
_TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_SIGNS: tuple[tuple[type, str], ...] = (
    (AudioFrame, "a"),
    (SpeechStarted, "S"),
    (SpeechStopped, "E"),
    (Word, "w"),
    (Sentence, "s"),
    (Token, "k"),
    (Thought, "h"),
    (ToolCall, "c"),
    (Usage, "u"),
    (Fault, "F"),
    (Metric, "m"),
    (ClearAudio, "x"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One stream.

    Attributes:
        name: Its name.
        items: Time and item.
        end: When it ended, and with what error.
        cut: When it was unsubscribed.
    """

    name: str
    items: Sequence[tuple[float, Any]]
    end: tuple[float, Any] | None = None
    cut: float | None = None


def picture(rows: Sequence[Row]) -> list[str]:
    """Draw streams under each other, and explain the signs."""
    legend: dict[str, str] = {}
    events = [[(at, _sign(item, legend)) for at, item in row.items] for row in rows]
    for row, marks in zip(rows, events, strict=True):
        if row.end is not None:
            at, error = row.end
            marks.append((at, "|" if error is None else "#"))
            if error is not None:
                legend.setdefault("#", _short(error))
        if row.cut is not None:
            marks.append((row.cut, "!"))
            legend.setdefault("!", "unsubscribed")
    last = max((at for marks in events for at, _ in marks), default=0.0)
    tick = next((tick for tick in _TICKS if last / tick < _COLUMNS), last / _COLUMNS)
    cells = [_columns(marks, tick) for marks in events]
    width = max((len(row.name) for row in rows), default=0)
    drawn = [""] * len(rows)
    for column in range(int(last / tick + 1e-6) + 1):
        texts = [row.get(column, "-") for row in cells]
        size = max(map(len, texts), default=1)
        drawn = [line + text.ljust(size, "-") for line, text in zip(drawn, texts, strict=True)]
    lines = [f"{row.name:<{width}}  {line}" for row, line in zip(rows, drawn, strict=True)]
    meanings = [f"{sign} = {meaning}" for sign, meaning in legend.items()]
    return [*lines, f"{'':<{width}}  one column is {tick:g} s", *meanings]


def _columns(marks: Sequence[tuple[float, str]], tick: float) -> dict[int, str]:
    found: dict[int, dict[str, int]] = {}
    for at, sign in marks:
        signs = found.setdefault(int(at / tick + 1e-6), {})
        signs[sign] = signs.get(sign, 0) + 1
    return {at: _cell(signs) for at, signs in found.items()}


def _cell(signs: dict[str, int]) -> str:
    """Write what came in one column; how often, in brackets."""
    if list(signs.values()) == [1]:
        return next(iter(signs))
    return f"({' '.join(s if n == 1 else f'{s}*{n}' for s, n in signs.items())})"


def _sign(item: Any, legend: dict[str, str]) -> str:
    if isinstance(item, Transcript):
        sign = ("t" if item.text else "b") if item.is_final else "i"
        meaning = {"t": "final transcript", "b": "blank transcript", "i": "interim transcript"}
        legend.setdefault(sign, f"{meaning[sign]}, the first is {_short(item.text)}")
        return sign
    for kind, sign in _SIGNS:
        if isinstance(item, kind):
            detail = _short(item) if isinstance(item, Fault) else kind.__name__
            legend.setdefault(sign, detail)
            return sign
    legend.setdefault("?", _short(item))
    return "?"


def _short(value: object) -> str:
    text = repr(value).replace("\n", " ")
    return text if len(text) <= 80 else f"{text[:79]}…"


__all__ = ["Row", "picture"]
