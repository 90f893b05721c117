"""Samples of several channels, held in memory."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rxvoice.audio._canvas import Canvas


def level(number: int, count: int) -> NDArray[np.int16]:
    return np.full(count, number, np.int16)


def test_what_was_never_written_is_silence() -> None:
    canvas = Canvas(2)
    canvas.write(level(7, 3), 2, channel=1)
    assert canvas.read(0, 6).T.tolist() == [[0] * 6, [0, 0, 7, 7, 7, 0]]
    assert (canvas.end, canvas.end_of(0), canvas.end_of(1)) == (5, 0, 5)


def test_what_is_cut_is_silence_whatever_is_behind() -> None:
    canvas = Canvas(1)
    canvas.write(level(7, 10), 0, channel=0)
    canvas.cut(4, channel=0)
    canvas.write(level(8, 1), 6, channel=0)
    assert canvas.read(0, 8)[:, 0].tolist() == [7, 7, 7, 7, 0, 0, 8, 0]


def test_a_copy_is_read() -> None:
    canvas = Canvas(1)
    canvas.write(level(7, 4), 0, channel=0)
    piece = canvas.read(0, 4)
    canvas.cut(0, channel=0)
    assert piece[:, 0].tolist() == [7] * 4


def test_memory_is_given_back() -> None:
    canvas = Canvas(1)
    for at in range(0, 1_000_000, 1_000):
        canvas.write(level(at // 1_000 % 100 + 1, 1_000), at, channel=0)
        canvas.forget(at - 5_000)
    assert vars(canvas)["_samples"].size < 50_000
    assert canvas.read(998_999, 999_001)[:, 0].tolist() == [99, 100]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["write", "write", "cut", "forget"]),
            st.integers(0, 1),
            st.integers(0, 9_000),
            st.integers(1, 9_000),
        )
    )
)
def test_it_is_a_long_array_of_which_the_beginning_is_lost(
    steps: list[tuple[str, int, int, int]],
) -> None:
    canvas, model, lost = Canvas(2), np.zeros((2, 20_000), np.int16), 0
    for number, (step, channel, at, count) in enumerate(steps, start=1):
        if step == "write":
            canvas.write(level(number, count), at, channel)
            model[channel, max(at, lost) : at + count] = number
        elif step == "cut":
            canvas.cut(at, channel)
            model[channel, max(at, lost) :] = 0
        else:
            lost = max(lost, at)
            canvas.forget(at)
    assert np.array_equal(canvas.read(lost, 20_000).T, model[:, lost:])
