"""What the signs of streams mean; only those that are in the picture."""

from collections.abc import Sequence
from typing import Final

from ._strip import Strip
from ._svg import element, line, number
from ._text import label, text_width

_SIZE: Final = 10.5


def draw_legend(
    body: list[str], strips: Sequence[Strip], left: float, right: float, y: float
) -> float:
    """Draw the legend, on as many lines as it needs; return its height."""
    x, top = left, y
    entries = _entries(strips)
    for sign, name in entries:
        width = 24 + text_width(name, _SIZE)
        if x > left and x + width > right:
            x, y = left, y + 20
        body.append(element("g", sign, transform=f"translate({number(x)} {number(y)})"))
        body.append(label(name, x + 24, y + 10.5, class_="soft", size=_SIZE))
        x += width + 18
    return y - top + (34 if entries else 8)


def _entries(strips: Sequence[Strip]) -> list[tuple[str, str]]:
    kinds = {dot.kind for strip in strips for dot in strip.dots}
    hows = {segment.how for strip in strips for segment in strip.segments}
    begun = any(segment.begun for strip in strips for segment in strip.segments)
    circle = element("circle", class_="text", cx=10, cy=7, r=4.5)
    ring = element("circle", class_="hollow text-line line", cx=10, cy=7, r=3.6)
    ticks = line(8, 2, 8, 12, "text-line line") + line(12, 2, 12, 12, "text-line line")
    alarm = element("path", class_="alarm", d="M10 1l6 11h-12z")
    start = line(4, 7, 18, 7, "soft-line line") + element("circle", class_="soft", cx=4, cy=7, r=3)
    done = line(2, 7, 12, 7, "soft-line line") + line(12, 0, 12, 14, "text-line bold")
    failed = element("path", class_="alarm-line bold", d="M5 2l10 10m0 -10l-10 10")
    cut = element("path", class_="alarm-line bold", d="M7 14l6 -14")
    shown = [
        (circle, "item", "dot" in kinds),
        (ring, "not final", "ring" in kinds),
        (ticks, "one of many", bool({"tick", "word"} & kinds)),
        (alarm, "fault", "alarm" in kinds),
        (start, "subscribed", begun),
        (done, "completed", "|" in hows),
        (failed, "failed", "#" in hows),
        (cut, "unsubscribed", "!" in hows),
    ]
    return [(sign, name) for sign, name, there in shown if there]


__all__ = ["draw_legend"]
