"""An answer that nobody hears."""

import asyncio
from typing import Any

from reactivex import Observable

from rxvoice._disposables import SingleAssignmentDisposable
from rxvoice.aio import from_coroutine
from rxvoice.clock import LoopScheduler
from rxvoice.operators._comparison import Side
from rxvoice.operators._comparison_recorder import Recorder


class Shadow:
    """The answer that nobody hears: it may go on for a while after the other one has ended.

    Args:
        clock: The session's.
        recorder: Gets what comes.
        side: Whose answer it is.
        grace: How long it may go on, in seconds.
    """

    def __init__(self, clock: LoopScheduler, recorder: Recorder, side: Side, grace: float) -> None:
        self._clock = clock
        self._recorder = recorder
        self._side: Side = side
        self._grace = grace
        self._over = self._lingers = False
        self._stream = SingleAssignmentDisposable()
        self._wait = SingleAssignmentDisposable()

    def start(self, stream: Observable[Any]) -> None:
        """Subscribe."""
        if self._over:
            return
        self._stream.disposable = stream.subscribe(
            self._said, self._failed, self._completed, scheduler=self._clock
        )

    def linger(self) -> None:
        """Let it come to its end within the time of grace, or until the session is closed."""
        if self._over or self._lingers:
            return
        self._lingers = True
        if not self._grace:
            self._cut()
            return
        try:  # a task, for the session waits for its tasks and ends them
            self._wait.disposable = from_coroutine(
                lambda: asyncio.sleep(self._grace), name=f"shadow {self._side}"
            ).subscribe(None, lambda _: self._cut(), self._cut, scheduler=self._clock)
        except RuntimeError:
            self._cut()

    def _said(self, item: Any) -> None:
        if not self._over:
            self._recorder.said(self._side, item)

    def _failed(self, error: Exception) -> None:
        if self._lingers and isinstance(error.__cause__, asyncio.CancelledError):
            self._cut()  # the session is being closed
        elif self._end():
            self._recorder.ended(self._side, error)

    def _completed(self) -> None:
        if self._end():
            self._recorder.ended(self._side)

    def _cut(self) -> None:
        if self._end():
            self._recorder.cut(self._side)

    def _end(self) -> bool:
        if self._over:
            return False
        self._over = True
        self._stream.dispose()
        self._wait.dispose()
        return True


__all__ = ["Shadow"]
