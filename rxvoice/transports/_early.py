"""What is said before the far end is ready."""

import logging
from collections import deque
from typing import Final

from rxvoice.items import AudioFrame, ClearAudio

logger = logging.getLogger(__name__)

_EARLY: Final = 1e-6
"""Seconds by which sums of floats may differ."""

OTHERS: Final = 1000
"""Items without sound that may wait."""


class Early:
    """Items that wait for the far end to be ready.

    Args:
        capacity: Seconds of audio that may wait; what is more is dropped.

    Attributes:
        dropped: Seconds of audio that were.
    """

    def __init__(self, capacity: float) -> None:
        self.dropped = 0.0
        self._capacity = capacity
        self._items: deque[object] = deque()
        self._sound = 0.0
        self._others = 0

    @property
    def waiting(self) -> float:
        """Seconds of audio that wait."""
        return self._sound

    def put(self, item: object) -> None:
        """Keep an item; `ClearAudio` takes the sound before it away."""
        match item:
            case ClearAudio():
                self._items = deque(one for one in self._items if not isinstance(one, AudioFrame))
                self._sound = 0.0
            case AudioFrame():
                room = round((self._capacity - self._sound + _EARLY) * item.rate)
                kept = AudioFrame(item.samples[: max(room, 0)], item.rate, item.pts)
                self.dropped += item.duration - kept.duration
                if len(kept.samples):
                    self._items.append(kept)
                    self._sound += kept.duration
            case _ if self._others < OTHERS:
                self._items.append(item)
                self._others += 1
            case _:
                logger.warning("nothing more can wait for a far end that is not ready")

    def taken(self) -> deque[object]:
        """Return all that waits, in order, and forget it."""
        items, self._items = self._items, deque()
        self._sound, self._others = 0.0, 0
        return items


__all__ = ["Early"]
