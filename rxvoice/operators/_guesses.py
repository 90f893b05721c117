"""What is thought before it is certain that it is wanted."""

from __future__ import annotations

from collections import deque

import reactivex as rx
from reactivex import Observable, abc

from rxvoice._disposables import Disposable, SingleAssignmentDisposable
from rxvoice._stream import Stream
from rxvoice.clock import LoopScheduler
from rxvoice.items import EagerTurn, Event, Turn, TurnDropped, TurnResumed, TurnStarted
from rxvoice.operators._speculate import Speculation


class Guesses:
    """What is thought about turns that have not ended.

    Args:
        speculation: How replies are made.
        clock: The session's.
    """

    def __init__(self, speculation: Speculation, clock: LoopScheduler) -> None:
        self._speculation = speculation
        self._clock = clock
        self._ahead: _Ahead | None = None
        self._number = self._made = 0

    def take(self, item: Event) -> None:
        """Begin to think at a guess, and throw away what was wrong."""
        match item:
            case EagerTurn(turn=turn):
                if self._ahead is None or not _same(self._ahead.turn, turn):
                    self.drop()
                    self._think(turn)
            case TurnResumed() | TurnDropped() | TurnStarted():
                self.drop()
            case _:
                pass

    def right(self, turn: Turn) -> Observable[Event] | None:
        """Return the reply that was begun for this turn, if there is one."""
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            return None
        if not _same(ahead.turn, turn):
            ahead.dispose()
            return None
        try:
            return self._speculation.act(ahead.taken())
        except BaseException:
            ahead.dispose()
            raise

    def drop(self) -> None:
        """Throw away what was thought."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.dispose()

    def _think(self, turn: Turn) -> None:
        if turn.number != self._number:
            self._number, self._made = turn.number, 0
        if self._made < self._speculation.budget:
            self._made += 1
            stream = rx.defer(lambda _: self._speculation.think(turn))
            self._ahead = _Ahead(turn, stream, self._clock)


def _same(guess: Turn, turn: Turn) -> bool:
    return guess.number == turn.number and guess.text == turn.text


class _Ahead:
    """Subscribes at once, and keeps what comes for whoever takes it over.

    Args:
        turn: The guess that it answers.
        stream: The answer.
        clock: The session's.
    """

    def __init__(self, turn: Turn, stream: Observable[Event], clock: LoopScheduler) -> None:
        self.turn = turn
        self._kept: deque[Event] = deque()
        self._observer: abc.ObserverBase[Event] | None = None
        self._ended = False
        self._error: Exception | None = None
        self._inner = SingleAssignmentDisposable()
        self._inner.disposable = stream.subscribe(
            self._on_next, self._on_error, self._on_completed, scheduler=clock
        )

    def dispose(self) -> None:
        """Throw it away."""
        self._inner.dispose()
        self._kept.clear()

    def taken(self) -> Observable[Event]:
        """Return all of it, what was kept first; for one subscriber."""

        def subscribe(
            observer: abc.ObserverBase[Event], _: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            while self._kept:
                observer.on_next(self._kept.popleft())
            self._observer = observer
            self._end()
            return Disposable(self.dispose)

        return Stream(subscribe)

    def _on_next(self, item: Event) -> None:
        if self._observer is not None:
            self._observer.on_next(item)
        else:
            self._kept.append(item)

    def _on_error(self, error: Exception) -> None:
        self._error = error
        self._on_completed()

    def _on_completed(self) -> None:
        self._ended = True
        self._end()

    def _end(self) -> None:
        if not self._ended or self._observer is None:
            return
        if self._error is not None:
            self._observer.on_error(self._error)
        else:
            self._observer.on_completed()


__all__ = ["Guesses"]
