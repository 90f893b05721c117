"""Scores as a picture."""

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Final, NamedTuple

from rxvoice.reports import plain
from rxvoice.tuning._score import Score
from rxvoice.tuning._strategies import is_baseline
from rxvoice.viz._axis import Row, tick_label, tick_step, ticks
from rxvoice.viz._style import style_sheet
from rxvoice.viz._svg import element, group, line, number, picture
from rxvoice.viz._text import Lines, label, shorten, text_width

_MARGIN: Final = 20.0
_GUTTER: Final = 46.0
_HEIGHT: Final = 300.0
_SIZE: Final = 11.0
_SMALL: Final = 10.0
_LONGEST: Final = 48.0  # pixels of a setting beside its sign; the tooltip has it in any case
_COLOURS: Final = ("user", "bot", "model", "amber", "alarm")
_SHAPES: Final = (
    "M-4 -4h8v8h-8z",
    "M0 -5.500l5 9h-10z",
    "M0 -5.500l5.500 5.500l-5.500 5.500l-5.500 -5.500z",
    "M0 5.500l5 -9h-10z",
    "M-5 0l2.500 -4.500h5l2.500 4.500l-2.500 4.500h-5z",
)
_ROUND: Final = "M-4.500 0a4.500 4.500 0 1 0 9 0a4.500 4.500 0 1 0 -9 0z"


class _Line(NamedTuple):
    name: str
    scores: list[Score]
    colour: str
    shape: str


class _Place(NamedTuple):
    score: Score
    x: float
    y: float


def as_svg(scores: Sequence[Score], title: str, width: float) -> str:
    """Draw the share of cut-offs against the median delay, a line a policy.

    Raises:
        ValueError: When the width is too small.
    """
    if not (math.isfinite(width) and width >= 360.0):
        raise ValueError(f"width must be at least 360, got {width}")
    drawn = _lines(scores)
    delays = [delay for score in scores if (delay := score.delay(50)) is not None]
    last = max([1.0, *delays]) * 1.06
    row = Row(min([0.0, *delays]), last, _MARGIN + _GUTTER, width - _MARGIN)
    top, bottom = _MARGIN + 22.0, _MARGIN + 22.0 + _HEIGHT
    share = max([0.1, *(score.cut_off_rate for score in scores)])
    most = min(1.0, math.ceil(share * 10.0 - 1e-9) / 10.0)

    def y(rate: float) -> float:
        return bottom - rate / most * _HEIGHT

    body = _grid(row, most, top, bottom)
    room = Lines(math.ceil((bottom - top) / _SMALL) + 4, row.left, row.right + 8)
    placed = [
        [
            _Place(score, row.x(delay), y(score.cut_off_rate))
            for score in one.scores
            if (delay := score.delay(50)) is not None
        ]
        for one in drawn
    ]
    body += [_joined(one, at) for one, at in zip(drawn, placed, strict=True) if len(at) > 1]
    for one, at in zip(drawn, placed, strict=True):
        body += _drawn(one, at, room, top)
    end = _legend(body, drawn, bottom + 44.0, width)
    ground = element(
        "rect", class_="ground edge-line", x=0.5, y=0.5, width=width - 1, height=end - 1, rx=10
    )
    return picture(
        width,
        end,
        [ground, *body],
        title=title,
        description=". ".join(map(_told, scores)),
        css=style_sheet("".join([ground, *body])),
    )


def _lines(scores: Sequence[Score]) -> list[_Line]:
    drawn: list[_Line] = []
    count = {True: 0, False: 0}
    for (name, base, _), found in groupby(
        scores, lambda score: (score.policy.line, is_baseline(score.policy), score.policy.along)
    ):
        shapes = (_ROUND, *_SHAPES) if base else _SHAPES
        colour = "soft" if base else _COLOURS[count[base] % len(_COLOURS)]
        shape = shapes[count[base] % len(shapes)]
        drawn.append(_Line(plain(name), list(found), colour, shape))
        count[base] += 1
    return drawn


def _grid(row: Row, most: float, top: float, bottom: float) -> list[str]:
    body = [
        label("turns cut off", _MARGIN, _MARGIN + 8, class_="soft", size=_SIZE),
        label(
            "median delay from the end of the speech",
            *(row.right, bottom + 32),
            class_="soft",
            size=_SIZE,
            anchor="end",
        ),
    ]
    parts = round(most * 10) if most >= 0.3 else round(most * 20)
    for index in range(parts + 1):
        y = bottom - index / parts * (bottom - top)
        name = f"{100.0 * most * index / parts:.0f} %"
        body.append(
            line(row.left, y, row.right, y, "rule-line thin" if not index else "grid-line thin")
        )
        body.append(label(name, row.left - 8, y + 3.5, class_="soft", size=_SMALL, anchor="end"))
    step = tick_step(row.end - row.start, row.right - row.left)
    for at in ticks(row.start, row.end, step):
        x = row.x(at)
        body.append(line(x, bottom, x, bottom + 4, "rule-line thin"))
        name = tick_label(at, step, whole=row.end)
        body.append(label(name, x, bottom + 16, class_="soft", size=_SMALL, anchor="middle"))
    return body


def _joined(one: _Line, places: Sequence[_Place]) -> str:
    path = "L".join(f"{number(place.x)} {number(place.y)}" for place in places)
    dashes = " dashes" if one.colour == "soft" else ""
    return element("path", class_=f"{one.colour}-line line{dashes}", d=f"M{path}")


def _drawn(one: _Line, places: Sequence[_Place], room: Lines, top: float) -> list[str]:
    body: list[str] = []
    for place in places:
        body.append(group(_told(place.score), _sign(one, place.score.on_front, place.x, place.y)))
        value = place.score.policy.all_settings.get(place.score.policy.along or "")
        if value is not None:
            name = plain(f"{value:g}" if isinstance(value, float) else str(value))
            wide = text_width(name, _SMALL)
            at = max(0, round((place.y - 9 - top) / _SMALL) + 2)
            if wide <= _LONGEST and room.room(place.x + 4, at) >= wide:
                room.take(place.x + 4, wide, at)
                body.append(label(name, place.x + 6, place.y - 6, class_="text", size=_SMALL))
    return body


def _sign(one: _Line, filled: bool, x: float, y: float) -> str:
    class_ = f"{one.colour if filled else 'hollow'} {one.colour}-line line"
    place = f"translate({number(x)} {number(y)})"
    return element("path", class_=class_, d=one.shape, transform=place)


def _legend(body: list[str], drawn: Sequence[_Line], y: float, width: float) -> float:
    for one in drawn:
        body.append(_sign(one, True, _MARGIN + 8, y))
        along = next((score.policy.along for score in one.scores if score.policy.along), None)
        name = f"{one.name} by {along}" if along else one.name
        name = shorten(name, width - 2 * _MARGIN - 24, _SIZE)
        body.append(label(name, _MARGIN + 24, y + 4, class_="text", size=_SIZE))
        y += 20.0
    sentence = "filled: no other policy has both fewer cut-offs and less delay"
    body.append(label(sentence, _MARGIN + 24, y + 4, class_="soft", size=_SMALL))
    return y + 22.0


def _told(score: Score) -> str:
    delay = score.delay(50)
    when = "unknown delay" if delay is None else f"{1000.0 * delay:.0f} ms"
    return f"{score.policy}: {100.0 * score.cut_off_rate:.1f} % cut off, {when}"


__all__ = ["as_svg"]
