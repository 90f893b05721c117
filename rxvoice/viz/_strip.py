"""What is drawn of a stream."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rxvoice.reports import minutes

from ._look import tooltip

LEVEL = 0.02
"""Seconds that one number of the loudness stands for."""


@dataclass(slots=True)
class Segment:
    """One subscription.

    Attributes:
        start: Seconds.
        end: Seconds.
        how: How it ended: ``"|"``, ``"#"``, ``"!"``, or empty when it still lasts.
        tip: What a tooltip says of the end.
        row: On which of several lines it is drawn, when subscriptions overlap.
        begun: Whether its beginning is known.
    """

    start: float
    end: float
    how: str = ""
    tip: str = ""
    row: int = 0
    begun: bool = True


@dataclass(slots=True)
class Dot:
    """An item at an instant.

    Attributes:
        at: Seconds.
        kind: As of `rxvoice.viz._look.Look`.
        colour: Role.
        label: What stands beside it.
        item: It.
        row: Of its segment.
    """

    at: float
    kind: str
    colour: str
    label: str
    item: Any
    row: int = 0

    @property
    def tip(self) -> str:
        """What a tooltip says."""
        return f"{minutes(self.at)}: {tooltip(self.item)}"

    @property
    def yields(self) -> bool:
        """Whether its label leaves the room to those of others: it is a measure."""
        return self.colour == "amber"


@dataclass(slots=True)
class Bar:
    """Something that lasts.

    Attributes:
        start: Seconds.
        end: Seconds.
        colour: Role.
        label: What stands in it.
        tip: What a tooltip says.
        bar: What it is; those of one kind are on one line.
    """

    start: float
    end: float
    colour: str
    label: str
    tip: str
    bar: str


@dataclass(slots=True)
class Sounding:
    """Audio without a gap.

    Attributes:
        start: When its first frame came, in seconds.
        end: When its last sample would be heard.
        shown: Up to when it is drawn: the end of its segment, if that is sooner.
        rate: Samples a second.
        segment: Which subscription it came in.
        pieces: The samples; none where only their number is known.
        levels: Loudness from 0 to 1, one for each `LEVEL`.
    """

    start: float
    end: float
    shown: float
    rate: int
    segment: int = 0
    pieces: list[NDArray[np.int16]] = field(default_factory=list[NDArray[np.int16]])
    levels: list[float] = field(default_factory=list[float])


@dataclass(slots=True)
class Strip:
    """A lane.

    Attributes:
        name: Stands on the left.
        stream: Name of the stream that it shows, or shows a part of.
        colour: Role of what is drawn most.
        segments: Subscriptions.
        dots: Items, in order.
        bars: What lasts.
        sounds: Audio.
        rows: How many lines the segments need.
        inner: Whether it is part of the lane above it.
    """

    name: str
    stream: str = ""
    colour: str = "text"
    segments: list[Segment] = field(default_factory=list[Segment])
    dots: list[Dot] = field(default_factory=list[Dot])
    bars: list[Bar] = field(default_factory=list[Bar])
    sounds: list[Sounding] = field(default_factory=list[Sounding])
    rows: int = 1
    inner: bool = False

    @property
    def kinds(self) -> list[str]:
        """The kinds of bars, in the order in which they came."""
        return list(dict.fromkeys(bar.bar for bar in self.bars))


__all__ = ["LEVEL", "Bar", "Dot", "Segment", "Sounding", "Strip"]
