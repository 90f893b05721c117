"""All public operators, and how the laws try them."""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

from rxvoice.testing.laws import check_operator
from tests.laws.table import TABLE

PACKAGES = ("rxvoice.operators", "rxvoice.testing.chaos")


def public_operators() -> list[Callable[..., Any]]:
    """Return the operators of the packages that are there."""
    packages = [
        importlib.import_module(name) for name in PACKAGES if importlib.util.find_spec(name)
    ]
    return [getattr(package, name) for package in packages for name in package.__all__]


def try_the_laws(operator: Callable[..., Any]) -> None:
    """Try all laws on an operator, with what the table says about it.

    Raises:
        AssertionError: When a law does not hold, or nothing tells how to make the operator.
    """
    name = operator.__name__
    try:
        check_operator(operator, **TABLE.get(name, {}))
    except ValueError as error:
        raise AssertionError(
            f"the laws cannot be tried on {name}: {error}\n"
            f"Give its docstring marbles, with the call and what it is applied to, or give "
            f"tests/laws/table.py an entry {name!r} that says what they leave open."
        ) from error
