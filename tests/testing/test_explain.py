"""Where two values differ, in words."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numbers

from rxvoice.items import AudioFrame, Turn, TurnStarted
from rxvoice.testing import approx, like, tone
from rxvoice.testing._explain import explain
from rxvoice.testing._shorten import shorten

FRAME = tone(0.02)


def changed(start: int, end: int, by: int, pts: float = 0.0) -> AudioFrame:
    """The frame with some other samples."""
    samples = FRAME.samples.copy()
    samples[start:end] += by
    return AudioFrame(samples, 16_000, pts)


@dataclass(frozen=True)
class Pair:
    left: object
    right: object


CASES: list[tuple[object, object, list[str]]] = [
    (
        FRAME,
        changed(17, 18, 3),
        ["samples differ first at 17 (0.0010625 s): 1996 instead of 1993"],
    ),
    (
        FRAME,
        changed(32, 42, -5, pts=0.5),
        [
            "samples differ first at 32 (0.002 s): -6734 instead of -6729; "
            "10 of 320 differ, by 5 at most",
            "pts: 0.5 instead of 0.0, +0.5",
        ],
    ),
    (FRAME, tone(0.03), ["samples: length 480 instead of length 320"]),
    (FRAME, AudioFrame(FRAME.samples, 8_000), ["rate: 8000 instead of 16000"]),
    (np.zeros(3), np.zeros(3, np.int16), ["the array: type int16 instead of float64"]),
    (
        np.zeros(3),
        np.ones(3, np.int16),
        [
            "the array: type int16 instead of float64",
            "the array differs first at 0: 1 instead of 0.0; 3 of 3 differ, by 1 at most",
        ],
    ),
    (np.zeros((2, 3)), np.zeros((3, 2)), ["the array: shape (3, 2) instead of shape (2, 3)"]),
    (
        np.zeros((2, 3)),
        np.eye(3)[:2],
        ["the array differs first at 0, 0: 1.0 instead of 0.0; 2 of 6 differ, by 1 at most"],
    ),
    (
        np.array([1.0, np.nan]),
        np.array([1.0, 2.0]),
        ["the array differs first at 1: 2.0 instead of nan"],
    ),
    (np.array(["a", "b"]), np.array(["a", "c"]), ["the array differs first at 1: c instead of b"]),
    (Turn("hello"), Turn("help", 3), ["text: 'help' instead of 'hello'", "number: 3 instead of 1"]),
    (
        Turn("x", pts=approx(3.0)),
        Turn("x", pts=3.1),
        ["pts: 3.1 is not approx(3.0, abs=1e-06)"],
    ),
    (Turn("x"), TurnStarted(1), []),
    (1, 2, []),
    (0.1 + 0.2, 0.3, ["it: 0.3 instead of 0.30000000000000004, -5.55e-17"]),
    (1.0, 2.0, []),
    ("a", "b", []),
    (
        "a" * 50 + "b" + "c" * 40,
        "a" * 50 + "d" + "c" * 40,
        [
            "it differs from character 50 on: "
            "'…aaaaaaaaaaaadccccccccccc' instead of '…aaaaaaaaaaaabccccccccccc'"
        ],
    ),
    ([1, 2, 3], [1, 5, 3], ["[1]: 5 instead of 2"]),
    ([1, 2], [1, 2, 3], ["it has 3 items instead of 2"]),
    ({"a": 1, "b": 2}, {"a": 2, "c": 1}, ["a: 2 instead of 1", "b is missing", "c is extra"]),
    (
        Pair([1, FRAME], "x"),
        Pair([1, changed(0, 1, 7)], "x"),
        ["left[1].samples differ first at 0 (0 s): 7 instead of 0"],
    ),
    (approx(FRAME, abs=4), changed(5, 6, 3), []),
    (
        approx(FRAME, abs=4),
        changed(5, 7, 5),
        [
            "samples differ first at 5 (0.0003125 s): 7480 instead of 7475; "
            "2 of 320 differ, by 5 at most"
        ],
    ),
    (
        approx(np.zeros(2, np.int16)),
        np.ones(2),
        ["the array differs first at 0: 1.0 instead of 0; 2 of 2 differ, by 1 at most"],
    ),
    (like(Turn, text="x"), Turn("y"), ["text: 'y' instead of 'x'"]),
    (like(Turn, pts=approx(1.0)), Turn("y", pts=2.0), ["pts: 2.0 is not approx(1.0, abs=1e-06)"]),
    (like(Turn), 5, ["int instead of Turn"]),
]


@pytest.mark.parametrize(("expected", "actual", "lines"), CASES)
def test_what_is_said(expected: object, actual: object, lines: list[str]) -> None:
    assert explain(expected, actual) == lines


def test_only_so_much_is_said() -> None:
    lines = explain([*range(50)], [*range(1, 51)])
    assert len(lines) == 7
    assert lines[-1] == "…"


@given(st.data(), numbers.scalar_dtypes())
def test_arrays_of_all_kinds_are_explained(
    data: st.DataObject, dtype: np.dtype[np.generic]
) -> None:
    shape = numbers.array_shapes(min_dims=0, max_dims=2, max_side=3)
    one, other = (data.draw(numbers.arrays(dtype, shape)) for _ in range(2))
    assert explain(one, one) == []
    assert all(isinstance(line, str) for line in explain(one, other))


def test_values_are_written_short() -> None:
    assert shorten(np.arange(3_000, dtype=np.int16)) == "int16 3000 [ 0 1 2 ... 2997 2998 2999]"
    assert shorten(np.zeros((2, 2))) == "float64 2×2 [[0. 0.] [0. 0.]]"
    assert len(shorten({"a": np.zeros(100_000)})) < 80
    assert shorten("x" * 500, 10) == "'xxxxxxxx…"
    assert shorten(test_values_are_written_short) == "function test_values_are_written_short"
    assert shorten(replace(Turn("a\nb"))) == repr(Turn("a\nb"))[:160]
