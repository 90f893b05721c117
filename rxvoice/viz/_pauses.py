"""When the bot was stopped while it was decided whether the user interrupts it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rxvoice.items import ReplyEnded, ReplyPaused, ReplyResumed, Stamped
from rxvoice.reports import minutes

from ._axis import Row
from ._svg import group, line
from ._text import label, text_width

_SMALL = 10.0


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of a reply.

    Attributes:
        reply: Number of the turn that it answers.
        start: When the voice was stopped, in seconds.
        end: When that was decided; the end of the session when it never was.
        outcome: What was decided: ``"resumed"``, ``"cut off"`` or ``"ended"``; empty for nothing.
    """

    reply: int
    start: float
    end: float
    outcome: str = ""


def pauses(events: Sequence[Stamped], end: float) -> list[Pause]:
    """List the pauses of replies.

    Args:
        events: The time-stamped events of a session, in the order in which they came.
        end: When the session ends.
    """
    found: list[Pause] = []
    since: dict[int, float] = {}
    for event in events:
        match event.item:
            case ReplyPaused(number=number):
                since.setdefault(number, event.at)
            case ReplyResumed(number=number) if number in since:
                found.append(Pause(number, since.pop(number), event.at, "resumed"))
            case ReplyEnded(number=number, interrupted=cut) if number in since:
                outcome = "cut off" if cut else "ended"
                found.append(Pause(number, since.pop(number), event.at, outcome))
            case _:
                pass
    return found + [Pause(number, at, end) for number, at in since.items()]


def draw_pause(row: Row, pause: Pause, quiet: float, y: float, height: float) -> str:
    """Draw the sign for a pause and a dotted line to its end, with its name where it has room.

    Args:
        row: The row.
        pause: The pause.
        quiet: When the voice had faded out, in seconds.
        y: The top.
        height: Of the voice.
    """
    x1, x2, middle = row.x(quiet), row.x(pause.end), y + height / 2
    parts: list[str] = []
    if quiet >= row.start:
        parts += [line(x, middle - 6, x, middle + 6, "amber-line bold") for x in (x1 + 3, x1 + 8)]
        x1 += 12
    if x2 - x1 > 4:
        parts.append(line(x1, middle, x2 - 3, middle, "amber-line line dots"))
    if text_width("paused", _SMALL) <= x2 - x1 - 4:
        x = (x1 + x2) / 2
        parts.append(label("paused", x, middle - 5, class_="amber", size=_SMALL, anchor="middle"))
    times = f"{minutes(pause.start)} to {minutes(pause.end)}"
    outcome = f", then {pause.outcome}" if pause.outcome else ", not over"
    return group(f"answer to turn {pause.reply} paused, {times}{outcome}", *parts)


__all__ = ["Pause", "draw_pause", "pauses"]
