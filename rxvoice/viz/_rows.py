"""One row of a conversation: its axis and its lanes."""

from collections.abc import Callable, Sequence
from typing import Final

from rxvoice.reports import minutes

from ._answering import draw_faults, draw_model
from ._axis import Row, tick_label, tick_step, ticks
from ._call import Call
from ._lane import Lane
from ._listening import draw_speech, draw_transcripts, draw_turns
from ._svg import element, group, line, number
from ._text import BOLD, label, shorten, shorten_name
from ._voice_lane import draw_voice
from ._words import draw_words

GUTTER: Final = 112.0  # pixels for the names of lanes, at least
_SIZE: Final = 11.0
AXIS: Final = 22.0
BETWEEN: Final = 26.0
HEADING: Final = 20.0
_BARS: Final = ("user speaks", "language model", "bot speaks")  # lie under interruptions


def happens(call: Call, row: Row) -> bool:
    """Whether anything would be drawn in a row."""
    spans = [*call.speech, *call.turns, *call.responses, *call.voices, *call.pauses]
    marks = [*call.transcripts, *call.tokens, *call.words, *call.faults]
    return any(row.meets(span.start, span.end) for span in spans) or any(
        row.has(mark.at) for mark in marks
    )


def draw_rows(
    body: list[str],
    rows: Sequence[Row],
    end: float,
    y: float,
    draw: Callable[[Row, float], float],
    filled: Callable[[Row], bool],
) -> float:
    """Draw rows below each other, and leave out those in which nothing happens.

    Args:
        body: Is added to.
        rows: The rows.
        end: When the picture ends, in seconds.
        y: The top.
        draw: Is given a row and its top, and returns its height.
        filled: Says whether anything happens in a row.

    Returns:
        Where they end.
    """
    skipped: list[Row] = []
    for row in rows:
        if len(rows) > 1 and not filled(row):
            skipped.append(row)
            continue
        y += _skipped(body, skipped, end, y)
        y += draw(row, y)
        skipped = []
    return y + _skipped(body, skipped, end, y)


def _skipped(body: list[str], rows: Sequence[Row], end: float, y: float) -> float:
    """Tell which time was left out; return the height that this took."""
    if not rows:
        return 0.0
    until = min(rows[-1].end, end)
    text = f"nothing from {minutes(rows[0].start)} to {minutes(until)}"
    body.append(label(text, rows[0].left, y + 12, class_="soft", size=_SIZE))
    return 18.0 + BETWEEN


def lanes_of(row: Row, call: Call) -> list[Lane]:
    """Draw the lanes of a row, each by itself."""
    faults = [mark for mark in call.faults if row.has(mark.at)]
    return [
        draw_speech(row, call),
        draw_transcripts(row, call),
        draw_turns(row, call),
        draw_model(row, call),
        draw_voice(row, call),
        draw_words(row, call),
        *([draw_faults(row, faults)] if faults else []),
    ]


def draw_lanes(
    body: list[str],
    row: Row,
    call: Call,
    lanes: Sequence[Lane],
    top: float,
    *,
    flags: bool = True,
) -> float:
    """Put the lanes of a row below each other, with the interruptions; return where they end."""
    bottom = top + sum(lane.height for lane in lanes)
    under: list[str] = []
    over: list[str] = []
    lane_top = top
    for lane in lanes:
        inset = 12.0 if lane.inner else 0.0
        if lane_top > top and not inset:
            body.append(
                line(row.left - row.gutter, lane_top, row.right, lane_top, "grid-line thin")
            )
        body.append(_name(lane, row.left - row.gutter + inset, lane_top, row.gutter - 8 - inset))
        drawn = element("g", *lane.parts, transform=f"translate(0 {number(lane_top)})")
        (under if lane.name in _BARS else over).append(drawn)
        lane_top += lane.height
    body += [*under, *_interruptions(row, call, top, bottom, flags=flags), *over]
    return bottom


def _name(lane: Lane, x: float, top: float, room: float) -> str:
    tone = lane.colour if lane.inner else f"{lane.colour} strong"
    shown = shorten_name(lane.name, room, _SIZE if lane.inner else _SIZE * BOLD)
    written = label(shown, x, top + lane.name_line, class_=tone, size=_SIZE)
    return written if shown == lane.name else group(lane.name, written)


def heading(row: Row, name: str, y: float) -> str:
    """Write what the lanes below are about; it is `HEADING` high."""
    left = row.left - row.gutter
    box = element(
        "rect", class_="soft-soft", x=left, y=y, width=row.right - left, height=HEADING - 2
    )
    shown = shorten(name, row.right - left - 12, _SIZE * BOLD)
    return box + label(shown, left + 6, y + 13, class_="text strong", size=_SIZE)


def draw_axis(body: list[str], row: Row, end: float, y: float, bottom: float) -> None:
    """Draw the axis of a row, and its grid.

    Args:
        body: Is added to.
        row: The row.
        end: When the whole picture ends, in seconds.
        y: The top of the axis.
        bottom: Where the grid ends.
    """
    top = y + AXIS
    step = tick_step(row.end - row.start, row.right - row.left)
    body.append(line(row.left, top, row.right, top, "rule-line thin"))
    for at in ticks(row.start, row.end, step):
        x = row.x(at)
        body.append(line(x, top, x, bottom, "grid-line thin"))
        body.append(line(x, top - 4, x, top, "rule-line thin"))
        name = tick_label(at, step, whole=end)
        anchor = "end" if x > row.right - 12 else "middle"
        body.append(label(name, x, y + 12, class_="soft", size=10, anchor=anchor))


def _interruptions(row: Row, call: Call, top: float, bottom: float, *, flags: bool) -> list[str]:
    out: list[str] = []
    for cut in call.cuts:
        if row.has(cut.decided):
            x = row.x(cut.decided)
            d = f"M{number(x)} {number(top + 5)}l-5 -8h10z"
            flag = element("path", class_="alarm", d=d) if flags else ""
            by = f"by turn {cut.turn}" if cut.turn else "without a turn"
            tooltip = f"interruption {by} at {minutes(cut.decided)}; heard: {cut.spoken}"
            out.append(group(tooltip, line(x, top, x, bottom, "alarm-line thin"), flag))
    return out
