"""One question at a time, and the last answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rxvoice._disposables import SerialDisposable
from rxvoice.aio import from_coroutine
from rxvoice.clock import LoopScheduler


class Opinion:
    """What somebody thinks who needs time for it.

    Args:
        clock: For the task.
        name: Of the task.
        answered: Called when there is an answer.
        failed: Called when there will be none, with what went wrong.

    Attributes:
        value: The last answer; ``None`` while there is none.
        pending: Whether it was asked and has not answered.
    """

    def __init__(
        self,
        clock: LoopScheduler,
        name: str,
        answered: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.value: float | None = None
        self.pending = False
        self._clock = clock
        self._name = name
        self._answered = answered
        self._failed = failed
        self._question = SerialDisposable()

    def ask(self, question: Callable[[], Awaitable[float]]) -> None:
        """Ask; an older question is withdrawn."""
        self.withdraw()
        self.pending = True

        def on_next(value: float) -> None:
            self.value, self.pending = value, False
            self._answered()

        def on_error(error: Exception) -> None:
            self.pending = False
            self._failed(error)

        self._question.disposable = from_coroutine(question, name=self._name).subscribe(
            on_next, on_error, scheduler=self._clock
        )

    def withdraw(self) -> None:
        """Forget question and answer."""
        self._question.disposable = None
        self.value, self.pending = None, False

    def dispose(self) -> None:
        """Withdraw for good."""
        self._question.dispose()
