"""`PlayoutQueue`."""

import math
from typing import Final, Protocol

_NOTHING: Final = 1e-6
"""Packets by which sums of floats may differ."""


class Playing(Protocol):
    """Where audio waits to be heard; all in seconds."""

    @property
    def waiting(self) -> float:
        """Audio that waits."""
        ...

    @property
    def capacity(self) -> float:
        """Audio that may."""
        ...

    @property
    def dropped(self) -> float:
        """Audio that was too much."""
        ...


class PlayoutQueue:
    """What waits to be heard by a far end, as a border of a session; see `rxvoice.aio.Queues`.

    It is counted in packets, begun ones too, for the other borders count items and not seconds.

    Args:
        name: Of the border.
        playing: Where audio waits.
        packet: Seconds of audio that leave at once.

    Attributes:
        name: As given.
    """

    def __init__(self, name: str, playing: Playing, *, packet: float = 0.02) -> None:
        self.name: str = name
        self._playing = playing
        self._packet = packet

    def __len__(self) -> int:
        return self._packets(self._playing.waiting)

    @property
    def capacity(self) -> int:
        """How many packets may wait."""
        return self._packets(self._playing.capacity)

    @property
    def dropped(self) -> int:
        """How many were too much."""
        return self._packets(self._playing.dropped)

    def _packets(self, seconds: float) -> int:
        return math.ceil(seconds / self._packet - _NOTHING)


__all__ = ["Playing", "PlayoutQueue"]
