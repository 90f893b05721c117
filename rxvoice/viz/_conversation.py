"""A picture of a whole conversation."""

import math
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Final

from rxvoice.items import Stamped
from rxvoice.reports import minutes, plain, transcript_text

from ._axis import Row, tick_step
from ._below import below
from ._call import Call, gather
from ._legend import draw_legend, paused_entry
from ._rows import (
    AXIS,
    BETWEEN,
    GUTTER,
    HEADING,
    draw_axis,
    draw_lanes,
    draw_rows,
    happens,
    heading,
    lanes_of,
)
from ._strip_legend import strip_entries
from ._style import style_sheet
from ._svg import element, picture
from ._text import BOLD, label, shorten, wrap

if TYPE_CHECKING:
    from ._probes import Probes

MARGIN: Final = 24.0
_MOST_ROWS: Final = 240


def conversation_svg(
    events: Sequence[Stamped],
    *,
    width: float = 1080.0,
    row: float = 15.0,
    title: str = "Conversation",
    probes: "Probes | None" = None,
) -> str:
    """Draw a conversation as marbles, lane by lane, on the session's clock.

    The lanes hold the user's speech (behind each bar a dashed line until the end was known),
    transcripts (rings are interim, discs final), turns, the language model's tokens, the bot's
    voice with its loudness as it was heard, the words heard, and faults. A vertical line through
    all lanes is an interruption; two strokes end the voice that it cut off. Two upright strokes and
    a dotted line are a voice that waits for that to be decided. An arrow measures the
    wait from the end of the user's speech to the first sound of the answer.

    The picture stands alone: no script, nothing loaded from elsewhere, readable on light and
    dark pages and by screen readers. Whatever a text holds, it is shown in its own place or left to
    the tooltip.

    Args:
        events: The time-stamped events of a session, in the order in which they came.
        width: In pixels, at least 480.
        row: Seconds in one row; longer conversations go on in the next row. Very long ones
            get longer rows, and rows in which nothing happens are left out.
        title: Stands above the picture and is its name for screen readers.
        probes: What they told is drawn below, on the same axis; see `rxvoice.viz.Probes`.

    Returns:
        An SVG document.

    Raises:
        ValueError: When an argument is out of range or an event's time is not finite.
    """
    check_size(width, row)
    call = gather(events)
    told = below(probes, call.end, width)
    body, y = head(title, [summary(call), *told.told], width)
    first, end = min(call.start, told.start), max(call.end, told.end)
    rows = rows_of(first, end, row, width, told.gutter)

    def draw(place: Row, top: float) -> float:
        lanes, more = lanes_of(place, call), told.lanes(place)
        middle = top + AXIS + sum(lane.height for lane in lanes)
        bottom = middle + sum(lane.height for lane in more) + (HEADING if more else 0.0)
        draw_axis(body, place, end, top, bottom)
        draw_lanes(body, place, call, lanes, top + AXIS)
        if more:
            body.append(heading(place, "probes", middle))
            draw_lanes(body, place, call, more, middle + HEADING, flags=False)
        return bottom - top + BETWEEN

    y = draw_rows(
        body, rows, end, y, draw, lambda place: happens(call, place) or told.happens(place)
    )
    also = [paused_entry()] if call.pauses else []
    y += draw_legend(body, MARGIN, width - MARGIN, y, also=[*also, *strip_entries(told.strips)])
    words = [summary(call), " ".join(transcript_text(events).split()), told.description]
    return picture(
        width,
        y,
        [ground(width, y), *body],
        title=title,
        description=". ".join(filter(None, words)),
        css=style_sheet(),
    )


def check_size(width: float, row: float) -> None:
    """Refuse sizes in which nothing can be read."""
    if not (math.isfinite(width) and width >= 480):
        raise ValueError(f"width must be at least 480, got {width}")
    if not (math.isfinite(row) and row >= 0.1):
        raise ValueError(f"row must be at least 0.1 s, got {row}")


def ground(width: float, height: float) -> str:
    """Draw what everything stands on."""
    return element(
        "rect", class_="ground edge-line", x=0.5, y=0.5, width=width - 1, height=height - 1, rx=10
    )


def head(title: str, about: Sequence[str], width: float) -> tuple[list[str], float]:
    """Write the title and lines about the whole; return them and where the picture goes on."""
    room = width - 2 * MARGIN
    body = [
        label(shorten(plain(title), room, 18 * BOLD), MARGIN, 40, class_="text strong", size=18)
    ]
    lines = [part for told in about for part in wrap(plain(told), (room, room), 12)]
    for index, text in enumerate(lines):
        body.append(label(text, MARGIN, 60 + 18 * index, class_="soft", size=12))
    return body, 64.0 + 18 * len(lines)


def summary(call: Call) -> str:
    """Say in a line what happened."""
    ended = [turn for turn in call.turns if turn.kind == "done"]
    whole = call.end - min(0.0, call.start)
    parts = [f"{whole:.1f} s" if whole < 60 else minutes(whole), _count(len(ended), "turn")]
    if call.cuts:
        parts.append(_count(len(call.cuts), "interruption"))
    if call.faults:
        parts.append(_count(len(call.faults), "fault"))
    waits = [wait.total for wait in call.waits if wait.is_complete and wait.total is not None]
    if waits:
        parts.append(f"median answer after {round(median(waits) * 1000)} ms")
    return " · ".join(parts)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def rows_of(
    start: float, end: float, seconds: float, width: float, gutter: float = GUTTER
) -> list[Row]:
    """Choose the rows of a picture.

    Args:
        start: When the first thing happens.
        end: When the last one does.
        seconds: How long a row is, unless that makes too many.
        width: Of the picture, in pixels.
        gutter: For the names of the lanes.
    """
    left, right = MARGIN + gutter, width - MARGIN
    first = 0.0 if 0.0 <= start < seconds else math.floor(start / seconds) * seconds
    whole = end - first
    if whole > seconds * _MOST_ROWS:
        seconds = tick_step(whole, _MOST_ROWS, room=1.0)
    count = max(1, math.ceil(whole / seconds - 1e-9))
    if start < seconds:  # rows of equal length that are filled
        needed = max(whole / count, seconds / 5)
        step = tick_step(needed, right - left)
        seconds = min(seconds, math.ceil(needed / step - 1e-9) * step)
    return [
        Row(first + index * seconds, first + (index + 1) * seconds, left, right, gutter)
        for index in range(count)
    ]
