"""What counts as the expected value."""

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
    """

    def __init__(self, test: Callable[[Any], bool], description: str) -> None:
        self._test = test
        self._description = description

    def matches(self, value: object) -> bool:
        """Tell whether a value fits."""
        return bool(self._test(value))

    def __eq__(self, other: object) -> bool:
        return self.matches(other)

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return self._description


anything: Any = Matcher(lambda _: True, "anything")
"""Fits every value and every error."""


def approx(expected: Any, /, abs: float = 1e-6) -> Any:
    """Fit numbers that are near the expected ones.

    Args:
        expected: A number, an array, or a sequence, mapping or dataclass (such as an item) that
            holds numbers; all else in it must be equal.
        abs: The largest difference that is allowed.

    Returns:
        A `Matcher` to be put into ``values`` or into an item.
    """
    return Matcher(lambda value: _near(expected, value, abs), f"approx({expected!r}, abs={abs:g})")


def like(kind: type, /, **attributes: Any) -> Any:
    """Fit objects of a type whose named attributes fit; the others may be anything.

    Args:
        kind: The type.
        attributes: Expected values, or matchers, of some attributes.

    Returns:
        A `Matcher` to be put into ``values`` or into an item.
    """
    shown = ", ".join(f"{name}={value!r}" for name, value in attributes.items())

    def fits(value: object) -> bool:
        return isinstance(value, kind) and all(
            same(wanted, getattr(value, name)) for name, wanted in attributes.items()
        )

    return Matcher(fits, f"like({kind.__name__}{', ' if shown else ''}{shown})")


def same(expected: Any, actual: Any) -> bool:
    """Tell whether a value is the expected one.

    Arrays compare by type and value, also inside of tuples, lists and dicts. A `Matcher` or a
    function as the expected value is asked.
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
    if expected is actual or _equal(expected, actual):
        return True
    if not callable(expected) or isinstance(expected, type):
        return False
    return bool(expected(actual))


def same_error(expected: object, actual: BaseException) -> bool:
    """Tell whether an error is the expected one: same type and same message.

    An expected type fits every message; a `Matcher` or a function is asked.
    """
    if isinstance(expected, BaseException):
        return type(expected) is type(actual) and str(expected) == str(actual)
    if isinstance(expected, type):
        return type(actual) is expected
    return same(expected, actual)


def _equal(expected: Any, actual: Any) -> bool:
    try:
        return bool(expected == actual)
    except ValueError:  # the generated comparison of a dataclass that holds arrays
        return _near(expected, actual, 0.0)


def _is_sequence(value: object) -> bool:
    return isinstance(value, list | tuple)


def _is_dict(value: object) -> bool:
    return isinstance(value, dict)


def _is_array(value: object) -> bool:
    return isinstance(value, np.ndarray)


def _same_array(expected: Any, actual: Any) -> bool:
    if not _is_array(expected) or not _is_array(actual):
        return False
    return bool(expected.dtype == actual.dtype and np.array_equal(expected, actual))


def _near(expected: Any, actual: Any, tolerance: float) -> bool:
    if _is_array(expected):
        return (
            _is_array(actual)
            and expected.shape == actual.shape
            and bool(np.allclose(expected.astype(float), actual.astype(float), 0.0, tolerance))
        )
    if isinstance(expected, (bool, str, bytes)) or expected is None:
        return bool(expected == actual)
    if isinstance(expected, (int, float, np.number)):
        return isinstance(actual, (int, float, np.number)) and bool(
            abs(float(cast(float, actual)) - float(cast(float, expected)))
            <= tolerance * (1.0 + 1e-9) + 1e-12  # 1.1 is near 1.0 by 0.1
        )
    if dataclasses.is_dataclass(expected):
        return type(expected) is type(actual) and all(
            _near(getattr(expected, field.name), getattr(actual, field.name), tolerance)
            for field in dataclasses.fields(expected)
            if field.compare
        )
    if isinstance(expected, (list, tuple)):
        ours_list = cast(Sequence[Any], expected)
        return (
            type(ours_list) is type(actual)
            and len(ours_list) == len(actual)
            and all(
                _near(mine, other, tolerance) for mine, other in zip(ours_list, actual, strict=True)
            )
        )
    if isinstance(expected, Mapping):
        mapping = cast(Mapping[Any, Any], expected)
        alike = isinstance(actual, Mapping) and mapping.keys() == actual.keys()
        return alike and all(_near(mapping[key], actual[key], tolerance) for key in mapping)
    return same(expected, actual)


__all__ = ["Matcher", "anything", "approx", "like", "same", "same_error"]
