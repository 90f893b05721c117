"""What the signs of a conversation mean."""

from collections.abc import Sequence
from typing import Final

from ._svg import element, line, number
from ._text import label, text_width

_SIZE: Final = 10.5


def draw_legend(
    body: list[str], left: float, right: float, y: float, *, also: Sequence[tuple[str, str]] = ()
) -> float:
    """Draw the legend; return its height.

    Args:
        body: Is added to.
        left: Where lines begin.
        right: Where they end.
        y: The top.
        also: Signs that are not in every picture, and what they mean.
    """
    return draw_entries(body, [*_entries(), *also], 26, left, right, y)


def paused_entry() -> tuple[str, str]:
    """Return the sign for a voice that was paused, and what it means."""
    strokes = line(5, 1, 5, 13, "amber-line bold") + line(10, 1, 10, 13, "amber-line bold")
    return strokes + line(14, 7, 24, 7, "amber-line line dots"), "voice paused"


def draw_entries(
    body: list[str],
    entries: Sequence[tuple[str, str]],
    room: float,
    left: float,
    right: float,
    y: float,
) -> float:
    """Draw what signs mean, on as many lines as it needs; return the height.

    Args:
        body: Is added to.
        entries: Signs and what they mean, at least one.
        room: Pixels that a sign has.
        left: Where lines begin.
        right: Where they end.
        y: The top.
    """
    x, top = left, y
    for sign, name in entries:
        width = room + text_width(name, _SIZE)
        if x > left and x + width > right:
            x, y = left, y + 20
        body.append(element("g", sign, transform=f"translate({number(x)} {number(y)})"))
        body.append(label(name, x + room, y + 10.5, class_="soft", size=_SIZE))
        x += width + 18
    return y - top + 34


def _entries() -> list[tuple[str, str]]:
    ring = element("circle", class_="hollow user-line line", cx=14, cy=7, r=3.6)
    disc = element("circle", class_="user", cx=14, cy=7, r=5)
    token = line(12, 2, 12, 12, "model-line line") + line(16, 2, 16, 12, "model-line line")
    arrow = element("path", class_="soft-line thin", d="M2 3v8M2 7h17m-4 -3l4 3l-4 3")
    flag = line(14, 0, 14, 15, "alarm-line thin") + element(
        "path", class_="alarm", d="M14 7l-5 -7h10z"
    )
    strokes = element("path", class_="alarm-line bold", d="M10 14l4 -14M14.500 14l4 -14")
    return [
        (ring, "interim transcript"),
        (disc, "final transcript"),
        (token, "token"),
        (arrow, "end of speech to first sound"),
        (flag, "interruption"),
        (strokes, "voice cut off"),
    ]
