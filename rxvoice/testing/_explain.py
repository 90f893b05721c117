"""Saying where two values differ."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

import numpy as np

from rxvoice.items import AudioFrame

from ._near import near
from ._same import Matcher, same
from ._shorten import shorten

_MOST_LINES = 6
_MOST_TEXT = 40
_AROUND = 12


def explain(expected: Any, actual: Any, within: float | None = None) -> list[str]:
    """Say, line by line, where a value differs from the expected one.

    Args:
        expected: A value, or a matcher.
        actual: The value.
        within: By how much numbers may differ; not at all unless given.

    Returns:
        Nothing when the two values as they are written say it all.
    """
    lines = list(islice(_differences(expected, actual, "", within), _MOST_LINES + 1))
    return lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], "…"]


def _differences(expected: Any, actual: Any, path: str, within: float | None) -> Iterator[str]:
    if isinstance(expected, Matcher):
        why = expected.explain(actual)
        yield from (f"{path}{line}" for line in why)
        if path and not why:
            yield f"{path}: {shorten(actual, _MOST_TEXT)} is not {expected!r}"
    elif _is_array(expected) and _is_array(actual):
        yield from _arrays(expected, actual, path, None, within)
    elif type(expected) is not type(actual):
        yield from _replaced(expected, actual, path)
    elif dataclasses.is_dataclass(expected) and not isinstance(expected, type):
        yield from _fields(expected, actual, path, within)
    elif isinstance(expected, str):
        yield from _texts(expected, actual, path)
    elif isinstance(expected, list | tuple):
        yield from _items(cast(Sequence[Any], expected), actual, path, within)
    elif isinstance(expected, Mapping):
        yield from _entries(cast(Mapping[Any, Any], expected), actual, path, within)
    elif path or (isinstance(expected, float) and f"{expected:g}" == f"{actual:g}"):
        yield from _replaced(expected, actual, path)


def _fields(expected: Any, actual: Any, path: str, within: float | None) -> Iterator[str]:
    for field in dataclasses.fields(expected):
        mine, theirs = getattr(expected, field.name), getattr(actual, field.name)
        if not field.compare or _fits(mine, theirs, within):
            continue
        inner = f"{path}.{field.name}" if path else field.name
        if isinstance(expected, AudioFrame) and field.name == "samples":
            yield from _arrays(mine, theirs, inner, expected.rate, within)
        else:
            yield from _differences(mine, theirs, inner, within)


def _items(
    expected: Sequence[Any], actual: Sequence[Any], path: str, within: float | None
) -> Iterator[str]:
    if len(expected) != len(actual):
        yield f"{path or 'it'} has {len(actual)} items instead of {len(expected)}"
    for index, (mine, theirs) in enumerate(zip(expected, actual, strict=False)):
        if not _fits(mine, theirs, within):
            yield from _differences(mine, theirs, f"{path}[{index}]", within)


def _entries(
    expected: Mapping[Any, Any], actual: Mapping[Any, Any], path: str, within: float | None
) -> Iterator[str]:
    for key in expected:
        inner = f"{path}.{key}" if path else str(key)
        if key not in actual:
            yield f"{inner} is missing"
        elif not _fits(expected[key], actual[key], within):
            yield from _differences(expected[key], actual[key], inner, within)
    for key in actual:
        if key not in expected:
            yield f"{f'{path}.{key}' if path else key} is extra"


def _texts(expected: str, actual: str, path: str) -> Iterator[str]:
    if max(len(expected), len(actual)) <= _MOST_TEXT:
        if path:
            yield from _replaced(expected, actual, path)
        return
    pairs = enumerate(zip(expected, actual, strict=False))
    at = next((i for i, (a, b) in pairs if a != b), min(len(expected), len(actual)))
    first = max(0, at - _AROUND)
    dots = "…" if first else ""
    mine, theirs = (f"{dots}{text[first : at + _AROUND]}" for text in (expected, actual))
    yield f"{path or 'it'} differs from character {at} on: {theirs!r} instead of {mine!r}"


def _is_array(value: object) -> bool:
    return isinstance(value, np.ndarray)


def _fits(expected: Any, actual: Any, within: float | None) -> bool:
    return same(expected, actual) if within is None else near(expected, actual, within)


def _arrays(
    expected: Any, actual: Any, path: str, rate: int | None, within: float | None
) -> Iterator[str]:
    name = path or "the array"
    if expected.dtype != actual.dtype and within is None:
        yield f"{name}: type {actual.dtype} instead of {expected.dtype}"
    if expected.shape != actual.shape:
        shape, wanted = _shape(actual), _shape(expected)
        yield f"{name}: {shape} instead of {wanted}"
        if expected.ndim != 1 or actual.ndim != 1:
            return
    size = min(len(expected), len(actual)) if expected.ndim else None
    mine, theirs = (expected[:size], actual[:size]) if expected.ndim else (expected, actual)
    with np.errstate(invalid="ignore"):
        other = ~((mine == theirs) | ((mine != mine) & (theirs != theirs)))
        if within is not None:
            other &= ~(np.abs(theirs.astype(float) - mine.astype(float)) <= within)
    if not np.any(other):
        return
    index = tuple(int(i) for i in np.argwhere(other)[0])
    where = ", ".join(map(str, index)) if index else "0"
    at = f" ({index[0] / rate:.6g} s)" if rate and index else ""
    many = int(np.count_nonzero(other))
    text = f"{name} differ first at {where}{at}" if rate else f"{name} differs first at {where}"
    text += f": {theirs[index]!s} instead of {mine[index]!s}"
    if many > 1:
        text += f"; {many} of {mine.size} differ{_by(mine, theirs)}"
    yield text


def _by(expected: Any, actual: Any) -> str:
    if expected.dtype.kind not in "iuf" or actual.dtype.kind not in "iuf":
        return ""
    most = np.nanmax(np.abs(actual.astype(float) - expected.astype(float)))
    return f", by {most:g} at most"


def _shape(array: Any) -> str:
    return f"length {array.shape[0]}" if array.ndim == 1 else f"shape {array.shape}"


def _replaced(expected: Any, actual: Any, path: str) -> Iterator[str]:
    if isinstance(expected, float) and isinstance(actual, float):
        yield f"{path or 'it'}: {actual!r} instead of {expected!r}, {actual - expected:+.3g}"
    elif path:
        mine, theirs = shorten(expected, _MOST_TEXT), shorten(actual, _MOST_TEXT)
        yield f"{path}: {theirs} instead of {mine}"


__all__ = ["explain"]
