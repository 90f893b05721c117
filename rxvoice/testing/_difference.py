"""Finding where a stream departs from its diagram."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

from ._notifications import Notification, OnError

Entry: TypeAlias = tuple[int, Notification]
"""Microseconds and what happened."""

Log: TypeAlias = Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two logs differ.

    Attributes:
        index: Position in both logs; one of them may end before it.
        reason: What is wrong, in a word or two.
        aligned: Whether the two entries at the position belong together.
    """

    index: int
    reason: str
    aligned: bool = True


def first_difference(expected: Log, actual: Log, within: int = 0) -> Difference | None:
    """Return the first difference, or None when the actual log is as expected.

    Args:
        expected: What should happen.
        actual: What happened.
        within: Microseconds by which times may differ.
    """
    for index in range(max(len(expected), len(actual))):
        if index >= len(actual):
            return Difference(index, "missing", aligned=False)
        if index >= len(expected):
            return Difference(index, "not expected", aligned=False)
        try:
            if _fits(expected[index], actual[index], within):
                continue
        except Exception as error:
            return Difference(index, f"comparing raised {error!r}")
        return _shifted(index, expected, actual, within) or Difference(
            index, _what(expected[index], actual[index])
        )
    return None


def in_order_of(expected: Log, actual: Log) -> Log:
    """Put what came at one instant into the order in which it was expected.

    Args:
        expected: What should happen.
        actual: What happened.

    Returns:
        What happened; what nobody expected comes last in its instant.
    """
    due: dict[int, list[Notification]] = defaultdict(list)
    for at, wanted in expected:
        due[at].append(wanted)
    ordered: list[Entry] = []
    for at, group in groupby(actual, key=itemgetter(0)):
        left = [*group]
        for wanted in due.get(at, ()):
            places = (i for i, (_, got) in enumerate(left) if _is_same(wanted, got))
            place = next(places, None)
            if place is not None:
                ordered.append(left.pop(place))
        ordered += left
    return ordered


def _is_same(wanted: Notification, got: Notification) -> bool:
    try:
        return wanted == got
    except Exception:  # a matcher that cannot judge what is not meant for it
        return False


def _fits(expected: Entry, actual: Entry, within: int) -> bool:
    return abs(expected[0] - actual[0]) <= within and expected[1] == actual[1]


def _shifted(index: int, expected: Log, actual: Log, within: int) -> Difference | None:
    """Tell a missing or an additional entry, which shifts all that follow it."""
    more = len(expected) - len(actual)
    try:
        early = len(expected) > index + 1 and _fits(expected[index + 1], actual[index], within)
        late = len(actual) > index + 1 and _fits(expected[index], actual[index + 1], within)
    except Exception:  # a matcher that cannot judge an entry that is not meant for it
        return None
    if early and late:
        return Difference(index, "in another order", aligned=False)
    if early and more > 0:
        return Difference(index, "missing", aligned=False)
    if late and more < 0:
        return Difference(index, "not expected", aligned=False)
    return None


def _what(expected: Entry, actual: Entry) -> str:
    (due, wanted), (at, got) = expected, actual
    if wanted == got:
        return f"{abs(at - due) / 1e6:g} s {'late' if at > due else 'early'}"
    if type(wanted) is not type(got):
        return "something else"
    return "wrong error" if isinstance(wanted, OnError) else "wrong value"


__all__ = ["Difference", "Entry", "Log", "first_difference", "in_order_of"]
