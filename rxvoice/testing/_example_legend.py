"""Marbles in docstrings: what letters mean, where they go in and where they come out."""

import ast
import dataclasses
import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any

import rxvoice.operators
from rxvoice import items

from . import _example_stand_ins as stand_ins
from ._example_reader import ExampleError
from ._example_sounds import quiet, speech
from ._items import silence, tone
from ._match import Matcher, anything, approx, like

LETTERS: Mapping[str, Any] = {"s": speech(), "q": quiet()}
"""What letters mean that neither the legend nor a stand-in explains; others mean themselves."""


class Legend:
    """Evaluates the expressions of a docstring.

    What they may name: the items and operators of rxvoice, what the operator's module knows, the
    kit's stand-ins, and, before all these, what is given.

    Args:
        operator: The operator.
        legend: Expressions by letter.
        given: Stand-ins by name. One with a name of one letter is what this letter means.

    Attributes:
        values: What letters mean where they go in.
        expected: What letters mean where they come out.
        error: What ``#`` means.
    """

    def __init__(
        self, operator: Callable[..., Any], legend: Mapping[str, str], given: Mapping[str, Any]
    ) -> None:
        self._operator = operator
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
        letters = {name: value for name, value in given.items() if len(name) == 1}
        self.values: dict[str, Any] = {**LETTERS, **letters}
        self.expected: dict[str, Any] = {**LETTERS, **letters}
        self.error: Exception | None = None
        for letter, expression in legend.items():
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
        """Return a matcher of what an expression says; what it leaves out may be anything."""
        call = ast.parse(expression, mode="eval").body
        if isinstance(value, Matcher) or not isinstance(call, ast.Call):
            return value if isinstance(value, Matcher) else approx(value)
        kind = self.evaluate(ast.unparse(call.func), "the legend")
        if not dataclasses.is_dataclass(value) or kind is not type(value):
            return approx(value)
        keywords = {str(keyword.arg): keyword.value for keyword in call.keywords}
        said = inspect.signature(kind).bind(*call.args, **keywords).arguments
        wanted = {name: _near(getattr(value, name)) for name in said}
        return Matcher(like(kind, **wanted).matches, expression)


def _near(value: Any) -> Any:
    return value if isinstance(value, Matcher) else approx(value)


__all__ = ["LETTERS", "Legend"]
