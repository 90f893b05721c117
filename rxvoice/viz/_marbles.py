"""A small picture of several streams."""

import math
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from rxvoice.reports import plain

from ._axis import Row, tick_label, tick_step, ticks
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


def marbles_svg(
    lanes: Mapping[str, Sequence[Marble] | str],
    *,
    width: float = 720.0,
    title: str = "Marbles",
    marked: Sequence[float] = (),
) -> str:
    """Draw streams as marbles on lines, one below the other, on a common time axis.

    Values with the same name have the same colour in all lanes. Values of one instant are stacked.
    The name ``"|"`` draws the completion of the stream and ``"#"`` its error. A lane that is a text
    is drawn as a box, as operators are between what goes in and what comes out::

        marbles_svg({
            "audio": [(0.02, "q"), (0.04, "s"), (0.10, 0.18, "s"), (0.20, "|")],
            "": "vad_gate(loudness, min_silence=0.06)",
            "out": [(0.04, "s"), (0.20, "|")],
        })

    Args:
        lanes: Values by the name of the lane; times in seconds.
        width: In pixels, at least 240.
        title: Name of the picture for screen readers; it is not drawn.
        marked: Times at which a line through all lanes tells that something is wrong.

    Returns:
        An SVG document that stands alone.

    Raises:
        ValueError: When `width` is too small, or a time is not finite or an end before its start.
    """
    if not all(map(math.isfinite, marked)):
        raise ValueError(f"marked must hold finite times, got {list(marked)}")
    if not (math.isfinite(width) and width >= 240):
        raise ValueError(f"width must be at least 240, got {width}")
    values = {name: _spans(name, lane) for name, lane in lanes.items() if not isinstance(lane, str)}
    times = [at for spans in values.values() for start, end, _ in spans for at in (start, end)]
    times += marked
    gutter = min(max([text_width(plain(name), _SIZE) for name in lanes] or [0.0]), width / 3) + 16
    first, last = min([0.0, *times]), max([0.0, *times])
    room = (last - first) * 0.05 or 0.1
    left, right = _MARGIN + gutter, width - _MARGIN
    row = Row(first - (room if first < 0 else 0.0), last + room, left + 14, right - 10)
    names = dict.fromkeys(text for spans in values.values() for _, _, text in spans)
    colours = {text: _COLOURS[index % len(_COLOURS)] for index, text in enumerate(names)}
    body: list[str] = []
    y = _MARGIN
    for name, lane in lanes.items():
        shown = shorten(plain(name), gutter - 10, _SIZE)
        body.append(label(shown, _MARGIN, y + 20, class_="text strong", size=_SIZE))
        if isinstance(lane, str):
            y += _box(body, lane, left, right, y)
        else:
            y += _lane(body, row, values[name], colours, (left, right), y)
    wrong = [_alarm(at, row, y) for at in marked]
    y += _axis(body, row, y)
    ground = element(
        "rect", class_="ground edge-line", x=0.5, y=0.5, width=width - 1, height=y - 1, rx=10
    )
    return picture(
        width,
        y,
        [ground, *wrong, *body],
        title=title,
        description=". ".join(_told(name, lane) for name, lane in lanes.items()),
        css=style_sheet(),
    )


def _spans(name: str, lane: Sequence[Marble]) -> list[tuple[float, float, str]]:
    spans: list[tuple[float, float, str]] = []
    for marble in lane:
        start, end, text = marble if len(marble) == 3 else (marble[0], marble[0], marble[1])
        if not (math.isfinite(start) and math.isfinite(end) and start <= end):
            raise ValueError(f"lanes[{name!r}] must hold finite times in order, got {marble!r}")
        spans.append((start, end, plain(text)))
    return spans


def _told(name: str, lane: Sequence[Marble] | str) -> str:
    if isinstance(lane, str):
        return lane
    return f"{name}: " + ", ".join(
        f"{text} at {start:g} s" for start, _, text in _spans(name, lane)
    )


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
    body.append(line(left, middle, right, middle, "soft-line line"))
    arrow = f"M{number(right - 6)} {number(middle - 4)}l6 4l-6 4"
    body.append(element("path", class_="soft-line line", d=arrow))
    lines = Lines(_LEVELS, left, right)
    under: list[str] = []
    over: list[str] = []
    for start, end, text in spans:
        tooltip = f"{text} at {start:g} s" if start == end else f"{text}, {start:g} to {end:g} s"
        x = row.x(start)
        if text in ("|", "#"):
            over.append(group(tooltip, _ending(text, x, middle)))
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
        pill = element(
            "rect",
            class_=f"{colours[text]}-soft {colours[text]}-line line",
            x=x - breadth / 2,
            y=centre - 12,
            width=breadth,
            height=24,
            rx=min(12.0, breadth / 2) if start == end else 5,
        )
        name = label(
            shown, x, centre + 4.2, class_=f"{colours[text]} strong", size=_SIZE, anchor="middle"
        )
        over.append(group(tooltip, pill, name))
    body += under + over
    return 48.0 + max(0, lines.used - 1) * _LEVEL


def _ending(text: str, x: float, middle: float) -> str:
    if text == "|":
        return line(x, middle - 12, x, middle + 12, "text-line bold")
    cross = f"M{number(x - 7)} {number(middle - 7)}l14 14m0 -14l-14 14"
    return element("path", class_="alarm-line bold", d=cross)


def _alarm(at: float, row: Row, y: float) -> str:
    return group(
        f"different at {at:g} s", line(row.x(at), _MARGIN, row.x(at), y - 8, "alarm-line thin")
    )


def _axis(body: list[str], row: Row, y: float) -> float:
    step = tick_step(row.end - row.start, row.right - row.left)
    for at in ticks(row.start, row.end, step):
        x = row.x(at)
        body.append(line(x, y - 8, x, y - 4, "rule-line thin"))
        name = tick_label(at, step, whole=row.end)
        body.append(label(name, x, y + 8, class_="soft", size=10, anchor="middle"))
    return 24.0
