"""Letters for values, so that what happened can be drawn like what was expected."""

import string
from collections.abc import Iterable, Mapping
from typing import Any

from ._draw import cell
from ._notation import Mark
from ._notifications import Notification, OnCompleted, OnError, OnNext
from ._same import Matcher, same
from ._shorten import shorten

_LETTERS = (
    string.ascii_uppercase
    + string.ascii_lowercase
    + string.digits
    + "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ"
)
_LONGEST_TEXT = 12


class Legend:
    """Gives every value a letter: the one it has in ``values``, or a fresh one.

    Args:
        values: The letters that the diagram's author chose.
        taken: Letters that mean something else already.
    """

    def __init__(self, values: Mapping[str, Any], taken: Iterable[str] = ()) -> None:
        self._values = dict(values)
        self._fresh: list[tuple[str, Any]] = []
        taken = {*taken, *values}
        self._free = (letter for letter in _LETTERS if letter not in taken)
        self._used: dict[str, str] = {}

    def token(self, notification: Notification) -> str:
        """Return the sign, letter or text that stands for a notification."""
        if isinstance(notification, OnCompleted):
            return "|"
        if isinstance(notification, OnError):
            return "#"
        return cell([self._mark(notification.value)])

    def known(self, mark: Mark, notification: Notification) -> str:
        """Return the token of a mark that stands in the author's diagram."""
        if mark.key in self._values and not mark.quoted and isinstance(notification, OnNext):
            self._used.setdefault(mark.key, shorten(notification.value))
        return cell([mark])

    def lines(self, tokens: Iterable[str]) -> list[str]:
        """Explain those of some tokens that do not stand for themselves."""
        wanted = {*tokens}
        return [f"{letter} = {told}" for letter, told in self._used.items() if letter in wanted]

    def _mark(self, value: object) -> Mark:
        if isinstance(value, str):
            if len(value) == 1 and value not in self._values:
                return Mark("value", value)
            if len(value) <= _LONGEST_TEXT and not any(
                _same(meaning, value) for meaning in self._values.values()
            ):
                return Mark("value", value, quoted=True)
        for letter, meaning in [*self._values.items(), *self._fresh]:
            if not isinstance(meaning, Matcher) and _same(meaning, value):
                self._used.setdefault(letter, shorten(value))
                return Mark("value", letter)
        letter = next(self._free, None)
        if letter is None:
            return Mark("value", shorten(value, 20), quoted=True)
        self._fresh.append((letter, value))
        self._used[letter] = shorten(value)
        return Mark("value", letter)


def _same(expected: Any, actual: Any) -> bool:
    try:
        return same(expected, actual)
    except Exception:  # a function that cannot judge a value that is not meant for it
        return False


__all__ = ["Legend", "shorten"]
