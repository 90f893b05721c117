"""`on_time`."""

from __future__ import annotations

import heapq
from typing import Any, TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.errors import BufferOverflow

T = TypeVar("T")
_EARLY = 1e-6
"""Seconds; times are sums of floats, and a loop may round them to its resolution."""


def on_time(*, capacity: int = 10_000) -> Operator[T, T]:
    """Hold each item back until the session's clock shows its ``pts``.

    Items come out in the order of their times, those of the same time in the order in which they
    came. What is due already, and what has no ``pts``, passes at once. It is for items that tell
    when they are to happen on the session's clock: captions, slides, keys of a recorded call. The
    bot's voice has `pace`, which cuts audio into pieces and follows a voice that is late.

    It completes when the source has and nothing is held any more. An error passes at once, and
    what was held is dropped.

    Marbles (one column is 100 ms)::

        marks  -(c a b)--p------|
        on_time()
        out    ---ap-b--c-|

        a: Word("one", 0.3, 0.4)  b: Word("two", 0.6, 0.7)  c: Word("three", 0.9, 1.0)
        p: Word("past", 0.2, 0.3)

    Args:
        capacity: How many items may be held; one more fails the stream with `BufferOverflow`.

    Returns:
        The operator.

    Raises:
        ValueError: When ``capacity`` is not positive.
    """
    if capacity < 1:
        raise ValueError(f"capacity must be positive, got {capacity}")

    def timed(source: Observable[T]) -> Observable[T]:
        def subscribe(
            observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            held = _Held(observer, loop_scheduler(scheduler), capacity)
            subscription = source.subscribe(
                held.on_next, held.on_error, held.on_completed, scheduler=scheduler
            )
            return CompositeDisposable(subscription, held.timer)

        return Stream(subscribe)

    return timed


class _Held:
    """One subscription: what waits for its time."""

    def __init__(
        self, observer: abc.ObserverBase[Any], clock: LoopScheduler, capacity: int
    ) -> None:
        self.timer = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._capacity = capacity
        self._waiting: list[tuple[float, int, Any]] = []
        self._count = 0
        self._ended = False

    def on_next(self, item: Any) -> None:
        """Take an item from the source."""
        due: object = getattr(item, "pts", None)
        if not isinstance(due, float | int):
            self._observer.on_next(item)
        elif due <= self._now:
            self._give_until(due)  # the loop may not have come to those yet
            self._observer.on_next(item)
        elif len(self._waiting) >= self._capacity:
            self.on_error(BufferOverflow(f"on_time: more than {self._capacity} items wait"))
        else:
            self._count += 1
            heapq.heappush(self._waiting, (due, self._count, item))
            if self._waiting[0][1] == self._count:
                self._wait()

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self.timer.dispose()
        self._waiting.clear()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        self._finish()

    @property
    def _now(self) -> float:
        return self._clock.now_seconds + _EARLY

    def _wait(self) -> None:
        self.timer.disposable = self._clock.call_at(self._waiting[0][0], self._release)

    def _give_until(self, time: float) -> None:
        while self._waiting and self._waiting[0][0] <= time and not self.timer.is_disposed:
            self._observer.on_next(heapq.heappop(self._waiting)[2])

    def _release(self) -> None:
        self._give_until(self._now)
        if self._waiting and not self.timer.is_disposed:
            self._wait()
        self._finish()

    def _finish(self) -> None:
        if self._ended and not self._waiting and not self.timer.is_disposed:
            self.timer.dispose()
            self._observer.on_completed()
