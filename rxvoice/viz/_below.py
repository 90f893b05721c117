"""What probes told, in the rows of a conversation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ._axis import Row
from ._lane import Lane
from ._measured import measured
from ._rows import GUTTER
from ._strip import Strip
from ._strip_lane import draw_strip
from ._strip_svg import count, name_width

if TYPE_CHECKING:
    from ._probes import Probes

_MOST: Final = 0.22  # of the picture
_LATER: Final = 30.0  # seconds; of a voice that nobody paced the beginning is enough


@dataclass(frozen=True, slots=True)
class Below:
    """Lanes of probes.

    Attributes:
        strips: They.
        start: When the first thing in them happens, in seconds.
        end: When the last one does.
        gutter: Pixels for the names of lanes, theirs and the conversation's.
        told: About them, for the picture's head.
    """

    strips: Sequence[Strip] = ()
    start: float = math.inf
    end: float = -math.inf
    gutter: float = GUTTER
    told: list[str] = field(default_factory=list[str])

    @property
    def description(self) -> str:
        """What there is in them, in words."""
        return ", ".join(f"probe {strip.name}: {count(strip)}" for strip in self.strips)

    def happens(self, row: Row) -> bool:
        """Whether anything but that streams last would be drawn in a row."""
        ends = [at for each in self.strips for s in each.segments for at in (s.start, s.end)]
        marks = [*ends, *(dot.at for each in self.strips for dot in each.dots)]
        spans = [(bar.start, bar.end) for each in self.strips for bar in each.bars]
        spans += [(sound.start, sound.shown) for each in self.strips for sound in each.sounds]
        return any(map(row.has, marks)) or any(row.meets(*span) for span in spans)

    def lanes(self, row: Row) -> list[Lane]:
        """Draw the lanes of a row."""
        return [draw_strip(row, strip) for strip in self.strips]


def below(probes: "Probes | None", end: float, width: float) -> Below:
    """Gather what probes told during a conversation.

    Args:
        probes: Whose lanes are drawn; None for none.
        end: When the conversation ends, in seconds.
        width: Of the picture, in pixels.
    """
    if probes is None or not probes.names:
        return Below()
    notes = probes.notes()
    start = min(note.at for lane in notes.values() for note in lane)
    strips, last = measured(notes, min(start, 0.0), end, later=_LATER)
    about = f"{len(notes)} probe{'' if len(notes) == 1 else 's'} below the conversation"
    missing = [f"not kept: {probes.left_out}"] if probes.left_out else []
    names = [name_width(strip) for strip in strips]
    gutter = max(GUTTER, min(max(names) + 18, width * _MOST))
    return Below(strips, start, last, gutter, [" · ".join([about, *missing])])


__all__ = ["Below", "below"]
