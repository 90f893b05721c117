"""A small picture of several streams."""

import math
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from rxvoice.reports import plain

from ._axis import Row, tick_label, tick_step, ticks
from ._lives import SIGNS, told
from ._marble_lane import SIZE, draw_lane
from ._style import style_sheet
from ._svg import element, group, line, picture
from ._text import BOLD, label, shorten, shorten_name, text_width

Marble: TypeAlias = tuple[float, str] | tuple[float, float, str]
"""A value at an instant, or one that lasts from an instant to another, with its name."""

_MARGIN: Final = 20.0
_COLOURS: Final = ("user", "bot", "model", "amber")
_CHOICE: Final = (*_COLOURS, "alarm", "soft")


def marbles_svg(
    lanes: Mapping[str, Sequence[Marble] | str],
    *,
    width: float = 720.0,
    title: str = "Marbles",
    colours: Mapping[str, str] | None = None,
    marked: Sequence[float] = (),
    start: float = 0.0,
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
        marked: Times at which a line through all lanes tells that something is wrong.
        start: Time at which the axis begins, unless something is drawn before it.

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
    if not all(map(math.isfinite, (*marked, start))):
        raise ValueError(f"marked and start must be finite, got {[*marked]} and {start}")
    values = {name: _spans(name, lane) for name, lane in lanes.items() if not isinstance(lane, str)}
    times = [at for spans in values.values() for start, end, _ in spans for at in (start, end)]
    times += marked
    gutter = min(max([text_width(plain(name), SIZE) for name in lanes] or [0.0]), width / 3)
    gutter = max(gutter + 16, gutter * BOLD + 6)
    first, last = min([start, *times]), max([start, *times])
    room = (last - first) * 0.05 or 0.1
    left, right = _MARGIN + gutter, width - _MARGIN
    row = Row(first - (room if first < start else 0.0), last + room, left + 14, right - 10)
    names = dict.fromkeys(text for v in values.values() for _, _, text in v if text not in SIGNS)
    turns = {text: _COLOURS[index % len(_COLOURS)] for index, text in enumerate(names)}
    turns |= {plain(text): colour for text, colour in (colours or {}).items()}
    body: list[str] = []
    y = _MARGIN
    for name, lane in lanes.items():
        shown = shorten_name(plain(name), gutter - 6, SIZE * BOLD)
        written = label(shown, _MARGIN, y + 20, class_="text strong", size=SIZE)
        body.append(written if shown == plain(name) else group(name, written))
        if isinstance(lane, str):
            y += _box(body, lane, left, right, y)
        else:
            y += draw_lane(body, row, values[name], turns, (left, right), y)
    body[:0] = [_alarm(at, row, y) for at in marked]
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
    shown = shorten(plain(text), right - left - 24, SIZE)
    rect = element(
        "rect", class_="hollow rule-line line", x=left, y=y, width=right - left, height=32, rx=7
    )
    centre = (left + right) / 2
    text_part = label(shown, centre, y + 20, class_="text", size=SIZE, anchor="middle")
    body.append(group(text, rect, text_part))
    return 48.0


def _alarm(at: float, row: Row, y: float) -> str:
    x = row.x(at)
    return group(f"different at {at:g} s", line(x, _MARGIN, x, y - 8, "alarm-line thin"))


def _axis(body: list[str], row: Row, y: float) -> float:
    step = tick_step(row.end - row.start, row.right - row.left)
    for at in ticks(row.start, row.end, step):
        x = row.x(at)
        body.append(line(x, y - 8, x, y - 4, "rule-line thin"))
        name = tick_label(at, step, whole=row.end)
        body.append(label(name, x, y + 8, class_="soft", size=10, anchor="middle"))
    return 24.0
