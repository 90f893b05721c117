"""What is told of timers."""

from collections.abc import Callable, Sequence
from typing import Any

from rxvoice.aio._naming import name_of

ROUNDING = 1e-6
"""Seconds: what is on a tape is rounded to microseconds."""

FAR = 1e9
"""Seconds: later is never."""


class Places:
    """Finds out which timer of a moment is which one on the tape.

    What counts is for when it is set. So the order in which timers are set, which says nothing,
    may be another one, such as in another version of an operator.

    Args:
        dues: For when those on the tape were set, in seconds on the session's clock, in order.
        at: The moment, likewise; none is due before.
    """

    def __init__(self, dues: Sequence[float], at: float) -> None:
        self._left = dict(enumerate(dues))
        self._at = at

    def find(self, made: int, when: float) -> tuple[int, float | None]:
        """Return which one on the tape it is, and for when that was set if not for this time.

        Args:
            made: How many were set before.
            when: For when it is set.
        """
        due = max(min(when, FAR), self._at)
        first = [made] if made in self._left else []
        for place in (*first, *self._left):
            if abs(self._left[place] - due) <= ROUNDING:
                del self._left[place]
                return place, None
        place = made if made in self._left else next(iter(self._left), made)
        return place, self._left.pop(place, None)


def mistimed(due: float, when: float, name: str) -> str:
    """Return a line about a timer that was set for another time than on the tape.

    Args:
        due: The time on the tape, in seconds on the session's clock.
        when: The time that it was set for now.
        name: Of the function that it runs; empty when that says nothing.
    """
    by = f" ({name})" if name else ""
    return f"a timer was set for {shown(when)}, {shown(due)} on the tape{by}"


def shown(seconds: float) -> str:
    """Return a time with as many digits as it has, microseconds at most."""
    return f"{round(seconds, 6):.15g} s"


def runs(action: Callable[..., Any]) -> str:
    """Return whose function a timer runs; empty when it is the scheduler's own."""
    name = name_of(action)
    return "" if name == "rxvoice.clock" else name


__all__ = ["FAR", "ROUNDING", "Places", "mistimed", "runs", "shown"]
