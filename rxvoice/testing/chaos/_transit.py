"""Items under way: released by deadlines, with one timer."""

import heapq
import math
from collections.abc import Callable
from typing import Generic, TypeVar

from reactivex import abc
from reactivex.disposable import SerialDisposable

from rxvoice.clock import LoopScheduler

EARLY = 1e-6  # times are sums of floats, and a loop may round them to its resolution

A = TypeVar("A")


class Transit(Generic[A]):
    """Holds items until they are due; one that is due earlier overtakes, equals keep their order.

    Args:
        observer: Who gets them.
        clock: Whose time counts.
    """

    def __init__(self, observer: abc.ObserverBase[A], clock: LoopScheduler) -> None:
        self._observer = observer
        self._clock = clock
        self._under_way: list[tuple[float, int, A]] = []
        self._count = 0
        self._end: Callable[[], None] | None = None
        self._end_due = 0.0
        self._timer = SerialDisposable()
        self._armed = math.inf
        self._releasing = False
        self._disposed = False

    @property
    def now(self) -> float:
        """Seconds on the session's clock."""
        return self._clock.now_seconds

    def send(self, item: A, due: float) -> None:
        """Release an item when it is due; at once when that is now."""
        self._count += 1
        heapq.heappush(self._under_way, (due, self._count, item))
        self._turn()

    def complete(self, due: float = -math.inf) -> None:
        """Complete when that is due and all items are out."""
        self._end, self._end_due = self._observer.on_completed, due
        self._turn()

    def fail(self, error: Exception, due: float = -math.inf) -> None:
        """Fail when that is due and all items are out."""
        self._end, self._end_due = lambda: self._observer.on_error(error), due
        self._turn()

    def dispose(self) -> None:
        """Forget what is under way."""
        self._disposed = True
        self._timer.dispose()

    def _turn(self) -> None:
        """Release all that is due, and wait for what comes next."""
        if self._releasing:  # somebody who hears an item made another one come in
            return
        self._releasing = True
        try:
            while not self._disposed and self._next() <= self.now + EARLY:
                self._release()
        finally:
            self._releasing = False
        due = self._next()
        if not self._disposed and due != self._armed:
            self._armed = due
            self._timer.disposable = (
                self._clock.call_at(due, self._ring) if due < math.inf else None
            )

    def _ring(self) -> None:
        self._armed = math.inf
        self._turn()

    def _next(self) -> float:
        if self._under_way:
            return self._under_way[0][0]
        return math.inf if self._end is None else self._end_due

    def _release(self) -> None:
        if self._under_way:
            self._observer.on_next(heapq.heappop(self._under_way)[2])
        elif self._end is not None:
            end = self._end
            self.dispose()
            end()


__all__ = ["EARLY", "Transit"]
