"""Finding where a stream departs from its diagram."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ._notifications import Notification

Log: TypeAlias = Sequence[tuple[int, Notification]]
"""Microseconds and what happened."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two logs differ.

    Attributes:
        index: Position in both logs; one of them may end before it.
        reason: What is wrong, in a word or two.
    """

    index: int
    reason: str


def first_difference(expected: Log, actual: Log, within: int = 0) -> Difference | None:
    """Return the first difference, or None when the actual log is as expected.

    Args:
        expected: What should happen.
        actual: What happened.
        within: Microseconds by which times may differ.
    """
    for index in range(max(len(expected), len(actual))):
        if index >= len(actual):
            return Difference(index, "missing")
        if index >= len(expected):
            return Difference(index, "not expected")
        (due, wanted), (at, got) = expected[index], actual[index]
        if wanted != got:
            return Difference(index, _what(wanted, got))
        if abs(due - at) > within:
            return Difference(index, f"{abs(at - due) / 1e6:g} s {'late' if at > due else 'early'}")
    return None


def _what(wanted: Notification, got: Notification) -> str:
    if type(wanted) is not type(got):
        return "something else"
    return "wrong error" if hasattr(wanted, "error") else "wrong value"


__all__ = ["Difference", "Log", "first_difference"]
