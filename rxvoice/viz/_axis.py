"""Time along a picture: rows, places, ticks."""

import math
from dataclasses import dataclass

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch of time drawn from left to right.

    Attributes:
        start: First instant, in seconds.
        end: Last instant.
        left: Where the first instant is, in pixels.
        right: Where the last one is.
        gutter: How much room for names there is on its left, in pixels.
    """

    start: float
    end: float
    left: float
    right: float
    gutter: float = 0.0

    @property
    def scale(self) -> float:
        """Pixels a second."""
        return (self.right - self.left) / (self.end - self.start)

    def x(self, at: float) -> float:
        """Return the place of an instant; those outside the row are put on its edge."""
        return self.left + (min(max(at, self.start), self.end) - self.start) * self.scale

    def has(self, at: float) -> bool:
        """Whether an instant lies in the row; its end belongs to the next one."""
        return self.start <= at < self.end

    def meets(self, start: float, end: float) -> bool:
        """Whether a stretch of time lies at least partly in the row."""
        return start < self.end and end > self.start if end > start else self.has(start)


def tick_step(seconds: float, pixels: float, *, room: float = 58.0) -> float:
    """Choose a round distance between ticks.

    Args:
        seconds: How long the axis is.
        pixels: How wide it is.
        room: Least pixels between ticks.

    Returns:
        Seconds.
    """
    least = seconds * room / pixels
    for step in _STEPS:
        if step >= least:
            return step
    return 3600 * math.ceil(least / 3600)


def ticks(start: float, end: float, step: float) -> list[float]:
    """List the multiples of `step` from `start` to `end`."""
    first = math.ceil(start / step - 1e-9)
    last = math.floor(end / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def tick_label(at: float, step: float, *, whole: float) -> str:
    """Name an instant: ``5 s`` in short pictures, ``1:05`` in those above a minute.

    Args:
        at: Seconds.
        step: Distance of the ticks, which decides about decimals.
        whole: Where the picture ends.
    """
    digits = 0 if step >= 1 else 1 if step >= 0.1 else 2
    if whole <= 60 or digits:
        return f"{at + 0.0:.{digits}f} s"
    total = round(at)
    sign = "-" if total < 0 else ""
    hours, rest = divmod(abs(total), 3600)
    if hours:
        return f"{sign}{hours}:{rest // 60:02}:{rest % 60:02}"
    return f"{sign}{rest // 60}:{rest % 60:02}"
