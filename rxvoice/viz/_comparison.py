"""A picture of two calls on one axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rxvoice.items import Stamped
from rxvoice.reports import TurnLatency, transcript_text

from ._axis import Row
from ._call import Call, gather
from ._conversation import MARGIN, check_size, ground, head, rows_of, summary
from ._lane import Lane
from ._legend import draw_legend, paused_entry
from ._listening import bar
from ._rows import (
    AXIS,
    BETWEEN,
    HEADING,
    draw_axis,
    draw_lanes,
    draw_rows,
    happens,
    heading,
    lanes_of,
)
from ._style import style_sheet
from ._svg import element, group, line, picture
from ._text import BOLD, Lines, label, text_width

_SIZE: Final = 11.0
_SAME: Final = 0.0005  # seconds


@dataclass(frozen=True, slots=True)
class _Later:
    """How much later a turn was answered in the second call than in the first.

    Attributes:
        turn: Its number.
        due: When it would have been heard had the wait been as long as in the first call.
        heard: When it was.
    """

    turn: int
    due: float
    heard: float

    @property
    def seconds(self) -> float:
        """By how much, less than 0 when it was sooner."""
        return self.heard - self.due

    @property
    def told(self) -> str:
        """The difference, for the picture."""
        if abs(self.seconds) < _SAME:
            return "same"
        return f"{'+' if self.seconds > 0 else '–'}{abs(round(1000 * self.seconds))} ms"

    @property
    def tip(self) -> str:
        """The difference, in a sentence."""
        if abs(self.seconds) < _SAME:
            return f"turn {self.turn} is answered at the same time"
        how = "later" if self.seconds > 0 else "sooner"
        return f"turn {self.turn} is answered {abs(round(1000 * self.seconds))} ms {how}"


def comparison_svg(
    one: Sequence[Stamped],
    other: Sequence[Stamped],
    *,
    names: tuple[str, str] = ("first", "second"),
    width: float = 1080.0,
    row: float = 15.0,
    title: str = "Two calls",
) -> str:
    """Draw two calls one over the other on one axis, and how much later the second one answers.

    Each is drawn as by `conversation_svg`. Below them a bar begins where the answer would have been
    heard had it taken as long as in the first call, and ends where it was heard.

    Args:
        one: The time-stamped events of the first call, in the order in which they came.
        other: Likewise, of the second one.
        names: What the calls are called.
        width: In pixels, at least 480.
        row: Seconds in one row.
        title: Stands above the picture.

    Returns:
        An SVG document that stands alone.

    Raises:
        ValueError: When an argument is out of range or an event's time is not finite.
    """
    check_size(width, row)
    calls = (gather(one), gather(other))
    found = _later(*calls)
    told = [f"{name}: {summary(call)}" for name, call in zip(names, calls, strict=True)]
    body, y = head(title, told, width)
    end = max(call.end for call in calls)
    rows = rows_of(min(call.start for call in calls), end, row, width)

    def draw(place: Row, top: float) -> float:
        drawn = [lanes_of(place, call) for call in calls]
        bottom = top + AXIS + sum(lane.height for lanes in drawn for lane in lanes)
        inside = [each for each in found if place.meets(*sorted((each.due, each.heard)))]
        later = _draw_later(place, inside)
        bottom += 2 * HEADING + later.height
        draw_axis(body, place, end, top, bottom)
        y = top + AXIS
        for name, call, lanes in zip(names, calls, drawn, strict=True):
            body.append(heading(place, name, y))
            y = draw_lanes(body, place, call, lanes, y + HEADING)
        draw_lanes(body, place, Call(), [later], y)
        body.append(line(place.left - place.gutter, y, place.right, y, "soft-line thin"))
        return bottom - top + BETWEEN

    y = draw_rows(
        body, rows, end, y, draw, lambda place: any(happens(call, place) for call in calls)
    )
    also = [_entry("alarm", "answers later"), _entry("bot", "answers sooner")]
    also += [paused_entry()] if any(call.pauses for call in calls) else []
    y += draw_legend(body, MARGIN, width - MARGIN, y, also=also)
    told += [each.tip for each in found]
    told += [
        f"{name}: {' '.join(transcript_text(events).split())}"
        for name, events in ((names[0], one), (names[1], other))
    ]
    return picture(
        width,
        y,
        [ground(width, y), *body],
        title=title,
        description=". ".join(told),
        css=style_sheet(),
    )


def _later(one: Call, other: Call) -> list[_Later]:
    before = {wait.number: wait for wait in one.waits}
    found: list[_Later] = []
    for wait in other.waits:
        first, second = _total(before.get(wait.number)), _total(wait)
        if first is not None and second is not None and wait.first_sound is not None:
            found.append(_Later(wait.number, wait.first_sound - second + first, wait.first_sound))
    return found


def _total(wait: TurnLatency | None) -> float | None:
    return None if wait is None else wait.total


def _draw_later(row: Row, found: Sequence[_Later]) -> Lane:
    out: list[str] = []
    lines = Lines(1, row.left, row.right)
    for each in found:
        tone = "alarm" if each.seconds > 0 else "bot"
        start, end = sorted((each.due, each.heard))
        parts = [bar(row, start, end, 9, 12, f"{tone}-soft {tone}-line thin")]
        width = text_width(each.told, _SIZE * BOLD)
        x = row.x(end) + 5
        x = x if x + width <= row.right else row.x(start) - 5 - width
        if lines.place(x, width) is not None:
            tint = "soft" if each.told == "same" else f"{tone} strong"
            parts.append(label(each.told, x, 19, class_=tint, size=_SIZE))
        out.append(group(each.tip, *parts))
    return Lane("answers", "text", 30.0, out)


def _entry(tone: str, name: str) -> tuple[str, str]:
    box = element(
        "rect", class_=f"{tone}-soft {tone}-line thin", x=2, y=2, width=18, height=11, rx=5
    )
    return box, name


__all__ = ["comparison_svg"]
