"""One stream in a picture of marbles."""

from collections.abc import Mapping, Sequence
from typing import Final

from ._axis import Row
from ._lives import SIGNS, Span, draw_lives, heard, lives
from ._svg import element, group, line, number
from ._text import BOLD, Lines, label, shorten, text_width

SIZE: Final = 12.0
"""Size of the letters in pixels."""

_LEVELS: Final = 8
_LONGEST: Final = 150.0  # pixels of a name
_LEAST: Final = 4  # letters of a name that still says something
_LEVEL: Final = 28.0


def draw_lane(
    body: list[str],
    row: Row,
    spans: Sequence[Span],
    colours: Mapping[str, str],
    edges: tuple[float, float],
    y: float,
) -> float:
    """Draw a stream: its line, its marbles, its end.

    Args:
        body: Where the markup goes.
        row: The axis.
        spans: What happens in it.
        colours: Colours by name of a value.
        edges: Left and right end of the line.
        y: Upper edge.

    Returns:
        How high it is, in pixels.
    """
    left, right = edges
    middle = y + 16
    when = lives(spans)
    body += draw_lives(row, when, max((end for _, end, _ in spans), default=0.0), edges, middle)
    lines = Lines(_LEVELS, left, right)
    under: list[str] = []
    over: list[str] = []
    taken: list[tuple[float, float]] = []  # of the line itself
    room = min(_LONGEST, right - left - 14)
    for start, end, text in spans:
        if text in SIGNS:
            continue
        tooltip = f"{text} at {start:g} s" if start == end else f"{text}, {start:g} to {end:g} s"
        at = x = row.x(start)
        faint = None if heard(start, when) else 0.7
        shown = shorten(text, room, SIZE)
        breadth = _breadth(shown)
        if end > start:
            place = lines.place(x, max(row.x(end) - x, 4.0))
            breadth = max(row.x(end) - x, 4.0)
            shown = shorten(text, breadth - 8, SIZE)
            shown = shown if shown == text or len(shown) > _LEAST else ""
            x += breadth / 2
        else:
            x = max(left + breadth / 2, min(x, right - breadth / 2))
            place = lines.place(x - breadth / 2, breadth)
        if place is None:
            under.append(group(tooltip, line(at, middle - 6, at, middle + 6, "text-line line")))
            continue
        centre = middle + place * _LEVEL
        if place:
            under.append(line(at, middle, at, centre, "soft-line thin"))
        elif start == end:
            taken.append((x - breadth / 2, x + breadth / 2))
        colour = colours[text]
        kind = (
            f"{colour}-soft {colour}-line line" if faint is None else f"hollow {colour}-line dots"
        )
        pill = _pill(x, centre, breadth, kind, instant=start == end)
        name = label(shown, x, centre + 4.2, class_=f"{colour} strong", size=SIZE, anchor="middle")
        over.append(group(tooltip, pill, name, opacity=faint))
    for at, _, text in spans:
        if text in ("|", "#"):
            x = _free(row.x(at), taken, 9.0 if text == "#" else 5.0)
            faint = None if heard(at, when) else 0.7
            over.append(group(f"{text} at {at:g} s", _ending(text, x, middle), opacity=faint))
    body += under + over
    return 48.0 + max(0, lines.used - 1) * _LEVEL


def _free(x: float, taken: Sequence[tuple[float, float]], apart: float) -> float:
    """Find a place for the end of a stream: beside the values that stand there."""
    for left, right in sorted(taken):
        if left < x < right:
            x = right + apart
    return x


def _breadth(shown: str) -> float:
    width = text_width(shown, SIZE)
    return max(24.0, width + 12, width * BOLD + 2)


def _pill(x: float, y: float, breadth: float, class_: str, *, instant: bool) -> str:
    if breadth == 24.0 and instant:
        return element("circle", class_=class_, cx=x, cy=y, r=12)
    corner = min(12.0, breadth / 2) if instant else 5
    return element(
        "rect", class_=class_, x=x - breadth / 2, y=y - 12, width=breadth, height=24, rx=corner
    )


def _ending(text: str, x: float, middle: float) -> str:
    if text == "|":
        return line(x, middle - 12, x, middle + 12, "text-line bold")
    cross = f"M{number(x - 7)} {number(middle - 7)}l14 14m0 -14l-14 14"
    return element("path", class_="alarm-line bold", d=cross)
