"""Asking until somebody answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable, SingleAssignmentDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.errors import classify
from rxvoice.operators._answer import says_something

Again: TypeAlias = Callable[[Exception, bool], tuple[Observable[Any], float] | None]
"""Returns what is asked after an error, and in how many seconds; nothing to give up.

It is told whether the answer had begun.
"""


class Attempts:
    """One request: what is asked, and asked anew as long as no answer has begun.

    Usage, metrics and faults of an attempt that fails are facts; they pass.

    Args:
        observer: Gets the answer.
        clock: For the pauses.
        again: Decides what is done after a failure.
    """

    def __init__(self, observer: abc.ObserverBase[Any], clock: LoopScheduler, again: Again) -> None:
        self._current = SerialDisposable()
        self._timer = SerialDisposable()
        self.subscription = CompositeDisposable(self._current, self._timer)
        self._observer = observer
        self._clock = clock
        self._again = again
        self._errors: list[Exception] = []

    def start(self, stream: Observable[Any]) -> None:
        """Make an attempt."""
        begun = False

        def on_next(item: Any) -> None:
            nonlocal begun
            if self._current.disposable is not inner:
                return
            begun = begun or says_something(item)
            self._observer.on_next(item)

        def on_error(error: Exception) -> None:
            if self._current.disposable is inner:
                self._failed(error, begun)

        def on_completed() -> None:
            if self._current.disposable is inner:
                self._observer.on_completed()

        inner = SingleAssignmentDisposable()
        self._current.disposable = inner
        inner.disposable = stream.subscribe(on_next, on_error, on_completed, scheduler=self._clock)

    def _failed(self, error: Exception, begun: bool) -> None:
        self._errors.append(error)
        following = self._again(error, begun)
        if following is None:
            self._observer.on_error(error if begun else least_fatal(self._errors))
            return
        stream, pause = following
        if pause > 0.0:
            self._timer.disposable = self._clock.call_later(pause, lambda: self.start(stream))
        else:
            self.start(stream)


def least_fatal(errors: list[Exception]) -> Exception:
    """Return the last error after which somebody may still succeed; else the last one."""
    hopeful = [error for error in errors if not classify(error).fatal]
    return (hopeful or errors)[-1]


__all__ = ["Attempts", "least_fatal"]
