"""The numbers of turns, where some are added."""

from dataclasses import replace
from typing import TypeVar

from rxvoice.items import EagerTurn, Event, Turn, TurnDropped, TurnResumed, TurnStarted

T = TypeVar("T", bound=TurnStarted | Turn | TurnDropped | TurnResumed)


class TurnNumbers:
    """Counts the turns that pass on, from those that were added.

    Attributes:
        is_open: Whether a turn was started that has not ended.
    """

    def __init__(self) -> None:
        self.is_open = False
        self._added = 0
        self._latest = 0

    def take(self, item: Event) -> Event:
        """Return an item of the source with its new number."""
        match item:
            case TurnStarted() | Turn() | TurnDropped() | TurnResumed():
                self.is_open = isinstance(item, TurnStarted | TurnResumed)
                return self._renumbered(item)
            case EagerTurn(turn=turn):
                return EagerTurn(self._renumbered(turn))
            case _:
                return item

    def add(self) -> int:
        """Return the number of a turn that is added."""
        self._added += 1
        self._latest += 1
        return self._latest

    def _renumbered(self, item: T) -> T:
        item = replace(item, number=item.number + self._added) if self._added else item
        self._latest = max(self._latest, item.number)
        return item


__all__ = ["TurnNumbers"]
