"""The times of packets that are lost, late, doubled or absurd."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.telephony._timeline import FORGIVEN, LONGEST, Timeline


def test_without_numbers_and_stamps_packets_follow_each_other() -> None:
    line = Timeline(8_000)
    assert [line.place(160), line.place(80), line.place(160)] == pytest.approx([0.0, 0.02, 0.03])


def test_numbers_that_begin_anew_go_on_where_it_was() -> None:
    line = Timeline(8_000)
    line.place(160, number=5_000)
    assert line.place(160, number=1) == pytest.approx(0.02)
    assert line.place(160, number=2) == pytest.approx(0.04)


def test_a_jump_too_far_in_numbers_is_not_believed() -> None:
    line = Timeline(8_000)
    line.place(160, number=1)
    assert line.place(160, number=1_000_000) == pytest.approx(0.02)
    assert line.place(160, number=1_000_002) == pytest.approx(0.06)


def test_stamps_that_begin_anew_go_on_where_it_was() -> None:
    line = Timeline(8_000)
    line.place(160, stamp=1_000.0)
    assert line.place(160, stamp=0.0) == pytest.approx(0.02)
    assert line.place(160, stamp=0.06) == pytest.approx(0.08)


def test_a_pause_that_is_too_long_counts_for_ten_minutes() -> None:
    line = Timeline(8_000)
    line.place(160, stamp=0.0)
    assert line.place(160, stamp=1e9) == pytest.approx(LONGEST + 0.02)
    assert line.place(160, stamp=1e9 + 0.02) == pytest.approx(LONGEST + 0.04)


packets = st.tuples(
    st.integers(1, 200_000),
    st.none() | st.integers(0, 10**15) | st.integers(0, 2 * FORGIVEN),
    st.none() | st.floats(0.0, 1e12),
)


@given(st.lists(packets, max_size=40))
def test_time_is_bounded_whatever_comes(given: list[tuple[int, int | None, float | None]]) -> None:
    line = Timeline(8_000)
    heard, latest = 0.0, 0.0
    for count, number, stamp in given:
        pts = line.place(count, number=number, stamp=stamp)
        heard += count / 8_000
        if pts is not None:
            assert pts >= 0.0
            assert pts <= latest + 2 * LONGEST + count / 8_000
            latest = max(latest, pts + count / 8_000)
    assert len(line._missing) <= FORGIVEN  # pyright: ignore[reportPrivateUsage]
