"""What a recogniser is sent while there is no audio, and when."""

import math
from collections.abc import Callable
from typing import Final

from rxvoice.providers._ear import EarDialect

SILENCE: Final = 0.1
"""Seconds of silence that are sent at a time."""

TAIL: Final = 3.0
"""Seconds of silence after speech by which a server that cannot be asked may know its end."""

_NEAR: Final = 1e-5
"""Seconds by which a timer may come too early."""


class Pauses:
    """Knows how long nothing may be sent on a connection, and whether silence is needed then.

    Args:
        dialect: How it is spoken to.
        clock: The loop's.

    Attributes:
        turn: Whether the server believes that the user speaks.
    """

    def __init__(self, dialect: EarDialect, clock: Callable[[], float]) -> None:
        self.turn: bool = False
        self._dialect = dialect
        self._clock = clock
        self._fed = False
        self._fading = -math.inf

    @property
    def patience(self) -> float:
        """Seconds after which something is sent instead of audio."""
        if self._clock() < self._fading:
            return SILENCE
        watchdog = self._dialect.watchdog
        if watchdog is None or not self.turn:
            return self._dialect.keepalive_after
        return SILENCE if self._fed else watchdog

    @property
    def need_silence(self) -> bool:
        """Whether the server needs silence to find the end of what is said."""
        fading = self._clock() < self._fading + _NEAR
        return fading or (self._dialect.watchdog is not None and self.turn)

    def sounded(self) -> None:
        """Take note of audio."""
        self._fed = False

    def stopped(self) -> None:
        """Take note that speech is over, of which the server cannot be asked for the rest."""
        self._fading = self._clock() + TAIL

    def settled(self) -> None:
        """Take note that what was said is final, or that the user speaks again."""
        self._fading = -math.inf

    def feed(self) -> float:
        """Return how much silence to send, which is as much as time has passed."""
        seconds = self.patience if self.need_silence else SILENCE
        self._fed = self.need_silence
        return max(seconds, self._dialect.chunk)


__all__ = ["SILENCE", "TAIL", "Pauses"]
