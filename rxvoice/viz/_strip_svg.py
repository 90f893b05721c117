"""Streams as SVG: rows of lanes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from rxvoice.reports import minutes, plain

from ._axis import Row, tick_label, tick_step, ticks
from ._strip import Strip
from ._strip_lane import draw_strip
from ._strip_legend import draw_legend
from ._style import style_sheet
from ._svg import element, group, line, number, picture
from ._text import BOLD, label, shorten, shorten_name, text_width

_MARGIN: Final = 24.0
_AXIS: Final = 22.0
_BETWEEN: Final = 24.0
_SIZE: Final = 11.0
_ROWS: Final = 10
_MOST_ROWS: Final = 40
_SHORT_ROW: Final = 15.0


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture shows.

    Attributes:
        title: Stands above it.
        width: Pixels.
        row: Seconds in a row; None for as many as make few rows.
        start: Seconds; None for the beginning.
        end: Seconds; None for the end.
    """

    title: str = "Streams"
    width: float = 1080.0
    row: float | None = None
    start: float | None = None
    end: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.width) and self.width >= 480):
            raise ValueError(f"width must be at least 480, got {self.width}")
        if self.row is not None and not (math.isfinite(self.row) and self.row >= 0.1):
            raise ValueError(f"row must be at least 0.1 s, got {self.row}")
        for name, at in (("start", self.start), ("end", self.end)):
            if at is not None and not math.isfinite(at):
                raise ValueError(f"{name} must be finite, got {at}")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"end must not be before start, got {self.end} and {self.start}")

    def between(self, start: float, end: float) -> "Frame":
        """Return the frame with its times filled in."""
        return replace(self, start=start, end=end)


def strips_svg(strips: Sequence[Strip], frame: Frame, left_out: str) -> str:
    """Draw lanes.

    Args:
        strips: The lanes.
        frame: Times filled in.
        left_out: What is missing, in words.
    """
    width = frame.width
    names = max((name_width(strip) for strip in strips), default=0.0)
    gutter = min(names + 18, width * 0.22)
    rows = _rows(frame, _MARGIN + gutter, width - _MARGIN)
    about = summary(strips, frame)
    room = width - 2 * _MARGIN
    body = [
        label(
            shorten(plain(frame.title), room, 18 * BOLD), _MARGIN, 40, class_="text strong", size=18
        ),
        label(shorten(about, room, 12), _MARGIN, 60, class_="soft", size=12),
    ]
    y = 82.0
    if left_out:
        told = shorten(plain(f"Not kept: {left_out}"), room, 12)
        body.append(label(told, _MARGIN, 77, class_="amber", size=12))
        y += 16
    for row in rows:
        y += _draw_row(body, row, strips, gutter, y)
    y += draw_legend(body, strips, _MARGIN, width - _MARGIN, y)
    ground = element(
        "rect", class_="ground edge-line", x=0.5, y=0.5, width=width - 1, height=y - 1, rx=10
    )
    inside = [ground, *body]
    told = ", ".join(f"{strip.name}: {count(strip)}" for strip in strips)
    css = style_sheet("".join(inside))
    return picture(width, y, inside, title=frame.title, description=f"{about}. {told}", css=css)


def name_width(strip: Strip) -> float:
    """Say how many pixels the name of a lane needs."""
    return (
        text_width(strip.name, _SIZE) + 12 if strip.inner else text_width(strip.name, _SIZE * BOLD)
    )


def summary(strips: Sequence[Strip], frame: Frame) -> str:
    """Say in a line what is shown."""
    start, end = frame.start or 0.0, frame.end or 0.0
    whole = end - start
    parts = [f"{whole:.1f} s" if whole < 60 else minutes(whole)]
    if start > 0.0:
        parts.append(f"from {minutes(start)}")
    parts.append(f"{len(strips)} lane{'' if len(strips) == 1 else 's'}")
    return " · ".join(parts)


def count(strip: Strip) -> str:
    """Say in words how much there is in a lane."""
    found = [
        f"{sum(sound.shown - sound.start for sound in strip.sounds):.1f} s of audio"
        if strip.sounds
        else "",
        f"{len(strip.bars)} bars" if strip.bars else "",
        f"{len(strip.dots)} items" if strip.dots else "",
    ]
    return " and ".join(part for part in found if part) or "nothing"


def _rows(frame: Frame, left: float, right: float) -> list[Row]:
    start, end = frame.start or 0.0, frame.end or 0.0
    whole = (end - start) * 1.01 or 1.0
    seconds = frame.row
    if seconds is None:
        seconds = _SHORT_ROW
        if whole > _SHORT_ROW * _ROWS:
            seconds = tick_step(whole, _ROWS, room=1.0)
    seconds = max(seconds, whole / _MOST_ROWS)
    rows = max(1, math.ceil(whole / seconds - 1e-9))
    if frame.row is None or rows == 1:
        step = tick_step(whole / rows, right - left)
        seconds = min(seconds, math.ceil(whole / rows / step - 1e-9) * step)
    return [
        Row(start + index * seconds, start + (index + 1) * seconds, left, right)
        for index in range(rows)
    ]


def _draw_row(body: list[str], row: Row, strips: Sequence[Strip], gutter: float, y: float) -> float:
    lanes = [draw_strip(row, strip) for strip in strips]
    top = y + _AXIS
    bottom = top + sum(lane.height for lane in lanes)
    step = tick_step(row.end - row.start, row.right - row.left)
    body.append(line(row.left, top, row.right, top, "rule-line thin"))
    for at in ticks(row.start, row.end, step):
        x = row.x(at)
        body.append(line(x, top - 4, x, bottom, "grid-line thin"))
        anchor = "end" if x > row.right - 12 else "middle"
        name = tick_label(at, step, whole=row.end)
        body.append(label(name, x, y + 12, class_="soft", size=10, anchor=anchor))
    for index, lane in enumerate(lanes):
        if index and not strips[index].inner:
            body.append(line(row.left - gutter, top, row.right, top, "grid-line thin"))
        inset = 12.0 if strips[index].inner else 0.0
        shown = shorten_name(lane.name, gutter - 12 - inset, _SIZE if inset else _SIZE * BOLD)
        tone = lane.colour if inset else f"{lane.colour} strong"
        x, base = row.left - gutter + inset, top + lane.name_line
        name = label(shown, x, base, class_=tone, size=_SIZE)
        body.append(name if shown == lane.name else group(lane.name, name))
        body.append(element("g", *lane.parts, transform=f"translate(0 {number(top)})"))
        top += lane.height
    return bottom - y + _BETWEEN


__all__ = ["Frame", "count", "name_width", "strips_svg", "summary"]
