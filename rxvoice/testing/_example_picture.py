"""Marbles in docstrings: pictures of them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rxvoice import items
from rxvoice.viz import Marble, marbles_svg

from ._example import Example
from ._example_legend import LETTERS, Legend
from ._example_reader import Row
from ._example_sounds import Sound
from ._notation import parse
from ._windows import parse_window

_COLOURS: Mapping[str, tuple[type, ...]] = {
    "user": (items.Transcript, items.Turn),
    "amber": (
        items.Metric,
        items.SpeechOngoing,
        items.SpeechStarted,
        items.SpeechStopped,
        items.StartTurn,
        items.StopTurn,
        items.TurnDropped,
        items.TurnStarted,
    ),
    "model": (items.ResponseEnded, items.ResponseStarted, items.Sentence, items.Token),
    "bot": (items.ReplyEnded, items.ReplyStarted, items.Word),
    "alarm": (items.ClearAudio, items.Fault),
}
"""Colours of items, the same in all pictures."""

_COLUMN = 31.0
_LEAST = 560.0
_EDGES = 90.0
_LETTER = 8.5
_RUN = 3
_ORDER = {"^": 0, "!": 2}


def example_svg(example: Example) -> str:
    """Draw the marbles of an operator's docstring.

    What the call uses is drawn at the time at which it is used. Frames of audio that follow each
    other without a gap become one bar.

    Args:
        example: What `read_example` returned.

    Returns:
        An SVG document that stands alone.

    Raises:
        ExampleError: When the legend cannot be evaluated.
    """
    values = Legend(example, {}).values
    lanes: dict[str, Sequence[Marble] | str] = {}
    for name, row in _named([row for row in example.rows if row not in example.outputs]):
        lanes[name] = _marbles(example, row, values)
    lanes[""] = example.call
    for name, row in _named(example.outputs):
        lanes[name] = _marbles(example, row, values)
    streams = [lane for lane in lanes.values() if not isinstance(lane, str)]
    last = max((marble[0] for lane in streams for marble in lane), default=0.0)
    names = {marble[-1] for lane in streams for marble in lane}
    return marbles_svg(
        lanes,
        width=max(_LEAST, _EDGES + max(map(len, lanes)) * _LETTER + last / example.tick * _COLUMN),
        title=f"Marbles of {example.name}",
        colours={name: colour for name in names if (colour := _colour(name, values))},
    )


def _named(rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """Number the rows that have the same name."""
    names = [row.name for row in rows]
    for index, row in enumerate(rows):
        many = names.count(row.name) > 1
        yield f"{row.name} {names[: index + 1].count(row.name)}" if many else row.name, row


def _marbles(example: Example, row: Row, values: Mapping[str, Any]) -> list[Marble]:
    """Return what a row shows, at the times at which it happens."""
    windows = [parse_window(window, example.tick) for window in row.windows]
    marbles: list[Marble] = []
    for began, stopped in windows:
        marbles.append((began / 1e6, "^"))
        if stopped is not None:
            marbles.append((stopped / 1e6, "!"))
    used_at = [began for began, _ in windows] if windows and row in example.parts else [0]
    for offset in used_at:
        marbles += _shifted(example, row, values, offset)
    return sorted(marbles, key=lambda marble: (marble[0], _ORDER.get(marble[-1], 1)))


def _shifted(
    example: Example, row: Row, values: Mapping[str, Any], offset: int
) -> Iterator[Marble]:
    diagram = parse(row.diagram, tick=example.tick)
    cells = [
        (at, [mark.key or mark.kind for _, mark in marks])
        for at, marks in groupby(diagram.marks, key=lambda pair: pair[0])
    ]
    while cells:
        at, names = cells[0]
        run = _run(cells, diagram.tick, values)
        if run >= _RUN:
            yield (at + offset) / 1e6, (cells[run - 1][0] + offset) / 1e6, names[0] * run
        else:
            run = 1
            for name in names:
                yield (at + offset) / 1e6, name
        del cells[:run]


def _run(cells: list[tuple[int, list[str]]], tick: int, values: Mapping[str, Any]) -> int:
    """How many columns from here on hold the same audio and nothing else."""
    start, names = cells[0]
    if len(names) > 1 or not isinstance(values.get(names[0]), Sound):
        return 0
    run = 1
    while run < len(cells) and cells[run] == (start + run * tick, names):
        run += 1
    return run


def _colour(name: str, values: Mapping[str, Any]) -> str | None:
    letter = name[:1] if len({*name}) == 1 else name
    value = values.get(letter)
    if isinstance(value, Sound):
        return "soft" if not value.loud else "user" if letter in LETTERS else "bot"
    return next((colour for colour, kinds in _COLOURS.items() if isinstance(value, kinds)), None)


__all__ = ["example_svg"]
