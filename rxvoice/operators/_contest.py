"""Asking several, and hearing the first one that answers."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from reactivex import Observable, abc

from rxvoice._disposables import (
    CompositeDisposable,
    Disposable,
    SerialDisposable,
    SingleAssignmentDisposable,
)
from rxvoice.clock import LoopScheduler
from rxvoice.operators._answer import says_something
from rxvoice.operators._attempts import least_fatal

HELD = 256
"""Metrics, usage and faults of each one that are held back until it has won; the oldest go."""


class Contest:
    """One race: the first one to say something is heard, the others are unsubscribed before that.

    Args:
        observer: Gets the answer of the winner, what it told before it won included.
        clock: For the pauses.
        streams: The answers, in the order in which they are asked for.
        after: Seconds from one to the next; each is asked at once when all before have failed.
        lost: Told of failures of those that have not won.
        won: Told who has won.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Any],
        clock: LoopScheduler,
        streams: Sequence[Observable[Any]],
        after: float,
        lost: Callable[[int, Exception], None],
        won: Callable[[int], None] = lambda index: None,
    ) -> None:
        self._entries = [SingleAssignmentDisposable() for _ in streams]
        self._timer = SerialDisposable()
        self.subscription = CompositeDisposable(self._timer, *self._entries)
        self._observer = observer
        self._clock = clock
        self._streams = streams
        self._after = after
        self._lost = lost
        self._won = won
        self._held: list[deque[Any]] = [deque(maxlen=HELD) for _ in streams]
        self._next = 0
        self._running: set[int] = set()
        self._empty: int | None = None
        self._errors: dict[int, Exception] = {}
        self._winner: int | None = None

    @property
    def waits(self) -> bool:
        """Whether nobody has won yet."""
        return self._winner is None

    def start(self) -> None:
        """Ask the first one, and without a pause all others."""
        self._ask()
        if not self._after:
            while self._next < len(self._streams) and self._winner is None:
                self._ask()

    def hurry(self) -> None:
        """Let the time run, after which the next one is asked."""
        if self._after and self._winner is None and self._next < len(self._streams):
            self._timer.disposable = self._clock.call_later(self._after, self._late)

    def _late(self) -> None:
        self._ask()
        self.hurry()

    def _ask(self) -> None:
        index = self._next
        self._next += 1
        self._running.add(index)
        self._entries[index].disposable = self._streams[index].subscribe(
            lambda item: self._said(index, item),
            lambda error: self._failed(index, error),
            lambda: self._completed(index),
            scheduler=self._clock,
        )

    def _said(self, index: int, item: Any) -> None:
        if self._winner == index:
            self._observer.on_next(item)
        elif self._winner is None:
            if says_something(item):
                self._decide(index)
                self._release(index)
                self._observer.on_next(item)
            else:
                self._held[index].append(item)

    def _failed(self, index: int, error: Exception) -> None:
        if self._winner == index:
            self._observer.on_error(error)
        elif self._winner is None:
            self._errors[index] = error
            self._out(index)

    def _completed(self, index: int) -> None:
        if self._winner == index:
            self._observer.on_completed()
        elif self._winner is None:
            self._empty = index if self._empty is None else self._empty
            self._out(index)

    def _out(self, index: int) -> None:
        """Take one out; when nobody is left, ask the next one, or end as the others did."""
        self._running.discard(index)
        if self._running:
            return
        if self._next < len(self._streams):
            self._timer.disposable = Disposable()
            self._ask()
            self.hurry()
        elif self._empty is not None:
            self._decide(self._empty)
            self._release(self._empty)
            self._observer.on_completed()
        else:
            error = least_fatal(list(self._errors.values()))
            self._errors = {i: other for i, other in self._errors.items() if other is not error}
            self._decide(index)
            self._observer.on_error(error)

    def _decide(self, index: int) -> None:
        """Unsubscribe all others."""
        self._winner = index
        self._timer.dispose()
        for other, entry in enumerate(self._entries):
            if other != index:
                entry.dispose()
                self._held[other].clear()
        for other, error in self._errors.items():
            self._lost(other, error)
        self._won(index)

    def _release(self, index: int) -> None:
        while self._held[index]:
            self._observer.on_next(self._held[index].popleft())


__all__ = ["Contest"]
