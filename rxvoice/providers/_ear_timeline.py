"""Where what was sent on a connection lies on the source's clock."""

from bisect import bisect_left, bisect_right
from typing import Final

_NEAR: Final = 1e-3
"""Seconds by which times of frames that follow each other may be off."""

_MOST: Final = 8_192
"""Places that are remembered; then the older half goes, of which nobody speaks any more."""


class Timeline:
    """Maps seconds of audio sent on one connection to the source's clock.

    The source may leave audio out, and silence may be sent instead: the times of a piece of audio
    are known, and those of silence follow what was before it.

    Args:
        rate: Samples a second that are sent.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._samples = 0
        self._starts: list[float] = []
        self._pts: list[float] = []

    @property
    def seconds(self) -> float:
        """Seconds of audio that were sent."""
        return self._samples / self._rate

    @property
    def end(self) -> float:
        """Time of what was sent last; 0 before."""
        return self.end_at(self.seconds)

    def sent(self, samples: int, pts: float) -> None:
        """Count audio that was sent.

        Args:
            samples: How much.
            pts: Time of the first.
        """
        if not self._starts or abs(self._time(-1, self.seconds) - pts) > _NEAR:
            self._starts.append(self.seconds)
            self._pts.append(pts)
            if len(self._starts) > _MOST:
                del self._starts[: _MOST // 2], self._pts[: _MOST // 2]
        self._samples += samples

    def silent(self, samples: int) -> None:
        """Count silence that was sent."""
        self._samples += samples

    def start_at(self, seconds: float) -> float:
        """Return the time of what begins at a position."""
        return self._map(bisect_right(self._starts, seconds + _NEAR) - 1, seconds)

    def end_at(self, seconds: float) -> float:
        """Return the time of what ends at a position."""
        return self._map(bisect_left(self._starts, seconds - _NEAR) - 1, seconds)

    def _map(self, index: int, seconds: float) -> float:
        if not self._starts:
            return 0.0
        return self._time(max(index, 0), min(seconds, self.seconds))

    def _time(self, index: int, seconds: float) -> float:
        return self._pts[index] + max(0.0, seconds - self._starts[index])


__all__ = ["Timeline"]
