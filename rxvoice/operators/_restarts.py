"""When a recogniser that has failed is started anew."""

import math
from typing import Final

from rxvoice.contracts import Heard
from rxvoice.items import SpeechStarted

PAUSE: Final = 1.0
"""Seconds before it is started at audio, where there are no marks of speech."""

LONGEST: Final = 30.0
"""Seconds that a pause grows to."""


class Restarts:
    """Counts failures in a row, and makes what follows too many of them rarer.

    Args:
        allowed: How many are followed by a start at the next occasion.

    Attributes:
        marks: Whether there are marks of speech.
    """

    def __init__(self, allowed: int) -> None:
        self.marks = False
        self._allowed = allowed
        self._row = 0
        self._since = self._pause = 0.0

    @property
    def excess(self) -> int:
        """How many failures in a row there were beyond those allowed."""
        return max(0, self._row - self._allowed)

    def succeeded(self) -> None:
        """Forgive the failures so far."""
        self._row = 0

    def failed(self, now: float, *, hopeless: bool = False) -> None:
        """Take a failure; a hopeless one ends all attempts."""
        self._row += 1
        self._since = now
        if hopeless:
            self._pause = math.inf
        elif self.excess:
            self._pause = min(LONGEST, 2.0 ** min(self.excess - 1, 8))
        else:
            self._pause = 0.0

    def may_start(self, item: Heard, now: float) -> bool:
        """Tell whether an item is the occasion to try again."""
        if self.marks and not isinstance(item, SpeechStarted):
            return False
        pause = self._pause if self.marks else max(PAUSE, self._pause)
        return now >= self._since + pause - 1e-9


__all__ = ["Restarts"]
