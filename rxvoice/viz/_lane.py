"""A lane of a row."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lane:
    """What is drawn in a lane, as if its upper edge were at 0.

    Attributes:
        name: Stands on the left.
        colour: Class of the name.
        height: Pixels.
        parts: Markup.
        first: Middle of the line that the name belongs to; by default the middle of the lane.
        inner: Whether it is part of the lane above it.
    """

    name: str
    colour: str
    height: float
    parts: list[str]
    first: float | None = None
    inner: bool = False

    @property
    def name_line(self) -> float:
        """Base line of the name."""
        return (self.height / 2 if self.first is None else self.first) + 4
