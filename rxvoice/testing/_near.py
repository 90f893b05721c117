"""What counts as the same value, nearly."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

import numpy as np

from ._same import Matcher, same

Array: TypeAlias = np.ndarray[Any, Any]


def near(expected: Any, actual: Any, tolerance: float) -> bool:
    """Tell whether the numbers in a value are near the expected ones, and all else is equal."""
    if isinstance(expected, Matcher):
        return expected.matches(actual)
    if isinstance(expected, np.ndarray):
        return _near_array(cast(Array, expected), actual, tolerance)
    if isinstance(expected, (bool, str, bytes)) or expected is None:
        return bool(expected == actual)
    if isinstance(expected, (int, float, np.number)):
        return isinstance(actual, (int, float, np.number)) and _near_number(
            float(cast(float, expected)), float(cast(float, actual)), tolerance
        )
    if dataclasses.is_dataclass(expected):
        return type(expected) is type(actual) and all(
            near(getattr(expected, field.name), getattr(actual, field.name), tolerance)
            for field in dataclasses.fields(expected)
            if field.compare
        )
    if isinstance(expected, (list, tuple)):
        mine = cast(Sequence[Any], expected)
        return (
            type(mine) is type(actual)
            and len(mine) == len(actual)
            and all(near(one, other, tolerance) for one, other in zip(mine, actual, strict=True))
        )
    if isinstance(expected, Mapping):
        mapping = cast(Mapping[Any, Any], expected)
        alike = isinstance(actual, Mapping) and mapping.keys() == actual.keys()
        return alike and all(near(mapping[key], actual[key], tolerance) for key in mapping)
    return same(expected, actual)


def _near_number(expected: float, actual: float, tolerance: float) -> bool:
    if expected == actual or (math.isnan(expected) and math.isnan(actual)):
        return True
    return abs(actual - expected) <= tolerance * (1.0 + 1e-9) + 1e-12  # 1.1 is near 1.0 by 0.1


def _near_array(expected: Array, actual: Any, tolerance: float) -> bool:
    if not isinstance(actual, np.ndarray):
        return False
    theirs = cast(Array, actual)
    if expected.shape != theirs.shape:
        return False
    numbers = theirs.astype(float), expected.astype(float)
    return bool(np.allclose(*numbers, 0.0, tolerance, equal_nan=True))


__all__ = ["near"]
