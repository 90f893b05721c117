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
    for start, end, text in spans:
        tooltip = f"{text} at {start:g} s" if start == end else f"{text}, {start:g} to {end:g} s"
        x = row.x(start)
        faint = None if heard(start, when) else 0.7
        if text in ("|", "#"):
            beside = [
                _breadth(t) / 2 + 5 for at, e, t in spans if at == e == start and t not in SIGNS
            ]
            x += max(beside, default=0.0)
            over.append(group(tooltip, _ending(text, x, middle), opacity=faint))
        if text in SIGNS:
            continue
        shown = shorten(text, 150, SIZE)
        breadth = _breadth(text)
        if end > start:
            place = lines.place(x, max(row.x(end) - x, 4.0))
            breadth = max(row.x(end) - x, 4.0)
            shown = shorten(text, breadth - 8, SIZE)
            shown = shown if shown == text or len(shown) > _LEAST else ""
            x += breadth / 2
        else:
            place = lines.place(x - breadth / 2, breadth)
        if place is None:
            under.append(group(tooltip, line(x, middle - 6, x, middle + 6, "text-line line")))
            continue
        centre = middle + place * _LEVEL
        if place:
            under.append(line(x, middle, x, centre, "soft-line thin"))
        colour = colours[text]
        kind = (
            f"{colour}-soft {colour}-line line" if faint is None else f"hollow {colour}-line dots"
        )
        pill = _pill(x, centre, breadth, kind, instant=start == end)
        name = label(shown, x, centre + 4.2, class_=f"{colour} strong", size=SIZE, anchor="middle")
        over.append(group(tooltip, pill, name, opacity=faint))
    body += under + over
    return 48.0 + max(0, lines.used - 1) * _LEVEL


def _breadth(text: str) -> float:
    width = text_width(shorten(text, 150, SIZE), SIZE)
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
