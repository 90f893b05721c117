"""The turns of one call that are under way."""

from collections.abc import Mapping

from ._ledger import Ledger
from ._span import Attribute
from ._tracing import Tracing
from ._turn_spans import TurnSpans


class OpenTurns:
    """Turns by number; several may overlap, for the next one begins while the bot still speaks.

    Args:
        ledger: Of the call.
        tracing: What is told.
        providers: Who was switched to, by the name of what switches.

    Attributes:
        current: The one that is answered, or else the last one.
        count: How many there were.
    """

    def __init__(self, ledger: Ledger, tracing: Tracing, providers: Mapping[str, str]) -> None:
        self.current: TurnSpans | None = None
        self.count = 0
        self._ledger = ledger
        self._tracing = tracing
        self._providers = providers
        self._open: dict[int, TurnSpans] = {}

    def get(self, number: int) -> TurnSpans | None:
        """Return the turn of a number; None when it is not under way."""
        return self._open.get(number)

    def all(self) -> list[TurnSpans]:
        """Return all of them."""
        return list(self._open.values())

    @property
    def replying(self) -> bool:
        """Whether a reply is in progress."""
        return any(turn.replying for turn in self._open.values())

    def open(
        self, number: int, at: float, attributes: Mapping[str, Attribute] | None = None
    ) -> TurnSpans:
        """Begin a turn, and end those that are neither answered nor spoken any more."""
        for turn in self.all():
            if turn.number == number or not (turn.replying or turn.is_raw):
                self.close(turn, at)
        self.count += 1
        turn = TurnSpans(self._ledger, self._tracing, self._providers, number, at, attributes or {})
        self._open[number] = turn
        if not self.replying:
            self.current = turn
        return turn

    def close(
        self, turn: TurnSpans, at: float, attributes: Mapping[str, Attribute] | None = None
    ) -> None:
        """End a turn."""
        turn.end(at, attributes)
        if self._open.get(turn.number) is turn:
            del self._open[turn.number]
        if self.current is turn:
            self.current = None


__all__ = ["OpenTurns"]
