"""The marbles in docstrings are run: what the documentation shows is what happens.

Reader and runner have tests in tests/testing/test_example.py.
"""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import rxvoice.operators
import rxvoice.testing.chaos
from rxvoice.testing import check_example, examples

PACKAGES = [rxvoice.operators, rxvoice.testing.chaos]
OPERATORS = [getattr(package, name) for package in PACKAGES for name in package.__all__]


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_marbles_of_the_operator_are_true(operator: Callable[..., Any]) -> None:
    """AU01, TU01, TU02, TU03, TU08, TU13, ST01, ST03: what the documentation shows."""
    check_example(operator)


def test_every_operator_has_marbles() -> None:
    shown = [operator for package in PACKAGES for operator in examples(package)]
    without = [operator.__name__ for operator in OPERATORS if operator not in shown]
    assert without == []
    assert shown == OPERATORS


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_docstring_has_its_parts_in_order(operator: Callable[..., Any]) -> None:
    text = inspect.getdoc(operator) or ""
    summary, blank, *_ = text.splitlines()
    assert summary.endswith("."), "first one line that says what comes out"
    assert not blank
    parts = ["\nMarbles (", "\nArgs:\n", "\nReturns:\n", "\nRaises:\n"]
    places = [text.index(part) for part in parts if part in text]
    assert places == sorted(places)
    assert "\nReturns:\n" in text
    assert ("\nArgs:\n" in text) == bool(inspect.signature(operator).parameters)
