"""A small picture of several streams."""

import math
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from rxvoice.reports import plain

from ._axis import Row, tick_label, tick_step, ticks
from ._lives import SIGNS, draw_lives, heard, lives, told
from ._style import style_sheet
from ._svg import element, group, line, number, picture
from ._text import Lines, label, shorten, text_width

Marble: TypeAlias = tuple[float, str] | tuple[float, float, str]
"""A value at an instant, or one that lasts from an instant to another, with its name."""

_SIZE: Final = 12.0
_MARGIN: Final = 20.0
_LEVELS: Final = 8
_LEVEL: Final = 28.0
_COLOURS: Final = ("user", "bot", "model", "amber")
_CHOICE: Final = (*_COLOURS, "alarm", "soft")


def marbles_svg(
    lanes: Mapping[str, Sequence[Marble] | str],
    *,
    width: float = 720.0,
    title: str = "Marbles",
    colours: Mapping[str, str] | None = None,
) -> str:
    """Draw streams as marbles on lines, one below the other, on a common time axis.

    Values with the same name have the same colour in all lanes. Values of one instant are stacked.
    The name ``"|"`` draws the completion of the stream and ``"#"`` its error. Where ``"^"`` says
    when the stream is subscribed and ``"!"`` when it is unsubscribed, its line is drawn in between,
    and what nobody heard is drawn faintly. A lane that is a text is drawn as a box, as operators
    are between what goes in and what comes out::

        marbles_svg({
            "audio": [(0.02, "q"), (0.04, "s"), (0.10, 0.18, "s"), (0.20, "|")],
            "": "vad_gate(loudness, min_silence=0.06)",
            "out": [(0.04, "s"), (0.20, "|")],
        })

    Args:
        lanes: Values by the name of the lane; times in seconds.
        width: In pixels, at least 240.
        title: Name of the picture for screen readers; it is not drawn.
        colours: Colours by name of a value: ``"user"``, ``"bot"``, ``"model"``, ``"amber"``,
            ``"alarm"`` or ``"soft"``; the others get one in turn.

    Returns:
        An SVG document that stands alone.

    Raises:
        ValueError: When `width` is too small, a time is not finite or an end before its start, or
            a colour is none of these.
    """
    if not (math.isfinite(width) and width >= 240):
        raise ValueError(f"width must be at least 240, got {width}")
    for name, colour in (colours or {}).items():
        if colour not in _CHOICE:
            raise ValueError(
                f"colours[{name!r}] must be one of {', '.join(_CHOICE)}; got {colour!r}"
            )
    values = {name: _spans(name, lane) for name, lane in lanes.items() if not isinstance(lane, str)}
    times = [at for spans in values.values() for start, end, _ in spans for at in (start, end)]
    gutter = min(max([text_width(plain(name), _SIZE) for name in lanes] or [0.0]), width / 3) + 16
    first, last = min([0.0, *times]), max([0.0, *times])
    room = (last - first) * 0.05 or 0.1
    left, right = _MARGIN + gutter, width - _MARGIN
    row = Row(first - (room if first < 0 else 0.0), last + room, left + 14, right - 10)
    names = dict.fromkeys(text for v in values.values() for _, _, text in v if text not in SIGNS)
    turns = {text: _COLOURS[index % len(_COLOURS)] for index, text in enumerate(names)}
    turns |= {plain(text): colour for text, colour in (colours or {}).items()}
    body: list[str] = []
    y = _MARGIN
    for name, lane in lanes.items():
        shown = shorten(plain(name), gutter - 10, _SIZE)
        body.append(label(shown, _MARGIN, y + 20, class_="text strong", size=_SIZE))
        if isinstance(lane, str):
            y += _box(body, lane, left, right, y)
        else:
            y += _lane(body, row, values[name], turns, (left, right), y)
    y += _axis(body, row, y)
    ground = element(
        "rect", class_="ground edge-line", x=0.5, y=0.5, width=width - 1, height=y - 1, rx=10
    )
    return picture(
        width,
        y,
        [ground, *body],
        title=title,
        description=". ".join(
            lane if isinstance(lane, str) else f"{name}: {told(values[name])}"
            for name, lane in lanes.items()
        ),
        css=style_sheet("".join([ground, *body])),
    )


def _spans(name: str, lane: Sequence[Marble]) -> list[tuple[float, float, str]]:
    spans: list[tuple[float, float, str]] = []
    for marble in lane:
        start, end, text = marble if len(marble) == 3 else (marble[0], marble[0], marble[1])
        if not (math.isfinite(start) and math.isfinite(end) and start <= end):
            raise ValueError(f"lanes[{name!r}] must hold finite times in order, got {marble!r}")
        spans.append((start, end, plain(text)))
    return spans


def _box(body: list[str], text: str, left: float, right: float, y: float) -> float:
    shown = shorten(plain(text), right - left - 24, _SIZE)
    rect = element(
        "rect", class_="hollow rule-line line", x=left, y=y, width=right - left, height=32, rx=7
    )
    centre = (left + right) / 2
    text_part = label(shown, centre, y + 20, class_="text", size=_SIZE, anchor="middle")
    body.append(group(text, rect, text_part))
    return 48.0


def _lane(
    body: list[str],
    row: Row,
    spans: Sequence[tuple[float, float, str]],
    colours: Mapping[str, str],
    edges: tuple[float, float],
    y: float,
) -> float:
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
            over.append(group(tooltip, _ending(text, x, middle), opacity=faint))
        if text in SIGNS:
            continue
        shown = shorten(text, 150, _SIZE)
        breadth = max(24.0, text_width(shown, _SIZE) + 12)
        if end > start:
            place = lines.place(x, max(row.x(end) - x, 4.0))
            breadth = max(row.x(end) - x, 4.0)
            shown = shorten(text, breadth - 8, _SIZE)
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
        name = label(shown, x, centre + 4.2, class_=f"{colour} strong", size=_SIZE, anchor="middle")
        over.append(group(tooltip, pill, name, opacity=faint))
    body += under + over
    return 48.0 + max(0, lines.used - 1) * _LEVEL


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


def _axis(body: list[str], row: Row, y: float) -> float:
    step = tick_step(row.end - row.start, row.right - row.left)
    for at in ticks(row.start, row.end, step):
        x = row.x(at)
        body.append(line(x, y - 8, x, y - 4, "rule-line thin"))
        name = tick_label(at, step, whole=row.end)
        body.append(label(name, x, y + 8, class_="soft", size=10, anchor="middle"))
    return 24.0
