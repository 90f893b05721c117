"""What is told of timers."""

from collections.abc import Callable
from typing import Any

from rxvoice.aio._naming import name_of

ROUNDING = 1e-6
"""Seconds: what is on a tape is rounded to microseconds."""

FAR = 1e9
"""Seconds: later is never."""


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


__all__ = ["FAR", "ROUNDING", "mistimed", "runs", "shown"]
