"""What has been used already."""

import heapq
import math


class Used:
    """Remembers ids until they expire, and so many of them.

    Those that expire first are forgotten first. What expires no later than one that had to be
    forgotten counts as used: nothing is let in twice, however many there are.

    Args:
        most: How many.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._ids: set[str] = set()
        self._order: list[tuple[float, str]] = []
        self._forgotten = -math.inf

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, now: float, id: str, expires: float) -> bool:
        """Add an id; return whether it is new.

        Args:
            now: Seconds on the clock of ``expires``.
            id: Of what is used.
            expires: When it ceases to be valid anyway.
        """
        while self._order and self._order[0][0] <= now:
            self._ids.discard(heapq.heappop(self._order)[1])
        if id in self._ids or expires <= self._forgotten:
            return False
        self._ids.add(id)
        heapq.heappush(self._order, (expires, id))
        if len(self._order) > self._most:
            self._forgotten, forgotten = heapq.heappop(self._order)
            self._ids.discard(forgotten)
        return True


__all__ = ["Used"]
