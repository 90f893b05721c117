"""Observables for one loop: subscribed for half the price, and told without locks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any, Final, TypeVar

from reactivex import Observable, abc
from reactivex.internal import default_error, noop
from reactivex.scheduler import CurrentThreadScheduler
from reactivex.scheduler.scheduleditem import ScheduledItem
from reactivex.scheduler.trampoline import Trampoline

from rxvoice._disposables import Disposable

T = TypeVar("T")

EPOCH: Final[datetime] = CurrentThreadScheduler.to_datetime(0.0)


class _Here(threading.local):
    """RxPY's trampoline of a thread, which is looked for once."""

    def __init__(self) -> None:
        self.trampoline: Trampoline = CurrentThreadScheduler.singleton().get_trampoline()


class _AtOnce(CurrentThreadScheduler):
    """Has a clock that stands: what is due at the epoch is due, whatever the wall clock says."""

    @property
    def now(self) -> datetime:
        return EPOCH


_here = _Here()
_AT_ONCE: Final = _AtOnce()


class Stream(Observable[T]):
    """An observable that is made of a function, as RxPY's own, for one loop.

    It keeps RxPY's rules: nothing comes out after the end or after unsubscribing, what was begun
    is disposed at the end, an exception while it is subscribed is its error, and what is emitted
    at once waits on the trampoline until the outermost subscription is made. A subscription is
    one small object without locks, where RxPY has four with two.

    Args:
        subscribe: Called at each subscription with the observer and the scheduler.
    """

    def __init__(self, subscribe: abc.Subscription[T] | None = None) -> None:
        self._subscribe = subscribe  # and no lock, before one is asked for

    @cached_property
    def lock(self) -> threading.RLock:  # pyright: ignore[reportIncompatibleVariableOverride]
        """What RxPY's operators of several sources take."""
        return threading.RLock()

    def subscribe(
        self,
        on_next: abc.ObserverBase[T] | Callable[[T], object] | None = None,
        on_error: Callable[[Exception], object] | None = None,
        on_completed: Callable[[], object] | None = None,
        *,
        scheduler: abc.SchedulerBase | None = None,
    ) -> abc.DisposableBase:
        """Subscribe an observer, or functions; see `reactivex.Observable.subscribe`."""
        observer: Any = on_next
        if callable(getattr(observer, "on_next", None)):
            link: _Link[T] = _Link(observer.on_next, observer.on_error, observer.on_completed)
        else:
            link = _Link(observer or noop, on_error or default_error, on_completed or noop)
        trampoline = _here.trampoline
        if trampoline.idle():
            trampoline.run(_Beginning(link, self._subscribe_core, scheduler))
        else:
            link.begin(self._subscribe_core, scheduler)
        return link


class _Link(abc.ObserverBase[T], abc.DisposableBase):
    """One subscription: what the stream is given as observer, and who subscribed as disposable."""

    __slots__ = ("_inner", "_on_completed", "_on_error", "_on_next", "_stopped")

    def __init__(
        self,
        on_next: Callable[[T], object],
        on_error: Callable[[Exception], object],
        on_completed: Callable[[], object],
    ) -> None:
        self._on_next = on_next
        self._on_error = on_error
        self._on_completed = on_completed
        self._stopped = False
        self._inner: abc.DisposableBase | None = None

    def begin(self, subscribe: abc.Subscription[T], scheduler: abc.SchedulerBase | None) -> None:
        try:
            inner = subscribe(self, scheduler)
        except Exception as error:
            if self._stopped:
                raise
            self._stopped = True
            self._on_error(error)
            return
        if self._stopped:
            inner.dispose()
        else:
            self._inner = inner

    def on_next(self, value: T) -> None:
        if not self._stopped:
            self._on_next(value)

    def on_error(self, error: Exception) -> None:
        if not self._stopped:
            self._stopped = True
            try:
                self._on_error(error)
            finally:
                self.dispose()

    def on_completed(self) -> None:
        if not self._stopped:
            self._stopped = True
            try:
                self._on_completed()
            finally:
                self.dispose()

    def dispose(self) -> None:
        self._stopped = True
        inner, self._inner = self._inner, None
        if inner is not None:
            inner.dispose()


class _Beginning(ScheduledItem):
    """An outermost subscription on the trampoline: due at any time, and never cancelled."""

    def __init__(
        self,
        link: _Link[Any],
        subscribe: abc.Subscription[Any],
        scheduler: abc.SchedulerBase | None,
    ) -> None:
        self.scheduler = _AT_ONCE
        self.duetime = EPOCH
        self._begun = link, subscribe, scheduler

    def invoke(self) -> None:
        link, subscribe, scheduler = self._begun
        link.begin(subscribe, scheduler)

    def is_cancelled(self) -> bool:
        return False


class Inlet(Stream[T]):
    """A stream that emits what it is told: RxPY's `Subject` without locks.

    What a subscriber raises reaches whoever tells. Who subscribes after the end is told the end.
    """

    def __init__(self) -> None:
        super().__init__()
        self._observers: tuple[abc.ObserverBase[T], ...] = ()
        self._ended = False
        self._error: Exception | None = None

    def on_next(self, item: T) -> None:
        """Emit an item."""
        for observer in self._observers:
            observer.on_next(item)

    def on_error(self, error: Exception) -> None:
        """Fail."""
        if not self._ended:
            self._error = error
            for observer in self._end():
                observer.on_error(error)

    def on_completed(self) -> None:
        """Complete."""
        if not self._ended:
            for observer in self._end():
                observer.on_completed()

    def _subscribe_core(
        self, observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        if self._error is not None:
            observer.on_error(self._error)
        elif self._ended:
            observer.on_completed()
        else:
            self._observers += (observer,)
        return Disposable(lambda: self._leave(observer))

    def _end(self) -> tuple[abc.ObserverBase[T], ...]:
        self._ended = True
        observers, self._observers = self._observers, ()
        return observers

    def _leave(self, observer: abc.ObserverBase[T]) -> None:
        self._observers = tuple(other for other in self._observers if other is not observer)


def deferred(make: Callable[[], Observable[T]]) -> Stream[T]:
    """Make a stream anew at each subscription; what ``make`` raises is the stream's error."""

    def subscribe(
        observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        return make().subscribe(observer, scheduler=scheduler)

    return Stream(subscribe)


__all__ = ["Inlet", "Stream", "deferred"]
