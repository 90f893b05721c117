"""The lanes of the language model and of what went wrong."""

from collections.abc import Sequence
from typing import Final

from rxvoice.reports import minutes, plain

from ._axis import Row
from ._call import Call, Mark, Span
from ._lane import Lane
from ._listening import bar
from ._svg import element, group, line, number
from ._text import label, shorten, text_width
from ._thin import bundles

_SIZE: Final = 11.0


def draw_model(row: Row, call: Call) -> Lane:
    """Draw a rail from question to end of the response, and on it a tick for each token."""
    out: list[str] = []
    middle = 15.0
    for span in call.responses:
        if row.meets(span.start, span.end):
            out.append(_response(row, span, middle))
    for x, bundle in bundles(call.tokens, row, 2.0):
        first = bundle[0]
        text = "".join(mark.text for mark in bundle)
        if first.kind == "tool":
            d = f"M{number(x)} {number(middle - 6)}l6 6l-6 6l-6 -6z"
            shape = element("path", class_="model", d=d)
            out.append(group(f"tool call at {minutes(first.at)}: {text}", shape))
        else:
            shape = line(x, middle - 5, x, middle + 5, "model-line line")
            out.append(group(f"token at {minutes(first.at)}: {text}", shape))
    return Lane("language model", "model", 30.0, out)


def _response(row: Row, span: Span, middle: float) -> str:
    x2 = row.x(span.end)
    how = {"failed": " (failed)", "cut": " (cut off)", "open": " (not over)"}.get(span.kind, "")
    times = f"{minutes(span.start)} to {minutes(span.end)}"
    parts = [bar(row, span.start, span.end, middle - 2.5, 5, "model-soft")]
    if span.start >= row.start:
        parts.append(
            element(
                "circle", class_="hollow model-line line", cx=row.x(span.start), cy=middle, r=3.6
            )
        )
    if span.end <= row.end and span.kind in ("failed", "cut"):
        d = f"M{number(x2 - 4)} {number(middle - 4)}l8 8m0 -8l-8 8"
        parts.append(element("path", class_="alarm-line bold", d=d))
    elif span.end <= row.end and span.kind == "done":
        parts.append(line(x2, middle - 6, x2, middle + 6, "model-line bold"))
    return group(f"language model{how}, {times}: {span.text}", *parts)


def draw_faults(row: Row, faults: Sequence[Mark]) -> Lane:
    """Draw a triangle with what went wrong beside it, on the side that has more room."""
    out: list[str] = []
    places = list(bundles(faults, row, 16.0))
    free = row.left
    for index, (place, bundle) in enumerate(places):
        x = min(max(place, row.left + 7), row.right - 7)
        text = plain(" · ".join(mark.text for mark in bundle))
        kind = "fatal fault" if any(mark.kind == "fatal" for mark in bundle) else "fault"
        parts = [
            element("path", class_="alarm", d=f"M{number(x)} 9l7 12h-14z"),
            element("path", class_="ground-line line", d=f"M{number(x)} 13v4m0 1.400v1.200"),
        ]
        end = places[index + 1][0] - 12 if index + 1 < len(places) else row.right
        behind, before = end - x - 11, x - 11 - free
        if text_width(text, _SIZE) <= behind or behind >= before:
            shown = shorten(text, behind, _SIZE)
            parts.append(label(shown, x + 11, 19, class_="alarm", size=_SIZE))
            free = x + 16 + text_width(shown, _SIZE)
        else:
            shown = shorten(text, before, _SIZE)
            parts.append(label(shown, x - 11, 19, class_="alarm", size=_SIZE, anchor="end"))
            free = x + 12
        out.append(group(f"{kind} at {minutes(bundle[0].at)}: {text}", *parts))
    return Lane("faults", "alarm", 30.0, out)
