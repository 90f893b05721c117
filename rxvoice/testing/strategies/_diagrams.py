"""When things happen."""

from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ._timeline import Ending, Timeline

T = TypeVar("T")

PAUSES = (0.2, 0.6, 1.0, 3.0)
"""Seconds at which something usually changes: silence that ends a turn, a lost microphone …"""


def gaps(tick: float = 0.02) -> SearchStrategy[int]:
    """Ticks between two items: mostly a few, sometimes as many as make a difference."""
    few = [1, 0, 2, 3]
    return st.sampled_from([*few * 5, *(max(1, round(pause / tick)) for pause in PAUSES)])


def often(often: SearchStrategy[T], seldom: SearchStrategy[T]) -> SearchStrategy[T]:
    """Draw from the first strategy three times out of four."""
    return st.integers(0, 3).flatmap(lambda number: seldom if number == 3 else often)


def endings() -> SearchStrategy[Ending]:
    """Completion, failure, or neither."""
    return st.sampled_from(("|", "#", ""))


@st.composite
def timelines(
    draw: st.DrawFn,
    items: SearchStrategy[T],
    *,
    max_size: int = 8,
    ending: SearchStrategy[Ending] | None = None,
    tick: float = 0.02,
) -> Timeline[T]:
    """Timelines of items that have nothing to do with each other.

    Args:
        draw: Given by Hypothesis.
        items: What they are made of.
        max_size: The most items.
        ending: How they end; any way unless given.
        tick: Seconds a tick takes.
    """
    gap = gaps(tick)
    timed: list[tuple[int, T]] = []
    now = 0
    for wait, item in draw(st.lists(st.tuples(gap, items), max_size=max_size)):
        now += wait
        timed.append((now, item))
    now += draw(gap)
    return Timeline(tuple(timed), now, draw(endings() if ending is None else ending), tick)


__all__ = ["endings", "gaps", "often", "timelines"]
