"""Answers one after another."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from reactivex import Observable, abc

from rxvoice._disposables import (
    CompositeDisposable,
    SerialDisposable,
)
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import Event, Turn
from rxvoice.operators._asking import Asking
from rxvoice.operators._tool_loop import Answer


def one_by_one(asking: Asking, take: Callable[[OneByOne, Event], None]) -> Operator[Event, Event]:
    """Make an operator of what is done with each item; the arguments are those of `OneByOne`."""

    def answered(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            answers = OneByOne(asking, observer, clock, take)
            with begun(answers.subscription):
                subscription = source.subscribe(
                    answers.on_next, answers.on_error, answers.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, answers.subscription)

        return Stream(subscribe)

    return answered


class OneByOne:
    """Takes the items of a source; while one is being answered, those that follow wait.

    Args:
        asking: How turns are answered.
        observer: Gets everything.
        clock: The session's.
        take: Takes an item whose turn has come.

    Attributes:
        observer: As given.
        subscription: Stops the answer.
        busy: Whether items wait.
        answer: The one in progress.
    """

    def __init__(
        self,
        asking: Asking,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        take: Callable[[OneByOne, Event], None],
    ) -> None:
        self.observer = observer
        self.subscription = SerialDisposable()
        self.busy = False
        self.answer: Answer | None = None
        self._asking = asking
        self._take = take
        self._clock = clock
        self._waiting: deque[Event] = deque()
        self._draining = self._ended = False

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        self._waiting.append(item)
        self._drain()

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self._waiting.clear()
        if self.answer is not None:
            self.answer.cut_off()
        self.observer.on_error(error)

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        self._drain()

    def begin(self, turn: Turn, started: Callable[[Answer], None]) -> None:
        """Make an answer to a turn, and let it begin."""

        def subscribe(
            observer: abc.ObserverBase[Event], _: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            self.answer = answer = Answer(self._asking, observer, self._clock, turn)
            own.add(answer.subscription)  # who leaves at its first item leaves the answer, too
            started(answer)
            return answer.subscription

        self.subscription.disposable = own = CompositeDisposable()
        own.add(
            Stream(subscribe).subscribe(
                self.observer.on_next, self.observer.on_error, self._answered, scheduler=self._clock
            )
        )

    def _drain(self) -> None:
        if self._draining or self.busy:
            return
        self._draining = True
        try:
            while self._waiting and not self.busy and not self.subscription.is_disposed:
                self._take(self, self._waiting.popleft())
        finally:
            self._draining = False
        if self._ended and not self.busy:
            self.observer.on_completed()

    def _answered(self) -> None:
        self.busy = False
        self.answer = None
        self._drain()


__all__ = ["OneByOne", "one_by_one"]
