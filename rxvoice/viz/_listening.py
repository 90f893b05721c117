"""The lanes of the user: speech, transcripts, turns."""

from collections.abc import Sequence
from typing import Final

from rxvoice.reports import minutes, plain

from ._axis import Row
from ._call import Call, Mark, Span
from ._lane import Lane
from ._svg import element, group, line, number
from ._text import BOLD, Lines, label, shorten, text_width, wrap
from ._thin import bundles

_SIZE: Final = 11.0


def draw_speech(row: Row, call: Call) -> Lane:
    """Draw when the user spoke, and behind that how long it took to be sure of the end."""
    out: list[str] = []
    y = 7.0
    for span in call.speech:
        if row.meets(span.start, max(span.end, span.declared)):
            tooltip = f"the user speaks, {minutes(span.start)} to {minutes(span.end)}"
            parts: list[str] = []
            if row.meets(span.end, span.declared):
                parts.append(
                    line(
                        row.x(span.end), y + 8, row.x(span.declared), y + 8, "user-line thin dashes"
                    )
                )
            if row.meets(span.start, span.end):
                parts.append(bar(row, span.start, span.end, y, 16, "user"))
            out.append(group(tooltip, *parts))
    return Lane("user speaks", "user", 30.0, out)


def bar(row: Row, start: float, end: float, y: float, height: float, class_: str) -> str:
    """Draw a bar with round ends; an end that lies in another row is straight."""
    x1, x2 = row.x(start), max(row.x(end), row.x(start) + 1.5)
    radius = min(height / 2, 5.0, (x2 - x1) / 2)
    a = radius if start >= row.start else 0.0
    b = radius if end <= row.end else 0.0
    d = (
        f"M{number(x1 + a)} {number(y)}H{number(x2 - b)}"
        f"q{number(b)} 0 {number(b)} {number(b)}v{number(height - 2 * b)}"
        f"q0 {number(b)} {number(-b)} {number(b)}H{number(x1 + a)}"
        f"q{number(-a)} 0 {number(-a)} {number(-a)}v{number(2 * a - height)}"
        f"q0 {number(-a)} {number(a)} {number(-a)}z"
    )
    return element("path", class_=class_, d=d)


def draw_transcripts(row: Row, call: Call) -> Lane:
    """Draw interim transcripts as rings and final ones as discs, with their text."""
    y = 8.0
    out = [line(row.left, y + 6, row.right, y + 6, "rule-line thin")]
    lines = Lines(2, row.left, row.right)
    inside = [mark for mark in call.transcripts if row.has(mark.at)]
    finals = [mark for mark in inside if mark.kind == "final"]
    for index, mark in enumerate(finals):
        out += _final_text(row, mark, finals[index + 1 :], lines, y)
    for x, bundle in bundles(inside, row, 7.0):
        out.append(_marble(row, x, y + 6, bundle))
    if inside and inside[-1].kind == "interim" and not finals:
        out += _last_words(row, inside[-1], lines, y)
    return Lane("transcripts", "user", 28.0 + 13.0 * max(1, lines.used), out, first=14.0)


def _marble(row: Row, x: float, y: float, bundle: Sequence[Mark]) -> str:
    mark = next((mark for mark in bundle if mark.kind == "final"), bundle[-1])
    tooltip = " · ".join(f"{mark.kind} at {minutes(mark.at)}: {mark.text}" for mark in bundle)
    if mark.kind == "key":
        shape = element("rect", class_="user", x=x - 5, y=y - 5, width=10, height=10, rx=2)
        text = label(plain(mark.text), x, y + 3.2, class_="on strong", size=9, anchor="middle")
        return group(tooltip, shape, text)
    if mark.kind == "final":
        return group(tooltip, element("circle", class_="user", cx=row.x(mark.at), cy=y, r=5))
    return group(tooltip, element("circle", class_="hollow user-line line", cx=x, cy=y, r=3.6))


def _final_text(row: Row, mark: Mark, later: Sequence[Mark], lines: Lines, y: float) -> list[str]:
    text = plain(mark.text)
    begin = row.x(mark.since) - 4
    begin = max(row.left, min(begin, row.right - 40))
    limit = row.x(later[0].since) - 10 if later else row.right
    limit = max(limit, row.x(mark.at))
    room = tuple(min(lines.room(begin, index), limit - begin) for index in range(2))
    if max(room) < 14:
        return []
    whole = text_width(text, _SIZE)
    missing = min(whole, row.right - row.left) - room[0]
    if missing > 0 and not later:  # the last one of a row may begin further left
        begin_left = max(row.left, begin - missing)
        if lines.room(begin_left, 0) >= row.right - begin_left - 1:
            begin = begin_left
            room = (row.right - begin, row.right - begin)
    out: list[str] = []
    for index, part in enumerate(wrap(text, room, _SIZE)):
        lines.take(begin, text_width(part, _SIZE), index)
        out.append(label(part, begin, y + 26 + 13 * index, class_="text", size=_SIZE))
    return [group(f"final at {minutes(mark.at)}: {text}", *out)] if out else []


def _last_words(row: Row, mark: Mark, lines: Lines, y: float) -> list[str]:
    begin = max(row.left, row.x(mark.since) - 4)
    text = shorten(plain(mark.text), lines.room(begin, 0), _SIZE)
    return [label(text, begin, y + 26, class_="soft", size=_SIZE)] if text else []


def draw_turns(row: Row, call: Call) -> Lane:
    """Draw each turn as a bracket from the taking of the floor to the giving back."""
    out = [_turn(row, span, 8.0) for span in call.turns if row.meets(span.start, span.end)]
    return Lane("turns", "text", 30.0, out)


def _turn(row: Row, span: Span, y: float) -> str:
    x1, x2, middle = row.x(span.start), row.x(span.end), y + 7
    ended = {"done": "", "dropped": ", dropped", "open": ", not over"}.get(span.kind, "")
    times = f"{minutes(span.start)} to {minutes(span.end)}"
    tooltip = f"turn {span.number}{ended}, {times}: {span.text}"
    dashed = "" if span.kind == "done" else " dashes"
    tone = "text-line" if span.kind == "done" else "soft-line"
    parts = [line(x1, middle, x2, middle, f"{tone} line{dashed}")]
    if span.start >= row.start:
        parts.append(line(x1, middle - 5, x1, middle + 5, f"{tone} line"))
    if span.kind == "done" and span.end <= row.end:
        parts.append(line(x2, middle - 5, x2, middle + 5, f"{tone} line"))
    if span.kind == "dropped" and span.end <= row.end:
        d = f"M{number(x2 - 4)} {number(middle - 4)}l8 8m0 -8l-8 8"
        parts.append(element("path", class_=f"{tone} line", d=d))
    name = str(span.number)
    width = max(16.0, text_width(name, _SIZE * BOLD) + 9)
    if x2 - x1 >= width + 6:
        x = (x1 + x2) / 2
        chip = element(
            "rect",
            class_=f"hollow {tone} line",
            x=x - width / 2,
            y=middle - 8,
            width=width,
            height=16,
            rx=8,
        )
        tint = "text strong" if span.kind == "done" else "soft strong"
        parts += [chip, label(name, x, middle + 4, class_=tint, size=_SIZE, anchor="middle")]
    return group(tooltip, *parts)
