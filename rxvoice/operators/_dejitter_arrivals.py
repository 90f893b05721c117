"""What `dejitter` knows of the line: when a frame should be there, and how late frames are."""

import math
from typing import Final

GRAIN: Final = 0.005
"""Seconds of jitter that nobody minds: a frame that is due so soon leaves at once."""

_WINDOW: Final = 2.0
"""Seconds over which the quickest frame counts; up to as many again until it is forgotten."""

_SHRINK: Final = 0.0125
"""Seconds by which the delay shrinks for each second of audio that comes in time, and …"""

_GROW: Final = 19.0
"""… how many times faster it grows: they are in balance when one frame in 20 is late."""


class Arrivals:
    """Measures, frame by frame, how much later than the quickest ones frames come.

    The difference between the time of arrival and the end of a frame is the way it took, but for a
    constant. The least of the last seconds is what the line can do; it is measured all the time,
    so that it follows the far end's clock, which is faster or slower than the session's. The delay
    is what 95 of 100 frames need, within its bounds.

    Args:
        least: Seconds of delay at least.
        most: Seconds of delay at most.

    Attributes:
        delay: Seconds by which a frame leaves later than the quickest one would.
    """

    def __init__(self, least: float, most: float) -> None:
        self.delay = least
        self._least = least
        self._most = most
        self._base = 0.0
        self._window = -math.inf  # when it ends
        self._now = self._before = math.inf  # the least of this window, and of the one before

    def note(self, end: float, duration: float, now: float) -> None:
        """Learn from a frame that comes.

        Args:
            end: Of the frame, in seconds on the source's clock.
            duration: Of the frame.
            now: Seconds on the session's clock.
        """
        way = now - end
        if now >= self._window:
            self._before = self._now if now < self._window + _WINDOW else math.inf
            self._now, self._window = math.inf, now + _WINDOW
        if way < self._now:
            self._now = way
        self._base = base = self._now if self._now < self._before else self._before
        late = way - base
        if late > self._most + GRAIN:
            # The far end had paused, or the line was cut off: begin anew. When more comes quickly,
            # it was the line, and the next frames correct this.
            self._now = self._base = way
            self._before = math.inf
        elif late > self.delay:
            grown = self.delay + min(_GROW * _SHRINK * duration, late - self.delay)
            self.delay = min(grown, self._most)
        elif self.delay > self._least:
            self.delay = max(self.delay - _SHRINK * duration, self._least)

    def regret(self, end: float, now: float) -> None:
        """Learn from a frame that was lost because it was late: wait for its like from now on."""
        late = now - end - self._base
        if late <= self._most:
            self.delay = min(max(self.delay, late + GRAIN), self._most)

    def due(self, end: float) -> float:
        """Return when audio leaves that ends then."""
        return self._base + end + self.delay

    def restart(self) -> None:
        """Forget the source's clock, for it begins anew; keep the delay."""
        self._window = -math.inf
        self._now = self._before = math.inf


__all__ = ["GRAIN", "Arrivals"]
