"""What the signs of streams mean; only those that are in the picture."""

from collections.abc import Sequence

from ._legend import draw_entries
from ._strip import Strip
from ._svg import element, line


def draw_legend(
    body: list[str], strips: Sequence[Strip], left: float, right: float, y: float
) -> float:
    """Draw the legend; return its height."""
    entries = strip_entries(strips)
    return draw_entries(body, entries, 24, left, right, y) if entries else 8


def strip_entries(strips: Sequence[Strip]) -> list[tuple[str, str]]:
    """List the signs that are there, and what they mean."""
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


__all__ = ["draw_legend", "strip_entries"]
