"""Presentation times (CO33)."""

import pytest

from rxvoice.errors import BufferOverflow
from rxvoice.items import Event, Token, Word
from rxvoice.operators import on_time
from rxvoice.testing import marbles, timers_left

VALUES: dict[str, Event] = {
    "a": Word("one", 0.3, 0.4),
    "b": Word("two", 0.6, 0.7),
    "c": Word("three", 0.6, 0.8),
    "t": Token("no time"),
}


def timed(source: str, out: str, **options: int) -> None:
    with marbles(0.1) as m:
        m.expect(m.hot(source, VALUES).pipe(on_time(**options))).to_be(out, VALUES)


def test_co33_an_item_comes_when_the_clock_shows_its_time() -> None:
    timed("-a-------|", "---a-----|")


def test_co33_items_come_in_the_order_of_their_times() -> None:
    timed("-(b a)--------|", "---a--b---|")


def test_co33_those_of_the_same_time_in_the_order_in_which_they_came() -> None:
    timed("-b-c-a------|", "-----a(b c)-----|")
    timed("-c-b--------|", "------(c b)-----|")


def test_co33_one_that_comes_just_when_others_are_due_comes_after_them() -> None:
    timed("-b----c----|", "------(b c)----|")


def test_co33_what_is_due_or_has_no_time_passes_at_once() -> None:
    timed("-t---a-----c-|", "-t---a-----c-|")


def test_it_completes_when_nothing_is_held_any_more() -> None:
    timed("-b|", "------(b |)")
    timed("|", "|")
    timed("---", "---")


def test_an_error_drops_what_is_held() -> None:
    timed("-b-#", "---#")


def test_what_it_holds_has_a_bound() -> None:
    with marbles(0.1) as m:
        out = m.hot("-(a b)--", VALUES).pipe(on_time(capacity=1))
        m.expect(out).to_be("-#", VALUES, BufferOverflow("on_time: more than 1 items wait"))


def test_unsubscribing_leaves_no_timer() -> None:
    left: list[int] = []
    with marbles(0.1) as m:
        m.expect(m.hot("-(a b)--", VALUES).pipe(on_time()), "^---!").to_be("---a", VALUES)
        m.at(0.45, lambda: left.append(len(timers_left(m.loop))))
    assert left == [0]


def test_each_subscriber_waits_for_itself() -> None:
    with marbles(0.1) as m:
        out = m.cold("-a---|", VALUES).pipe(on_time())
        m.expect(out).to_be("---a-|", VALUES)
        m.expect(out, "-^").to_be("---a--|", VALUES)


def test_the_capacity_is_checked() -> None:
    with pytest.raises(ValueError, match="capacity must be positive, got 0"):
        on_time(capacity=0)
