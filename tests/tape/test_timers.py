"""Which timer of a moment is which one on the tape."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.aio import from_async
from rxvoice.tape import fork, replay
from rxvoice.tape._timers import Places
from tests.tape.test_record import counted, hold

DUES = (0.13, 0.17, 0.25)


def agent(dues: Sequence[float], patience: float = 9.0) -> Observable[object]:
    """Tell each number once more after each of these times, unless nobody wants to wait."""

    def told(number: int) -> Observable[object]:
        later = [rx.timer(due).pipe(ops.map(lambda _, due=due: (number, due))) for due in dues]
        return rx.merge(*later).pipe(ops.take_until(rx.timer(patience)))

    return from_async(counted, name="numbers").pipe(ops.flat_map(told))


def test_in_which_order_they_are_set_makes_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    hold(path, agent(DUES))
    for dues in permutations(DUES):
        again = replay(path, agent(dues)).check()
        assert len(again.events) == 15
        assert fork(path, agent(dues), at=0.31).divergence is None


@pytest.mark.parametrize("place", range(3))
def test_one_that_is_set_for_another_time_does(tmp_path: Path, place: int) -> None:
    path = tmp_path / "call.rxv"
    hold(path, agent(DUES))
    dues = [*DUES[:place], DUES[place] + 0.01, *DUES[place + 1 :]]
    divergence = replay(path, agent(dues)).divergence
    assert divergence is not None
    was, now = (f"a timer for {0.1 + due:.15g} s" for due in (DUES[place], dues[place]))
    assert (divergence.at, divergence.recorded, divergence.replayed) == (0.1, was, now)


@given(st.lists(st.integers(1, 5)), st.lists(st.integers(1, 5)))
def test_each_has_a_place_of_its_own(dues: list[int], whens: list[int]) -> None:
    places = Places([float(due) for due in dues], 0.5)
    found = [places.find(made, float(when)) for made, when in enumerate(whens)]
    taken = [place for place, _ in found]
    assert len(set(taken)) == len(taken)
    for (place, missed), when in zip(found, whens, strict=True):
        if place < len(dues):
            assert missed in (None, dues[place])
            assert (missed is None) == (dues[place] == when)
        else:
            assert missed is None


def test_one_of_the_past_is_due_at_once() -> None:
    places = Places([3.0, 4.0], 3.0)
    assert places.find(0, 1.0) == (0, None)
    assert places.find(1, 1e12) == (1, 4.0)
