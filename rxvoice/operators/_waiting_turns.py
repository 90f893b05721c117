"""The marks of turns that wait until it is decided whether they interrupt."""

from collections.abc import Iterator
from typing import TypeAlias

from rxvoice.items import EagerTurn, Turn, TurnDropped, TurnResumed, TurnStarted

OfTurns: TypeAlias = TurnStarted | Turn | TurnDropped | EagerTurn | TurnResumed


class WaitingTurns:
    """Keeps marks of turns, in order."""

    def __init__(self) -> None:
        self._marks: list[OfTurns] = []

    def add(self, mark: OfTurns) -> None:
        """Append a mark."""
        self._marks.append(mark)

    def holds(self, mark: OfTurns) -> bool:
        """Say whether a mark is still waiting."""
        return mark in self._marks

    def undecided(self) -> list[TurnStarted | Turn]:
        """Return the marks about which a policy has to decide."""
        return [mark for mark in self._marks if isinstance(mark, TurnStarted | Turn)]

    def complete(self) -> list[int]:
        """Return the numbers of the turns that have come to their end."""
        return [mark.number for mark in self._marks if isinstance(mark, Turn)]

    def remove(self, number: int) -> str:
        """Take all marks of a turn away and return its text, as far as it is known."""
        marks, self._marks = self._marks, []
        text = ""
        for mark in marks:
            if (mark.turn.number if isinstance(mark, EagerTurn) else mark.number) != number:
                self._marks.append(mark)
            elif isinstance(mark, Turn):
                text = mark.text
        return text

    def release(self) -> Iterator[OfTurns]:
        """Give all marks out; what is added meanwhile waits."""
        marks, self._marks = self._marks, []
        while marks:
            yield marks.pop(0)

    def clear(self) -> None:
        """Forget all."""
        self._marks.clear()


__all__ = ["OfTurns", "WaitingTurns"]
