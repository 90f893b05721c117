"""A call as lanes of marks, and lanes as text."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias

from rxvoice.context import Context, Message, advance
from rxvoice.items import (
    AudioFrame,
    Event,
    Fault,
    ReplyEnded,
    ReplyPaused,
    ReplyResumed,
    ReplyStarted,
    Stamped,
    ToolCall,
    ToolResult,
    Turn,
    TurnDropped,
    TurnStarted,
    Word,
)
from rxvoice.testing._draw import cell, pause
from rxvoice.testing._notation import Mark

Lane: TypeAlias = Sequence[tuple[int, Mark]]
"""Column and mark, in order."""

CUT = "—"
"""Ends what was cut off, in a history."""

_BREATH = 0.25
"""Seconds of silence that do not end a reply where only the sound tells."""

_LONG_GAP = 30

MEANINGS: Mapping[str, str] = {
    "[": "the bot is heard",
    "]": "the reply was spoken to its end",
    "!": "the reply is cut off",
    "t": "the model calls a tool",
    "r": "a tool answers",
    "f": "a fault",
    "S": "the user takes the turn",
    "T": "the turn ends",
    "D": "the turn comes to nothing",
    "|": "the end of the stream",
    "#": "the stream fails",
}


def bot_lane(events: Iterable[Stamped], tick: float) -> list[tuple[int, Mark]]:
    """Return what the bot does, as others hear it.

    Where no reply is ever told to start, it begins and ends with its sound. Where replies overlap,
    sound belongs to the last one that started.
    """
    events = list(events)
    replies = any(isinstance(event.item, ReplyStarted) for event in events)
    marks: list[tuple[float, Mark]] = [] if replies else _sound(events)
    started: int | None = None
    heard: set[int] = set()
    paused: set[int] = set()
    for event in events:
        match event.item:
            case ReplyStarted(number=number):
                started = number
                heard.discard(number)
            case AudioFrame(pts=pts) if started is not None:
                heard.add(started)
                started = None
                marks.append((max(pts, event.at), Mark("value", "[")))
            case ReplyPaused(number=number) if number in heard:
                paused.add(number)
                marks.append((event.at, Mark("!")))
            case ReplyResumed(number=number) if number in paused:
                paused.discard(number)
                started = number
            case ReplyEnded(number=number, interrupted=interrupted):
                if (number in heard or interrupted) and number not in paused:
                    marks.append((event.at, Mark("!") if interrupted else Mark("value", "]")))
                heard.discard(number)
                paused.discard(number)
                if started == number:
                    started = None
            case Word(text=text):
                marks.append((event.at, Mark("value", text, quoted=True)))
            case ToolCall():
                marks.append((event.at, Mark("value", "t")))
            case ToolResult():
                marks.append((event.at, Mark("value", "r")))
            case Fault():
                marks.append((event.at, Mark("value", "f")))
            case _:
                pass
    return in_columns(marks, tick)


def _sound(events: Iterable[Stamped]) -> list[tuple[float, Mark]]:
    marks: list[tuple[float, Mark]] = []
    end: float | None = None
    for event in events:
        if isinstance(event.item, AudioFrame):
            start = max(event.item.pts, event.at)
            if end is None or start > end + _BREATH:
                marks += [] if end is None else [(end, Mark("value", "]"))]
                marks.append((start, Mark("value", "[")))
            end = max(event.item.end, start if end is None else end)
    return marks if end is None else [*marks, (end, Mark("value", "]"))]


def turn_lane(events: Iterable[Stamped], tick: float) -> list[tuple[int, Mark]]:
    """Return how the agent takes the user's turns."""
    signs: dict[type[Event], str] = {TurnStarted: "S", Turn: "T", TurnDropped: "D"}
    marks = [
        (event.at, Mark("value", signs[type(event.item)]))
        for event in events
        if type(event.item) in signs
    ]
    return in_columns(marks, tick)


def in_columns(marks: Iterable[tuple[float, Mark]], tick: float) -> list[tuple[int, Mark]]:
    """Put marks into columns: each into the one that it falls into."""
    return sorted(
        ((int((at + 1e-6) // tick), mark) for at, mark in marks), key=lambda pair: pair[0]
    )


def wordless(lane: Lane) -> list[tuple[int, Mark]]:
    """Return a lane without its texts."""
    return [(column, mark) for column, mark in lane if not mark.quoted]


def history_of(events: Iterable[Stamped]) -> list[str]:
    """Return the conversation as it is remembered, a line each."""
    context = Context()
    for event in events:
        with suppress(Exception):  # a command that fails changes nothing
            context = advance(context, event.item)
    return [line for message in context.messages for line in lines_of(message)]


def lines_of(message: Message) -> list[str]:
    """Return a message as lines of a history: what was said, and a line for each call."""
    who = {"assistant": "bot", "developer": "note"}.get(message.role, message.role)
    calls = [f"call: {call.name}({_arguments(call)})" for call in message.calls]
    if calls and not message.text:
        return calls
    return [f"{who}: {message.text}{CUT if message.interrupted else ''}", *calls]


def spoken_lines(history: Sequence[str]) -> list[str]:
    """Return the lines of a history that somebody said."""
    return [line for line in history if not line.startswith(("call: ", "tool: ", "note: "))]


def _arguments(call: ToolCall) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())


def aligned(lanes: Mapping[str, Lane], end: int, tick: float) -> tuple[dict[str, str], list[int]]:
    """Write lanes as diagrams, the same column at the same place.

    Args:
        lanes: By name.
        end: Column after the last.
        tick: Seconds a column.

    Returns:
        The diagrams by name, and the place of each column.
    """
    cells: dict[str, dict[int, list[Mark]]] = {}
    for name, lane in lanes.items():
        columns: dict[int, list[Mark]] = defaultdict(list)
        for column, mark in lane:
            columns[column].append(mark)
        cells[name] = columns
    end = max([end, *(column + 1 for columns in cells.values() for column in columns)])
    busy = sorted({column for columns in cells.values() for column in columns} | {end})
    rows = dict.fromkeys(lanes, "")
    places: list[int] = []
    column = 0
    for next_busy in busy:
        gap = next_busy - column
        if gap > _LONG_GAP:
            text = f" {pause(gap * round(tick * 1e6))} "
            places += [len(next(iter(rows.values()), ""))] * gap
            rows = {name: row + text for name, row in rows.items()}
            column = next_busy
        while column < min(next_busy + 1, end):
            texts = {
                name: cell(columns[column]) if column in columns else "-"
                for name, columns in cells.items()
            }
            width = max(map(len, texts.values()), default=0)
            places.append(len(next(iter(rows.values()), "")))
            rows = {name: row + texts[name].ljust(width) for name, row in rows.items()}
            column += 1
    return {name: row.rstrip() for name, row in rows.items()}, places
