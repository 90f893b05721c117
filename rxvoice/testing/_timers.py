"""Timers in the order in which they are due.

``TimerHandle._when`` and ``TimerHandle._scheduled`` are private to asyncio, and the same on CPython
3.11 to 3.13.
"""

import asyncio
import contextvars
import heapq
from collections.abc import Callable
from math import inf
from typing import Any

from ._seeds import IN_TURN, Ties


class Timer(asyncio.TimerHandle):
    """A timer that among equal deadlines comes by its rank, and then first in, first out."""

    __slots__ = ("_order", "_rank")

    _when: float

    def __init__(
        self,
        when: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: asyncio.AbstractEventLoop,
        context: contextvars.Context | None,
        rank: float,
        order: int,
    ) -> None:
        super().__init__(when, callback, args, loop, context)
        self._rank = rank
        self._order = order

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Timer):
            return NotImplemented
        if self._when != other._when:
            return self._when < other._when
        if self._rank != other._rank:
            return self._rank < other._rank
        return self._order < other._order


class Timers:
    """Makes timers, and puts them into a loop's heap of them.

    Args:
        loop: The loop.
        seed: Of the order among equal deadlines.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, seed: int | None) -> None:
        self.ties = Ties(seed)
        self._loop = loop
        self._made = 0
        self._instant = -1.0
        self._ranks = self.ties.ranks()

    def add(
        self,
        heap: list[Timer],
        when: float,
        callback: Callable[..., object],
        args: tuple[Any, ...] = (),
        context: contextvars.Context | None = None,
        rank: float | None = None,
    ) -> Timer:
        """Make a timer.

        Args:
            heap: The loop's timers.
            when: Its deadline; rounded to the microsecond.
            callback: What it calls.
            args: With what.
            context: In which context.
            rank: Its rank among equals. Unless given, it is drawn once for all that is made at one
                instant; what is due already keeps its turn.
        """
        when = round(when, 6)
        if when != when:
            raise ValueError("when must be a time, got NaN")
        if rank is None:
            rank = self._rank(when)
        timer = Timer(when, callback, args, self._loop, context, rank, self._made)
        self._made += 1
        heapq.heappush(heap, timer)
        timer._scheduled = True  # pyright: ignore[reportAttributeAccessIssue]
        return timer

    def _rank(self, when: float) -> float:
        """Return the rank of a timer that is made now.

        On a real clock time passes between two calls of one instant, so that of two timers with
        equal delays the one that was made first is always due first. But those that were made at
        different instants are due at one by chance.
        """
        now = self._loop.time()
        if not self.ties.are_drawn or when <= now:
            return IN_TURN
        if now != self._instant:
            self._instant, self._ranks = now, self.ties.ranks()
        return self._ranks(when)


def next_due(heap: list[Timer]) -> float | None:
    """Return the deadline of the next timer that was not cancelled; none that never comes."""
    if heap and not heap[0].cancelled():
        due = heap[0].when()
    else:
        due = min((timer.when() for timer in heap if not timer.cancelled()), default=inf)
    return due if due < inf else None


__all__ = ["Timer", "Timers", "next_due"]
