"""Packets in order, without waiting long for those that are missing."""

from collections.abc import Callable
from typing import Any, Final

_JUMP: Final = 1000
"""Packets; a number that is farther away begins a new sequence."""


class JitterBuffer:
    """Gives each packet of a sequence when so many later ones have come.

    What is missing then is skipped: nobody listens to this audio at the speed of playback, so that
    a reserve serves only to put packets in order, and a loss must not leave a delay behind.

    Args:
        reserve: How many packets later a packet is given, and how late one may come.
        make: Makes of a packet what a decoder takes.

    Attributes:
        lost: Packets that were skipped.
    """

    def __init__(self, reserve: int, make: Callable[[Any], Any]) -> None:
        self.lost = 0
        self._reserve = reserve
        self._make = make
        self._waiting: dict[int, Any] = {}
        self._next = 0
        self._highest: int | None = None

    def add(self, packet: Any) -> tuple[bool, Any]:
        """Take a packet.

        Args:
            packet: One of aiortc, with ``sequence_number``, whose 16 bits wrap.

        Returns:
            Whether the sender is to be asked for a whole picture, which it never is; and what the
            decoder gets, or None.
        """
        number: int = packet.sequence_number
        if self._highest is not None:
            number = self._highest + (number - self._highest + 0x8000) % 0x10000 - 0x8000
        if self._highest is None or abs(number - self._highest) > _JUMP:
            self._waiting.clear()
            self._next = self._highest = number
        if number >= self._next:
            self._waiting[number] = packet
            self._highest = max(self._highest, number)
        while self._highest - self._next >= self._reserve:
            found = self._waiting.pop(self._next, None)
            self._next += 1
            if found is not None:
                return False, self._make(found)
            self.lost += 1
        return False, None


__all__ = ["JitterBuffer"]
