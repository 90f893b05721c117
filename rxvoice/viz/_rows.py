"""One row of a conversation: its axis and its lanes."""

from collections.abc import Sequence
from typing import Final

from rxvoice.reports import minutes

from ._answering import draw_faults, draw_model, draw_words
from ._axis import Row, tick_label, tick_step, ticks
from ._call import Call
from ._listening import draw_speech, draw_transcripts, draw_turns
from ._svg import element, group, line, number
from ._text import label
from ._voice_lane import draw_voice

GUTTER: Final = 112.0
_SIZE: Final = 11.0
_AXIS: Final = 22.0
_BETWEEN: Final = 26.0
_BARS: Final = ("user speaks", "language model", "bot speaks")  # lie under interruptions


def happens(call: Call, row: Row) -> bool:
    """Whether anything would be drawn in a row."""
    spans = [*call.speech, *call.turns, *call.responses, *call.voices]
    marks = [*call.transcripts, *call.tokens, *call.words, *call.faults]
    return any(row.meets(span.start, span.end) for span in spans) or any(
        row.has(mark.at) for mark in marks
    )


def draw_skipped(body: list[str], rows: Sequence[Row], end: float, y: float) -> float:
    """Tell which time was left out; return the height that this took."""
    if not rows:
        return 0.0
    until = min(rows[-1].end, end)
    text = f"nothing from {minutes(rows[0].start)} to {minutes(until)}"
    body.append(label(text, rows[0].left, y + 12, class_="soft", size=_SIZE))
    return 18.0 + _BETWEEN


def draw_row(body: list[str], row: Row, call: Call, y: float) -> float:
    """Draw a row; return its height."""
    faults = [mark for mark in call.faults if row.has(mark.at)]
    lanes = [
        draw_speech(row, call),
        draw_transcripts(row, call),
        draw_turns(row, call),
        draw_model(row, call),
        draw_voice(row, call),
        draw_words(row, call),
        *([draw_faults(row, faults)] if faults else []),
    ]
    top = y + _AXIS
    bottom = top + sum(lane.height for lane in lanes)
    body += _axis(row, call, y, top, bottom)
    under: list[str] = []
    over: list[str] = []
    lane_top = top
    for lane in lanes:
        if lane_top > top:
            body.append(line(row.left - GUTTER, lane_top, row.right, lane_top, "grid-line thin"))
        x, base = row.left - GUTTER, lane_top + lane.name_line
        body.append(label(lane.name, x, base, class_=f"{lane.colour} strong", size=_SIZE))
        drawn = element("g", *lane.parts, transform=f"translate(0 {number(lane_top)})")
        (under if lane.name in _BARS else over).append(drawn)
        lane_top += lane.height
    body += [*under, *_interruptions(row, call, top, bottom), *over]
    return bottom - y + _BETWEEN


def _axis(row: Row, call: Call, y: float, top: float, bottom: float) -> list[str]:
    step = tick_step(row.end - row.start, row.right - row.left)
    out = [line(row.left, top, row.right, top, "rule-line thin")]
    for at in ticks(row.start, row.end, step):
        x = row.x(at)
        out.append(line(x, top, x, bottom, "grid-line thin"))
        out.append(line(x, top - 4, x, top, "rule-line thin"))
        name = tick_label(at, step, whole=call.end)
        anchor = "end" if x > row.right - 12 else "middle"
        out.append(label(name, x, y + 12, class_="soft", size=10, anchor=anchor))
    return out


def _interruptions(row: Row, call: Call, top: float, bottom: float) -> list[str]:
    out: list[str] = []
    for cut in call.cuts:
        if row.has(cut.decided):
            x = row.x(cut.decided)
            flag = element("path", class_="alarm", d=f"M{number(x)} {number(top + 5)}l-5 -8h10z")
            by = f"by turn {cut.turn}" if cut.turn else "without a turn"
            tooltip = f"interruption {by} at {minutes(cut.decided)}; heard: {cut.spoken}"
            out.append(group(tooltip, line(x, top, x, bottom, "alarm-line thin"), flag))
    return out
