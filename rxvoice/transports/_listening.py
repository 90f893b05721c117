"""The half of a transport that is listened to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice.aio import from_async
from rxvoice.aio._report import report
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import Connected, ConnectionTimedOut, Event

from ._contract import TransportError


class Listening:
    """Gives what comes to one listener at a time, and tells when their time is over.

    Args:
        hold: Holds the connection for as long as something comes, on a listener's clock.
        name: Told in errors.
        time_limit: Seconds from `Connected` to `ConnectionTimedOut`; never if None.
        begun: Is called when a listener has come, before the connection is held.
        ceased: Is called when the listener has left.

    Attributes:
        ever: Whether there ever was a listener.

    Raises:
        ValueError: When the limit is not positive.
    """

    def __init__(
        self,
        hold: Callable[[LoopScheduler], Awaitable[None]],
        name: str,
        *,
        time_limit: float | None,
        begun: Callable[[], None] = lambda: None,
        ceased: Callable[[], None] = lambda: None,
    ) -> None:
        if time_limit is not None and time_limit <= 0.0:
            raise ValueError(f"time_limit must be positive, got {time_limit}")
        self.ever: bool = False
        self._hold = hold
        self._name = name
        self._time_limit = time_limit
        self._begun = begun
        self._ceased = ceased
        self._listener: Callable[[Event], None] | None = None

    def tell(self, item: Event) -> None:
        """Give an item to the listener, if there is one."""
        if self._listener is not None:
            self._listener(item)

    def stream(self) -> Observable[Event]:
        """Return what comes, for one subscription at a time."""

        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            if self._listener is not None:
                observer.on_error(TransportError(f"{self._name} has a listener already"))
                return Disposable()
            limit = CompositeDisposable()
            self._listen(observer, clock, limit)
            held = from_async(lambda: self._nothing(clock), name=f"{self._name}: listen")
            return CompositeDisposable(
                limit,
                Disposable(self._cease),
                held.subscribe(
                    observer.on_next, observer.on_error, observer.on_completed, scheduler=clock
                ),
            )

        return Stream(subscribe)

    def _listen(
        self, observer: abc.ObserverBase[Event], clock: LoopScheduler, limit: CompositeDisposable
    ) -> None:
        after = self._time_limit

        def listener(item: Event) -> None:
            nonlocal after
            if isinstance(item, Connected) and after is not None:
                timed_out, after = ConnectionTimedOut(after), None
                limit.add(clock.call_later(timed_out.after, lambda: self.tell(timed_out)))
            try:
                if clock.timing is None:
                    observer.on_next(item)
                else:
                    clock.timing.run(self._name, observer.on_next, item)
            except Exception as error:
                if self._listener is not listener:  # it has left, and hears of nothing any more
                    report(clock.loop, f"{self._name}: a listener failed", error)
                observer.on_error(error)

        self.ever = True
        self._listener = listener
        self._begun()

    def _cease(self) -> None:
        self._listener = None
        self._ceased()

    async def _nothing(self, clock: LoopScheduler) -> AsyncIterator[Event]:
        """Give nothing, for as long as the connection is held: what comes is told besides."""
        await self._hold(clock)
        for item in ():
            yield item


__all__ = ["Listening"]
