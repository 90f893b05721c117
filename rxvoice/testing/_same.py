"""What counts as the same value, exactly."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np


class Matcher:
    """An expected value that describes more than one actual value.

    It is equal to every value that fits, and so may stand inside of an expected item:
    ``Turn("hello", pts=anything)``.

    Args:
        test: Tells whether a value fits.
        description: How it is shown when a diagram does not fit.
        explain: Says line by line why a value does not fit.
    """

    def __init__(
        self,
        test: Callable[[Any], bool],
        description: str,
        explain: Callable[[Any], list[str]] | None = None,
    ) -> None:
        self._test = test
        self._description = description
        self._explain = explain

    def matches(self, value: object) -> bool:
        """Tell whether a value fits."""
        return bool(self._test(value))

    def explain(self, value: object) -> list[str]:
        """Say why a value does not fit, line by line; nothing when that is plain to see."""
        return self._explain(value) if self._explain else []

    def __eq__(self, other: object) -> bool:
        return self.matches(other)

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return self._description


def same(expected: Any, actual: Any) -> bool:
    """Tell whether a value is the expected one.

    Arrays compare by type, shape and value, also inside of tuples, lists, dicts and dataclasses.
    NaN is the same as NaN. A `Matcher` or a function as the expected value is asked.
    """
    if isinstance(expected, Matcher):
        return expected.matches(actual)
    if _is_array(expected) or _is_array(actual):
        return _same_array(expected, actual)
    if _is_sequence(expected) and _is_sequence(actual):
        mine: Sequence[object] = expected
        theirs: Sequence[object] = actual
        kin = mine.__class__ is theirs.__class__
        return kin and len(mine) == len(theirs) and all(map(same, mine, theirs))
    if _is_dict(expected) and _is_dict(actual):
        ours: Mapping[object, object] = expected
        other: Mapping[object, object] = actual
        return ours.keys() == other.keys() and all(same(ours[key], other[key]) for key in ours)
    if expected is actual or _equal(expected, actual) or _same_fields(expected, actual):
        return True
    if not callable(expected) or isinstance(expected, type):
        return False
    return bool(expected(actual))


def same_error(expected: object, actual: BaseException) -> bool:
    """Tell whether an error is the expected one: same type and same message.

    Groups hold the same errors in the same order. An expected type fits every message; a `Matcher`
    or a function is asked.
    """
    if isinstance(expected, BaseException):
        alike = type(expected) is type(actual) and str(expected) == str(actual)
        if not (alike and isinstance(expected, BaseExceptionGroup)):
            return alike
        mine = cast("BaseExceptionGroup[BaseException]", expected).exceptions
        theirs = cast("BaseExceptionGroup[BaseException]", actual).exceptions
        return len(mine) == len(theirs) and all(map(same_error, mine, theirs))
    if isinstance(expected, type):
        return type(actual) is expected
    return same(expected, actual)


def _equal(expected: Any, actual: Any) -> bool:
    if _is_nan(expected) and _is_nan(actual):
        return True
    try:
        return bool(expected == actual)
    except (ValueError, DeprecationWarning):  # a generated comparison has met arrays
        return False


def _same_fields(expected: Any, actual: Any) -> bool:
    """Compare dataclasses whose generated comparison knows neither arrays nor NaN."""
    if type(expected) is not type(actual) or not dataclasses.is_dataclass(expected):
        return False
    compared = [field.name for field in dataclasses.fields(expected) if field.compare]
    if not compared or not expected.__dataclass_params__.eq:  # pyright: ignore
        return False
    return all(_same_field(getattr(expected, n), getattr(actual, n)) for n in compared)


def _same_field(expected: Any, actual: Any) -> bool:
    """Compare like `same`, but take a function for a value: an item may hold one."""
    if callable(expected) and not isinstance(expected, Matcher):
        return bool(expected == actual)
    return same(expected, actual)


def _same_array(expected: Any, actual: Any) -> bool:
    if not _is_array(expected) or not _is_array(actual) or expected.dtype != actual.dtype:
        return False
    return bool(np.array_equal(expected, actual, equal_nan=expected.dtype.kind in "fc"))


def _is_sequence(value: object) -> bool:
    return isinstance(value, list | tuple)


def _is_dict(value: object) -> bool:
    return isinstance(value, dict)


def _is_array(value: object) -> bool:
    return isinstance(value, np.ndarray)


def _is_nan(value: object) -> bool:
    return isinstance(value, float | np.floating) and value != value


__all__ = ["Matcher", "same", "same_error"]
