"""One call of a language model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable, SingleAssignmentDisposable
from rxvoice._stream import deferred
from rxvoice.clock import LoopScheduler
from rxvoice.contracts import Written
from rxvoice.items import (
    Event,
    Fault,
    Metric,
    ResponseEnded,
    ResponseStarted,
    Thought,
    ThoughtEnded,
    ThoughtStarted,
    Token,
    ToolCall,
    Usage,
)
from rxvoice.operators._fault_of import fault_of


class Response:
    """Emits what a model says, from `ResponseStarted` to `ResponseEnded`.

    Args:
        emit: Gets everything.
        clock: The session's.
        turn: Number of the turn that it answers.
        ended: Called when it is over.
        timeout: Seconds without anything from the model after which it is given up; 0 for never.
        apology: What is said when the model failed before its first word.
        name: Source of faults and metrics.

    Attributes:
        subscription: Stops the model.
        failed: Whether a fault ended it.
        thoughts: What it thought.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        clock: LoopScheduler,
        turn: int,
        ended: Callable[[], None],
        *,
        timeout: float,
        apology: str | None,
        name: str,
    ) -> None:
        self.failed = False
        self.thoughts: list[ThoughtEnded] = []
        self._model = SingleAssignmentDisposable()
        self._timer = SerialDisposable()
        self.subscription: abc.DisposableBase = CompositeDisposable(self._model, self._timer)
        self._emit = emit
        self._clock = clock
        self._turn = turn
        self._ended = ended
        self._timeout = timeout
        self._apology = apology
        self._name = name
        self._text: list[str] = []
        self._thought: list[str] | None = None
        self._provider = ""
        self._data: list[Mapping[str, Any]] = []
        self._began = self._last = clock.now_seconds
        self._first = True
        self._over = False

    @property
    def text(self) -> str:
        """All that was written so far."""
        return "".join(self._text)

    def start(self, ask: Callable[[], Observable[Written]]) -> None:
        """Ask the model."""
        self._emit(ResponseStarted(self._turn))
        if self._over or self._model.is_disposed:
            return
        if self._timeout:
            self._timer.disposable = self._clock.call_at(self._began + self._timeout, self._look)
        self._model.disposable = deferred(ask).subscribe(
            self._said, self._failed, self._finish, scheduler=self._clock
        )

    def say(self, token: Token) -> None:
        """Say a text, without a model."""
        self._emit(ResponseStarted(self._turn))
        if not self._over:
            self._text.append(token.text)
            self._emit(token)
            self._finish()

    def cut_off(self) -> None:
        """End it without an answer, because the source has failed."""
        self._model.dispose()
        self.failed = True
        self._end()

    def _said(self, item: Written) -> None:
        if self._over:
            return
        self._last = self._clock.now_seconds
        if isinstance(item, Token):
            if not item.text:
                return
            self._text.append(item.text)
        if self._first and not isinstance(item, Usage | Fault | Metric):
            self._first = False
            self._emit(Metric(self._name, "ttfb", self._last - self._began))
        if isinstance(item, Thought):
            self._think(item)
            return
        if isinstance(item, Token | ToolCall):
            self._end_thought()
        self._emit(item)

    def _think(self, thought: Thought) -> None:
        if self._thought is None:
            self._thought = []
            self._emit(ThoughtStarted(self._turn))
        if thought.data:
            self._provider = thought.provider
            self._data.append(thought.data)
        if thought.text:
            self._thought.append(thought.text)
            self._emit(thought)

    def _end_thought(self) -> None:
        if self._thought is None:
            return
        data, text = tuple(self._data), "".join(self._thought)
        ended = ThoughtEnded(self._turn, text, self._provider if data else "", data)
        self._thought = None
        self._data.clear()
        self.thoughts.append(ended)
        self._emit(ended)

    def _look(self) -> None:
        """Give up, or look again when the model may have been silent for too long."""
        due = self._last + self._timeout
        if self._clock.now_seconds < due - 1e-6:
            self._timer.disposable = self._clock.call_at(due, self._look)
            return
        self._model.dispose()
        message = f"the model said nothing for {self._timeout:g} s"
        self._failed(TimeoutError(message), message)

    def _failed(self, error: Exception, message: str | None = None) -> None:
        if self._over:
            return
        self.failed = True
        self._end_thought()
        self._emit(fault_of(self._name, error, message))
        if self._apology and not self._text:
            self._text.append(self._apology)
            self._emit(Token(self._apology))
        self._finish()

    def _finish(self) -> None:
        if self._end():
            self._ended()

    def _end(self) -> bool:
        """Say that it is over; tell whether it was not before."""
        if self._over:
            return False
        self._over = True
        self._timer.dispose()
        self._end_thought()
        self._emit(ResponseEnded(self._turn, self.text, self.failed))
        return True


__all__ = ["Response"]
