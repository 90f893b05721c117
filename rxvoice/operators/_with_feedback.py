"""`with_feedback`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.aio._fan import Fan
from rxvoice.clock import LoopScheduler, loop_scheduler

A = TypeVar("A")
B = TypeVar("B")


def with_feedback(build: Callable[[Observable[B]], Operator[A, B]], /) -> Operator[A, B]:
    """Give a pipe its own output as a stream, for the parts that must know what the bot does.

    ``build`` is called for each subscription with a stream of all that has come out of it, one turn
    of the loop later, so that nothing is emitted in the midst of another item. Whoever subscribes
    to it gets what comes from then on. It never ends by itself: use it as a second input
    (``feedback=``, ``with_latest_from``, ``take_until``), not in a ``merge`` that shall complete.

    Marbles (one column is 20 ms)::

        letters  -a-b---c-|
        with_feedback(lambda fed: appended_to_latest(fed))
        out      -a-x---y-|

        x: "ab"  y: "abc"

    Args:
        build: Makes the pipe.

    Returns:
        The operator. It ends as the pipe does, and fails when that cannot be built.
    """

    def fed(source: Observable[A]) -> Observable[B]:
        def subscribe(
            observer: abc.ObserverBase[B], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            feedback: _Feedback[B] = _Feedback(clock)

            def on_next(item: B) -> None:
                feedback.put(item)
                observer.on_next(item)

            try:
                stream = build(feedback.out)(source)
            except Exception as error:
                observer.on_error(error)
                return feedback.subscription
            with begun(feedback.subscription):
                subscription = stream.subscribe(
                    on_next, observer.on_error, observer.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, feedback.subscription)

        return Stream(subscribe)

    return fed


class _Feedback(Generic[B]):
    """Hands on what came out, one turn of the loop later. What waits is of that one turn."""

    def __init__(self, clock: LoopScheduler) -> None:
        self.out: Fan[B] = Fan()
        self.subscription = Disposable(self._dispose)
        self._clock = clock
        self._waiting: deque[B] = deque()
        self._hop: abc.DisposableBase | None = None

    def put(self, item: B) -> None:
        if self.subscription.is_disposed:
            return
        self._waiting.append(item)
        if self._hop is None:
            self._hop = self._clock.call_later(0.0, self._hand_on)

    def _hand_on(self) -> None:
        self._hop = None
        waiting, self._waiting = self._waiting, deque()
        while waiting and not self.subscription.is_disposed:
            self.out.on_next(waiting.popleft())

    def _dispose(self) -> None:
        self._waiting.clear()
        if self._hop is not None:
            self._hop.dispose()
