"""Each item once, also where several streams carry it."""

from collections import OrderedDict
from typing import Final

REMEMBERED: Final = 1024
"""Items that a twin may lag behind."""


class Once:
    """Tells which items are new.

    An item counts as often as the stream that carries it most often does: the same object from two
    streams is one, the same object twice from one stream is two.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[int, _Seen] = OrderedDict()

    def is_new(self, item: object, stream: int) -> bool:
        """Take an item of a stream and tell whether it has not been taken from another one."""
        seen = self._seen.pop(id(item), None)
        if seen is None:
            seen = _Seen(item)
            if len(self._seen) == REMEMBERED:
                self._seen.popitem(last=False)
        self._seen[id(item)] = seen
        return seen.is_new(stream)


class _Seen:
    def __init__(self, item: object) -> None:
        self.item = item  # held, so that no other object has its identity
        self._counts: dict[int, int] = {}
        self._told = 0

    def is_new(self, stream: int) -> bool:
        count = self._counts[stream] = self._counts.get(stream, 0) + 1
        if count <= self._told:
            return False
        self._told = count
        return True


__all__ = ["Once"]
