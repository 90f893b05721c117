"""Values and what follows them, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ._difference import Entry
from ._legend import Legend
from ._notifications import OnNext
from ._picture import ROWS, picture, shown_times
from ._recording import Recording
from ._report import meaning
from ._select import What, name_of, picks

_ROWS = 12
_LONGEST = 40

Indexed: TypeAlias = tuple[int, Entry]
"""Position in the log of its stream, and what is there."""


@dataclass(slots=True)
class Side:
    """The values of a stream that come first, or that follow.

    Attributes:
        recording: What the stream did.
        name: What it is called.
        what: Which of its values are meant; all when it is None.
    """

    recording: Recording
    name: str
    what: What = None

    @property
    def title(self) -> str:
        """What is meant, in words."""
        picked = None if self.what is None else name_of(self.what)
        return self.name if picked in (None, self.name) else f"{picked} of {self.name}"

    def entries(self) -> list[Indexed]:
        """Return what is meant, with its place in the stream's log."""
        return [
            (index, entry)
            for index, entry in enumerate(self.recording.timed)
            if picks(self.what, entry[1])
        ]


@dataclass(frozen=True, slots=True)
class Pair:
    """A value and what follows it.

    Attributes:
        cause: The value.
        answer: What follows it, or None.
        wrong: What is wrong with it, or nothing.
    """

    cause: Entry
    answer: Entry | None
    wrong: str

    @property
    def gap(self) -> float:
        """Seconds between the two; 0 when nothing follows."""
        return (self.answer[0] - self.cause[0]) / 1e6 if self.answer else 0.0


def report_pairs(head: str, sides: tuple[Side, Side], pairs: Sequence[Pair], column: int) -> str:
    """Draw both sides over each other, and list the pairs.

    Args:
        head: What is wrong.
        sides: What comes first, and what follows.
        pairs: All pairs; the first one that is wrong is marked.
        column: Microseconds a column.
    """
    worst = next(index for index, pair in enumerate(pairs) if pair.wrong)
    at, answer = pairs[worst].cause[0], pairs[worst].answer
    until = answer and answer[0]
    logs = [[entry for _, entry in side.entries()] for side in sides]
    times = shown_times(logs, column, at) | shown_times(logs, column, until or at)
    near = shown_times(logs, column, at, ROWS) | shown_times(logs, column, until or at, ROWS)
    legend = Legend({}, _texts(logs))
    rows = [
        (side.title, [(t, legend.token(note) if t in times else "") for t, note in log])
        for side, log in zip(sides, logs, strict=True)
    ]
    lines = [head, *picture(rows, column, at, 0, until), "", *_table(pairs, worst), ""]
    tokens = [token for _, row in rows for time, token in row if time in near]
    return "\n".join([*lines, f"one column is {column / 1e6:g} s", *legend.lines(tokens)])


def _table(pairs: Sequence[Pair], worst: int) -> list[str]:
    first = max(0, worst - _ROWS // 2)
    shown = pairs[first : first + _ROWS]
    width = max(len("item"), *(len(_item(pair)) for pair in shown))
    lines = [f"  {'time':>12}  {'item':<{width}}  {'followed at':>12}  after"]
    lines += [f"  {'…':>12}"] if first else []
    for pair in shown:
        row = f"{'>' if pair.wrong else ' '} {_seconds(pair.cause):>12}  {_item(pair):<{width}}"
        if pair.answer is None:
            lines.append(f"{row}  {'never':>12}")
        else:
            wrong = f"  {pair.wrong}" if pair.wrong else ""
            lines.append(f"{row}  {_seconds(pair.answer):>12}  {pair.gap:g} s{wrong}")
    return [*lines, *([f"  {'…':>12}"] if first + _ROWS < len(pairs) else [])]


def _item(pair: Pair) -> str:
    text = meaning(pair.cause[1])
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _seconds(entry: Entry) -> str:
    return f"{entry[0] / 1e6:.6f}"


def _texts(logs: Sequence[Sequence[Entry]]) -> set[str]:
    notes = [note for log in logs for _, note in log]
    return {n.value for n in notes if isinstance(n, OnNext) and isinstance(n.value, str)}


__all__ = ["Indexed", "Pair", "Side", "report_pairs"]
