"""What waits while a model is loading."""

from rxvoice.items import AudioFrame, Event

LONGEST = 30.0
LEAST = 1e-4


class Backlog:
    """Items in order, of at most `LONGEST` seconds of audio; the oldest go when more come.

    Attributes:
        dropped: Seconds of audio that were lost.
    """

    def __init__(self) -> None:
        self.dropped = 0.0
        self._items: list[
            Event
        ] = []  # a deque takes more from the start, and most wait for nothing
        self._length = 0.0

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Event) -> None:
        """Add an item."""
        self._items.append(item)
        self._length += _weight(item)
        while self._length > LONGEST + 1e-9:  # lengths are sums of floats
            lost = self.get()
            if isinstance(lost, AudioFrame):
                self.dropped += lost.duration

    def get(self) -> Event:
        """Take the oldest item."""
        item = self._items.pop(0)
        self._length -= _weight(item)
        return item

    def clear(self) -> None:
        """Forget all items."""
        self._items.clear()
        self._length = 0.0


def _weight(item: Event) -> float:
    """Return the length of audio; something for the rest, too, for all must be bounded."""
    return max(item.duration, LEAST) if isinstance(item, AudioFrame) else LEAST
