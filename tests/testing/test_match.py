from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.items import AudioFrame, Turn, Word
from rxvoice.testing import Matcher, OnCompleted, OnError, OnNext, anything, approx, like, tone
from rxvoice.testing._match import same, same_error


@dataclass(frozen=True)
class Measured:
    name: str
    value: float
    samples: np.ndarray[tuple[int], np.dtype[np.generic]]


@dataclass(frozen=True)
class Holder:
    held: object


def above_three(value: int) -> bool:
    return value > 3


def mentions_a(error: object) -> bool:
    return "a" in str(error)


FITS: list[tuple[object, object]] = [
    (1, 1),
    ("a", "a"),
    (None, None),
    (np.arange(3), np.arange(3)),
    ([np.zeros(2), "a"], [np.zeros(2), "a"]),
    ({"k": (np.zeros(2),)}, {"k": (np.zeros(2),)}),
    (tone(0.02), tone(0.02)),
    (anything, object()),
    (approx(1.0, abs=0.1), 1.05),
    (approx(np.zeros(2), abs=0.1), np.array([0.05, -0.05])),
    (approx([1.0, "a"]), [1.0000001, "a"]),
    (approx({"k": 1.0}), {"k": 1.0000001}),
    (approx(Word("w", 1.0, 2.0), abs=0.01), Word("w", 1.005, 2.005)),
    (approx(tone(0.02), abs=1), AudioFrame(tone(0.02).samples + np.int16(1), 16_000)),
    (approx(Measured("a", 1.0, np.zeros(1))), Measured("a", 1.0, np.zeros(1))),
    (approx(1.0, abs=0.1), 1.1),
    (Measured("a", 1.0, np.zeros(2)), Measured("a", 1.0, np.zeros(2))),
    (Turn("x", pts=anything), Turn("x", pts=3.0)),
    (like(Turn), Turn("x")),
    (like(Turn, text="x", number=anything), Turn("x", 5)),
    (above_three, 4),
    ([anything, 2], ["x", 2]),
    (int, int),
    (float("nan"), float("nan")),
    (np.float32("nan"), float("nan")),
    (np.array([1.0, np.nan]), np.array([1.0, np.nan])),
    (np.array([1j, np.nan]), np.array([1j, np.nan])),
    (np.array(["a", None], dtype=object), np.array(["a", None], dtype=object)),
    (np.zeros((2, 0)), np.zeros((2, 0))),
    (
        Measured("a", float("nan"), np.array([np.nan])),
        Measured("a", float("nan"), np.array([np.nan])),
    ),
    ([Measured("a", 1.0, np.zeros(3))], [Measured("a", 1.0, np.zeros(3))]),
    (Measured("a", 1.0, np.zeros(0)), Measured("a", 1.0, np.zeros(0))),
    (Holder(print), Holder(print)),
    (Measured("a", approx(1.0, abs=0.1), np.zeros(2)), Measured("a", 1.05, np.zeros(2))),
    (approx(float("nan")), float("nan")),
    (approx(np.array([1.0, np.nan])), np.array([1.0, np.nan])),
    (approx([anything, 1.0]), ["x", 1.0]),
    (approx(float("inf")), float("inf")),
]

DIFFERS: list[tuple[object, object]] = [
    (1, 2),
    (np.arange(3), np.arange(4)),
    (np.arange(3), np.arange(3.0)),
    (np.arange(3), [0, 1, 2]),
    ([0, 1], (0, 1)),
    ([0, 1], [0]),
    ({"k": 1}, {"l": 1}),
    (tone(0.02), tone(0.02, level=0.2)),
    (approx(1.0, abs=0.1), 1.2),
    (approx(1.0), "1.0"),
    (Measured("a", 1.0, np.zeros(2)), Measured("a", 1.0, np.ones(2))),
    (Turn("x", pts=approx(3.0)), Turn("x", pts=3.1)),
    (approx([1.0]), [1.0, 2.0]),
    (approx({"k": 1.0}), 5),
    (approx(np.zeros(2)), np.zeros(3)),
    (approx(np.zeros(2)), 0.0),
    (approx("a"), "b"),
    (approx(Word("w", 1.0), abs=0.01), Word("v", 1.0)),
    (approx(Word("w", 1.0), abs=0.01), Word("w", 1.1)),
    (like(Turn), "x"),
    (like(Turn, text="x"), Turn("y")),
    (above_three, 3),
    (int, 5),
    (float("nan"), 1.0),
    (1.0, float("nan")),
    (np.array([1.0, np.nan]), np.array([np.nan, 1.0])),
    (np.zeros((2, 3)), np.zeros((3, 2))),
    (np.zeros(1), np.zeros((1, 1))),
    (np.zeros(1, np.int16), np.zeros(1, np.int32)),
    (np.array(1.0), 1.0),
    (Measured("a", 1.0, np.zeros(2)), Measured("a", 1.0, np.zeros(3))),
    (Measured("a", 1.0, np.zeros(2)), Measured("a", 1.0, np.zeros(2, np.float32))),
    (Measured("a", 1.0, np.zeros(2)), Measured("b", 1.0, np.zeros(2))),
    (Holder(bool), Holder(int)),
    (Holder(above_three), Holder(4)),
    (approx(float("nan")), 1.0),
    (approx(float("inf")), 1.0),
    (like(Turn, missing=None), Turn("x")),
]


@pytest.mark.parametrize(("expected", "actual"), FITS)
def test_what_fits(expected: object, actual: object) -> None:
    assert same(expected, actual)


@pytest.mark.parametrize(("expected", "actual"), DIFFERS)
def test_what_does_not_fit(expected: object, actual: object) -> None:
    assert not same(expected, actual)


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_everything_fits_itself(value: object) -> None:
    assert same(value, value)
    assert same(approx(value), value)


def test_errors_compare_by_type_and_message() -> None:
    assert same_error(ValueError("a"), ValueError("a"))
    assert same_error(ValueError, ValueError("a"))
    assert same_error(anything, ValueError("a"))
    assert same_error(mentions_a, ValueError("a"))
    assert not same_error(ValueError("a"), ValueError("b"))
    assert not same_error(ValueError("a"), KeyError("a"))
    assert not same_error(Exception("a"), ValueError("a"))
    assert not same_error(Exception, ValueError("a"))


def test_groups_of_errors_compare_one_by_one() -> None:
    def group(*errors: Exception) -> ExceptionGroup[Exception]:
        return ExceptionGroup("several", errors)

    assert same_error(group(ValueError("a"), OSError("b")), group(ValueError("a"), OSError("b")))
    assert not same_error(group(ValueError("a")), group(ValueError("b")))
    assert not same_error(group(ValueError("a")), group(KeyError("a")))
    assert not same_error(group(group(ValueError("a"))), group(group(ValueError("b"))))


def test_notifications_compare_like_what_they_hold() -> None:
    assert OnNext(np.zeros(2)) == OnNext(np.zeros(2))
    assert OnNext(anything) == OnNext(5)
    assert OnError(ValueError("a")) == OnError(ValueError("a"))
    assert OnNext(1) != OnNext(2)
    assert OnNext(1) != OnCompleted()
    assert OnError(anything) != OnNext(1)


def test_matchers_show_what_they_ask() -> None:
    assert repr(anything) == "anything"
    assert repr(approx(1.0, abs=0.5)) == "approx(1.0, abs=0.5)"
    assert repr(like(Turn, text="x")) == "like(Turn, text='x')"
    assert repr(Matcher(bool, "truth")) == "truth"
