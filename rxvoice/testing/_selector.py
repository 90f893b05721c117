"""Polling in place of waiting."""

import selectors
from collections.abc import Callable

_SPIN_LIMIT = 100_000
"""Polls at one instant before time counts as standing still."""


class JumpingSelector(selectors.DefaultSelector):
    """Polls, and lets virtual time move on where another selector would wait.

    Args:
        patience: Tells how many real seconds sockets get before time moves on.
        move_on: Moves virtual time on; called when nothing is ready.
        stand_still: Called when too much happens without time moving on.
    """

    def __init__(
        self,
        patience: Callable[[], float],
        move_on: Callable[[], None],
        stand_still: Callable[[], None],
    ) -> None:
        super().__init__()
        self._patience = patience
        self._move_on = move_on
        self._stand_still = stand_still
        self._polls = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; the timeout only tells whether there is time to wait."""
        if timeout is not None and timeout <= 0.0:
            self._polls += 1
            if self._polls > _SPIN_LIMIT:
                self._polls = 0
                self._stand_still()
            return super().select(0)
        self._polls = 0
        events = super().select(self._patience())
        if not events:
            self._move_on()
        return events


__all__ = ["JumpingSelector"]
