"""A lane of any stream, in one row of a picture."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from ._axis import Row
from ._lane import Lane
from ._listening import bar
from ._strip import LEVEL, Bar, Dot, Segment, Sounding, Strip
from ._strip_text import draw_labels
from ._svg import element, group, line, number
from ._text import label, text_width

_PAD: Final = 7.0
_WAVE: Final = 30.0
_BAR: Final = 19.0
_LINE: Final = 18.0
_COLUMN: Final = 3.0
_ROOM: Final = 6.0  # least pixels between dots


def draw_strip(row: Row, strip: Strip) -> Lane:
    """Draw a lane: audio, bars, and a line with the items, with their texts below it."""
    out: list[str] = []
    y = _PAD
    if strip.sounds:
        base = y + _WAVE / 2
        out += [
            _sound(row, sound, y) for sound in strip.sounds if row.meets(sound.start, sound.shown)
        ]
        y += _WAVE
    else:
        base = y + (_BAR if strip.bars else _LINE) / 2
    for kind in strip.kinds:
        out += _bars(row, [each for each in strip.bars if each.bar == kind], y)
        y += _BAR
    if strip.dots or not (strip.sounds or strip.bars):
        base = y + _LINE / 2
        y += _LINE * strip.rows
    out[:0] = _lines(row, strip.segments, base)
    dots = [dot for dot in strip.dots if row.has(dot.at)]
    out += _dots(row, dots, base)
    out += _signs(row, strip.segments, dots, base)
    labels, lines = draw_labels(row, dots, y + 10)
    out += labels
    y += 14.0 * lines
    return Lane(strip.name, strip.colour, y + _PAD, out, first=base, inner=strip.inner)


def _lines(row: Row, segments: Sequence[Segment], base: float) -> list[str]:
    """Draw when there were subscriptions; those next to each other in one stroke."""
    out: list[str] = []
    for level in sorted({segment.row for segment in segments}):
        y = base + _LINE * level
        d, until = "", float("-inf")
        for segment in segments:
            if segment.row != level or segment.end < row.start or segment.start > row.end:
                continue
            x1, x2 = row.x(segment.start), max(row.x(segment.end), row.x(segment.start) + 1)
            if x2 > until + 0.5:
                d += f"M{number(max(x1, until))} {number(y)}H{number(x2)}"
                until = x2
        if d:
            out.append(element("path", class_="soft-line line", d=d))
    return out


def _signs(row: Row, segments: Sequence[Segment], dots: Sequence[Dot], base: float) -> list[str]:
    out: list[str] = []
    for level in sorted({segment.row for segment in segments}):
        y = base + _LINE * level
        mine = [segment for segment in segments if segment.row == level]
        places = [row.x(dot.at) for dot in dots if dot.row == level]
        taken = float("-inf")
        for segment in mine:
            x = row.x(segment.start)
            if segment.begun and row.has(segment.start) and x >= taken + 4:
                taken = x
                if not _near(places, x, 4):
                    dot = element("circle", class_="soft", cx=x, cy=y, r=2.5)
                    out.append(group(f"subscribed at {segment.start:.2f} s", dot))
        taken = float("-inf")
        for segment in mine:
            x = row.x(segment.end)
            if segment.how and row.start < segment.end <= row.end and x >= taken + 4:
                taken = x
                beside = x + (9 if _near(places, x, 6) else 0)
                out.append(group(segment.tip, _sign(segment.how, beside, y)))
    return out


def _near(places: Sequence[float], x: float, distance: float) -> bool:
    """Whether a place lies near `x`; they are in order."""
    index = bisect_left(places, x - distance)
    return index < len(places) and places[index] < x + distance


def _sign(how: str, x: float, y: float) -> str:
    if how == "|":
        return line(x, y - 7, x, y + 7, "text-line bold")
    if how == "#":
        d = f"M{number(x - 5)} {number(y - 5)}l10 10m0 -10l-10 10"
        return element("path", class_="alarm-line bold", d=d)
    return element("path", class_="alarm-line bold", d=f"M{number(x - 3)} {number(y + 7)}l6 -14")


def _sound(row: Row, sound: Sounding, y: float) -> str:
    from_, until = row.x(sound.start) - row.left, row.x(sound.shown) - row.left
    path = ""
    for column in range(math.ceil(from_ / _COLUMN), int((until - 2.5) / _COLUMN) + 1):
        at = row.start + column * _COLUMN / row.scale - sound.start
        first = max(0, int(at / LEVEL))
        last = max(first + 1, int((at + _COLUMN / row.scale) / LEVEL))
        half = max(0.5, max(sound.levels[first:last], default=0.0) * (_WAVE / 2 - 4))
        x = row.left + column * _COLUMN + 1.5
        path += f"M{number(x)} {number(y + _WAVE / 2 - half)}v{number(2 * half)}"
    told = f"audio, {sound.start:.2f} to {sound.shown:.2f} s, {sound.rate} Hz"
    return group(
        told,
        bar(row, sound.start, sound.shown, y + 1, _WAVE - 2, "bot-soft"),
        element("path", class_="bot-line wave", d=path) if path else "",
    )


def _bars(row: Row, bars: Sequence[Bar], y: float) -> list[str]:
    out: list[str] = []
    taken = float("-inf")
    for each in bars:
        x1, x2 = row.x(each.start), row.x(each.end)
        if not row.meets(each.start, each.end) or (x2 - x1 < 1 and x1 < taken + 2):
            continue
        taken = x2
        soft = "soft-soft" if each.colour in ("text", "soft") else f"{each.colour}-soft"
        parts = [bar(row, each.start, each.end, y + 2, _BAR - 4, f"{soft} {each.colour}-line thin")]
        number_ = each.label.rpartition(" ")[2]
        texts = (each.label, number_ if number_.isdigit() else "")
        text = next((text for text in texts if text_width(text, 10.0) <= x2 - x1 - 9), "")
        if text:
            parts.append(label(text, x1 + 5, y + _BAR / 2 + 3.5, class_=each.colour, size=10.0))
        out.append(group(each.tip, *parts))
    return out


def _dots(row: Row, dots: Sequence[Dot], base: float) -> list[str]:
    out: list[str] = []
    for level in sorted({dot.row for dot in dots}):
        bundle: list[Dot] = []
        y = base + _LINE * level
        for dot in (dot for dot in dots if dot.row == level):
            least = 2.0 if dot.kind in ("tick", "word") else _ROOM
            if bundle and row.x(dot.at) - row.x(bundle[0].at) < least:
                bundle.append(dot)
                continue
            if bundle:
                out.append(_dot(row, bundle, y))
            bundle = [dot]
        if bundle:
            out.append(_dot(row, bundle, y))
    return out


def _dot(row: Row, bundle: Sequence[Dot], y: float) -> str:
    kinds = [dot.kind for dot in bundle]
    first = next(
        (bundle[kinds.index(kind)] for kind in ("alarm", "dot") if kind in kinds), bundle[0]
    )
    x = row.x(first.at)
    tip = " · ".join(dot.tip for dot in bundle[:3])
    if len(bundle) > 3:
        tip = f"{len(bundle)} items; {tip} …"
    colour = first.colour
    match first.kind:
        case "alarm":
            shape = element("path", class_="alarm", d=f"M{number(x)} {number(y - 6)}l6 11h-12z")
        case "ring":
            shape = element("circle", class_=f"hollow {colour}-line line", cx=x, cy=y, r=3.6)
        case "tick" | "word":
            shape = line(x, y - 5, x, y + 5, f"{colour}-line line")
        case _:
            shape = element("circle", class_=colour, cx=x, cy=y, r=4.5)
            if len(bundle) > 1:
                ring = element("circle", class_=f"{colour}-line thin", cx=x, cy=y, r=6.5)
                shape = ring + shape
    return group(tip, shape)


__all__ = ["draw_strip"]
