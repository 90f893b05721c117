"""Marbles in docstrings: what letters mean, where they go in and where they come out."""

import ast
import dataclasses
import inspect
import sys
from collections.abc import Mapping
from typing import Any

import rxvoice.operators
from rxvoice import items

from . import _example_stand_ins as stand_ins
from ._example import Example, ExampleError
from ._example_sounds import Sound, quiet, speech
from ._items import silence, tone
from ._match import Matcher, anything, approx, like

LETTERS: Mapping[str, Any] = {"s": speech(), "q": quiet()}
"""What letters mean that neither the legend nor a stand-in explains; others mean themselves."""


class Legend:
    """Evaluates the expressions of a docstring.

    What they may name: the items and operators of rxvoice, what the operator's module knows, the
    kit's stand-ins, and, before all these, what is given.

    Args:
        example: The example.
        given: Stand-ins by name. One with a name of one letter is what this letter means.

    Attributes:
        values: What letters mean where they go in.
        expected: What letters mean where they come out: functions that tell whether an item fits.
        error: What ``#`` means.
    """

    def __init__(self, example: Example, given: Mapping[str, Any]) -> None:
        operator = self._operator = example.operator
        self._names = {
            **{name: getattr(items, name) for name in items.__all__},
            **{name: getattr(rxvoice.operators, name) for name in rxvoice.operators.__all__},
            **{name: getattr(stand_ins, name) for name in stand_ins.__all__},
            **{"speech": speech, "quiet": quiet, "tone": tone, "silence": silence},
            **{"anything": anything, "approx": approx, "like": like},
            **vars(sys.modules[operator.__module__]),
            operator.__name__: operator,
            **given,
        }
        used = {mark.key for row in example.rows for mark in row.marks(example.tick)}
        letters = {name: value for name, value in {**LETTERS, **given}.items() if name in used}
        self.values: dict[str, Any] = dict(letters)
        self.expected: dict[str, Any] = dict(letters)
        self.error: Exception | None = None
        for letter, expression in example.legend.items():
            value = self.evaluate(expression, f"the legend's {letter!r}")
            if letter == "#":
                self.error = value
            else:
                self.values[letter] = value
                self.expected[letter] = self._expected(expression, value)

    def evaluate(self, expression: str, what: str, names: Mapping[str, Any] | None = None) -> Any:
        """Return what an expression stands for.

        Raises:
            ExampleError: When it raises.
        """
        try:
            return eval(expression, {**self._names, **(names or {})})
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ExampleError(
                f"{self._operator.__name__}: {what} cannot be evaluated: {expression}\n  {reason}"
            ) from error

    def _expected(self, expression: str, value: Any) -> Any:
        """Return what tells whether an item is what an expression says."""
        if isinstance(value, Matcher | Sound):
            return value
        return Said(self._matcher(expression, value), expression)

    def _matcher(self, expression: str, value: Any) -> Matcher:
        """Return a matcher; what an item's expression leaves out may be anything."""
        call = ast.parse(expression, mode="eval").body
        if not isinstance(call, ast.Call) or not dataclasses.is_dataclass(value):
            return approx(value)
        kind = self.evaluate(ast.unparse(call.func), "the legend")
        if kind is not type(value):
            return approx(value)
        keywords = {str(keyword.arg): keyword.value for keyword in call.keywords}
        said = inspect.signature(kind).bind(*call.args, **keywords).arguments
        return like(kind, **{name: _near(getattr(value, name)) for name in said})


class Said:
    """Tells whether an item is what the legend says, and is shown as the legend's words.

    It is a function and no `Matcher`, so that a failing diagram calls what fits by its letter.
    """

    def __init__(self, matcher: Matcher, expression: str) -> None:
        self._matcher = matcher
        self._expression = expression

    def __call__(self, item: object) -> bool:
        return self._matcher.matches(item)

    def __repr__(self) -> str:
        return self._expression


def _near(value: Any) -> Any:
    return value if isinstance(value, Matcher) else approx(value)


__all__ = ["LETTERS", "Legend"]
