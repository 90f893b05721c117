"""A subscriber that sees everything."""

from collections.abc import Callable
from typing import Any

from reactivex import Observable, abc
from reactivex.disposable import SingleAssignmentDisposable
from reactivex.scheduler import CurrentThreadScheduler

from rxvoice.clock import LoopScheduler
from rxvoice.testing._notifications import Notification, OnCompleted, OnError, OnNext
from rxvoice.testing.strategies import Played

from ._case import Log


class Probe(abc.ObserverBase[Any]):
    """A subscriber that trusts nobody.

    RxPY puts an observer around each subscriber that hides what comes after the end or after
    unsubscribing. Unless ``guarded`` this one is subscribed without it.

    Args:
        stream: What it subscribes to.
        source: What that is made from.
        scheduler: With which it subscribes.
        guarded: Whether it is subscribed as usual.

    Attributes:
        log: Time and notification.
        late: What came after it had unsubscribed.
        surplus: What came after the end.
        stopped: When it unsubscribed.
        ended: Whether the stream has ended.
        early: Whether it ended before its source did.
        react: Called with the number of each notification, from 1 on.
    """

    def __init__(
        self,
        stream: Observable[Any],
        source: Played[Any],
        scheduler: LoopScheduler,
        *,
        guarded: bool = False,
    ) -> None:
        self.log: Log = []
        self.late: Log = []
        self.surplus: Log = []
        self.stopped: float | None = None
        self.ended = False
        self.early = False
        self.react: Callable[[int], None] = lambda count: None
        self._stream = stream
        self._source = source
        self._scheduler = scheduler
        self._guarded = guarded
        self._subscription = SingleAssignmentDisposable()
        self._depth = 0
        self._lenient = False
        self._count = 0

    def start(self) -> None:
        """Subscribe."""
        if self._guarded:
            self._subscription.disposable = self._stream.subscribe(self, scheduler=self._scheduler)
            return

        def subscribe(_: object = None, __: object = None) -> None:
            core = self._stream._subscribe_core  # pyright: ignore[reportPrivateUsage]
            self._subscription.disposable = core(self, self._scheduler)

        trampoline = CurrentThreadScheduler.singleton()
        if trampoline.schedule_required():
            trampoline.schedule(subscribe)
        else:
            subscribe()

    def stop(self) -> None:
        """Unsubscribe.

        From inside of a notification what the operator was about to emit does not count as late.
        """
        if self.stopped is None:
            self.stopped = self._scheduler.loop.time()
            self._lenient = self._depth > 0
            self._scheduler.loop.call_soon(self._be_strict)
        self._subscription.dispose()

    def on_next(self, value: Any) -> None:
        """Note a value."""
        self._note(OnNext(value))

    def on_error(self, error: Exception) -> None:
        """Note the failure, and unsubscribe."""
        self._end(OnError(error))

    def on_completed(self) -> None:
        """Note the completion, and unsubscribe."""
        self._end(OnCompleted())

    def _be_strict(self) -> None:
        self._lenient = False

    def _end(self, note: Notification) -> None:
        first, self.ended = not self.ended, True
        if first:
            self.early = not self._source.ended
        self._note(note, first)
        if first:
            self._subscription.dispose()

    def _note(self, note: Notification, first: bool = False) -> None:
        entry = (self._scheduler.loop.time(), note)
        if self.stopped is not None:
            if not self._lenient:
                self.late.append(entry)
            return
        if self.ended and not first:
            self.surplus.append(entry)
            return
        self.log.append(entry)
        self._count += 1
        self._depth += 1
        try:
            self.react(self._count)
        finally:
            self._depth -= 1


__all__ = ["Probe"]
