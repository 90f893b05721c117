"""What is told of timers."""

from collections.abc import Callable
from functools import partial
from typing import Any

ROUNDING = 1e-6
"""Seconds: what is on a tape is rounded to microseconds."""


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


def name_of(action: Callable[..., Any]) -> str:
    """Return the name of a function that a timer runs; empty when it is the scheduler's own."""
    while isinstance(action, partial):
        action = action.func
    if getattr(action, "__module__", "") == "rxvoice.clock":
        return ""
    name = getattr(action, "__qualname__", "")
    return f"{action.__module__}.{name}".replace(".<locals>", "") if name else ""


__all__ = ["ROUNDING", "mistimed", "name_of", "shown"]
