"""When what is heard was said."""

import asyncio
from typing import Final

BEHIND: Final = 0.5
"""Seconds by which what comes may be behind the clock before that is a gap and no delay."""


class Timeline:
    """Times of what comes, counted from the first sample or picture on the loop's clock.

    Samples follow each other; where they are missing for longer than any delay, the times jump.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._began: float | None = None
        self._end = 0.0

    @property
    def now(self) -> float:
        """The time of what comes now."""
        if self._began is None:
            self._began = self._loop.time()
        return self._loop.time() - self._began

    def place(self, duration: float) -> float:
        """Return the time at which the next samples begin.

        Args:
            duration: Of these, in seconds; they have just come.
        """
        if self._began is None:
            self._began = self._loop.time() - duration
        behind = self.now - (self._end + duration)
        if behind > BEHIND:
            self._end += behind
        pts = self._end
        self._end += duration
        return pts


__all__ = ["BEHIND", "Timeline"]
