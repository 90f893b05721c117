"""Emitting items at given times."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from reactivex import Observable, abc
from reactivex.disposable import Disposable

from rxvoice.clock import LoopScheduler, loop_scheduler

T = TypeVar("T")


def timed(
    items: Iterable[tuple[float, T]], end: float | None, error: Exception | None = None
) -> Observable[T]:
    """Emit items at times that count from the subscription.

    Args:
        items: Seconds and item, in order.
        end: When to complete, or to fail, in seconds; never unless given.
        error: What to fail with.
    """
    steps = list(items)

    def subscribe(
        observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        emission = _Emission(observer, loop_scheduler(scheduler), steps, end, error)
        emission.advance()
        return Disposable(emission.dispose)

    return Observable(subscribe)


class _Emission(Generic[T]):
    """One subscription. Between two items, only the loop holds it."""

    def __init__(
        self,
        observer: abc.ObserverBase[T],
        clock: LoopScheduler,
        steps: list[tuple[float, T]],
        end: float | None,
        error: Exception | None,
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._start = clock.now_seconds
        self._following = iter(steps)
        self._end = end
        self._error = error
        self._timer: abc.DisposableBase | None = None
        self._disposed = False

    def advance(self) -> None:
        step = next(self._following, None)
        if step is not None:
            item = step[1]
            self._timer = self._clock.call_at(self._start + step[0], lambda: self._emit(item))
        elif self._end is not None:
            self._timer = self._clock.call_at(self._start + self._end, self._finish)

    def dispose(self) -> None:
        self._disposed = True
        if self._timer is not None:
            self._timer.dispose()

    def _emit(self, item: T) -> None:
        self._timer = None
        self._observer.on_next(item)
        if not self._disposed:
            self.advance()

    def _finish(self) -> None:
        self._timer = None
        if self._error is None:
            self._observer.on_completed()
        else:
            self._observer.on_error(self._error)
