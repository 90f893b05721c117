"""When a stream of marbles is subscribed: its line, and what nobody heard."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeAlias

from ._axis import Row
from ._svg import element, group, line, number

Span: TypeAlias = tuple[float, float, str]
"""Start, end and name."""

SIGNS: Final = {"|": "ends", "#": "fails", "^": "subscribed", "!": "unsubscribed"}
"""Names that are no values, and what they say."""


@dataclass(frozen=True, slots=True)
class Life:
    """A time during which a stream is subscribed.

    Attributes:
        start: When it is subscribed.
        end: When it is unsubscribed; infinite when it never is.
        cut: Whether it is unsubscribed before it has ended or given its last value.
    """

    start: float
    end: float
    cut: bool


def lives(spans: Sequence[Span]) -> list[Life]:
    """Return when a stream is subscribed; for ever unless ``^`` says otherwise."""
    starts = sorted(start for start, _, text in spans if text == "^")
    stops = sorted(start for start, _, text in spans if text == "!")
    found: list[Life] = []
    for index, start in enumerate(starts):
        following = starts[index + 1] if index + 1 < len(starts) else math.inf
        end = next((stop for stop in stops if start <= stop < following), math.inf)
        last = any(at == end and text not in "^!" for at, _, text in spans)
        found.append(Life(start, end, end < math.inf and not last))
    return found or [Life(-math.inf, math.inf, False)]


def told(spans: Sequence[Span]) -> str:
    """Say in words what happens in a stream, and when."""
    instants = groupby(sorted(spans, key=itemgetter(0)), key=itemgetter(0))
    return ", ".join(
        f"{start:g} s {' '.join(SIGNS.get(text, text) for _, _, text in together)}"
        for start, together in instants
    )


def heard(at: float, when: Sequence[Life]) -> bool:
    """Tell whether somebody heard what happened at an instant."""
    return any(life.start <= at <= life.end for life in when)


def draw_lives(
    row: Row, when: Sequence[Life], last: float, edges: tuple[float, float], middle: float
) -> list[str]:
    """Draw a stream's line where it is subscribed, dotted where it would have gone on.

    Args:
        row: The axis.
        when: When it is subscribed.
        last: When the last thing happens in it.
        edges: Where the line of a stream that is always subscribed begins and ends.
        middle: Its height.
    """
    left, right = edges
    out: list[str] = []
    for life in when:
        x1 = left if math.isinf(life.start) else row.x(life.start)
        x2 = right if math.isinf(life.end) else row.x(life.end)
        out.append(line(x1, middle, x2, middle, "soft-line line"))
        if math.isinf(life.end):
            arrow = f"M{number(right - 6)} {number(middle - 4)}l6 4l-6 4"
            out.append(element("path", class_="soft-line line", d=arrow))
        if not math.isinf(life.start):
            dot = element("circle", class_="soft", cx=x1, cy=middle, r=3)
            out.append(group(f"subscribed at {life.start:g} s", dot))
        if life.cut:
            if last > life.end:
                out.append(line(x2, middle, row.x(last), middle, "soft-line thin dots"))
            slash = f"M{number(x2 - 4)} {number(middle + 11)}l8 -22"
            out.append(
                group(
                    f"unsubscribed at {life.end:g} s",
                    element("path", class_="ground-line", stroke_width=7, d=slash),
                    element("path", class_="alarm-line bold", d=slash),
                )
            )
    return out
