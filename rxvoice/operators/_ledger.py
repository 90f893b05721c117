"""What was really heard of a reply."""

import math
from collections import deque
from collections.abc import Callable

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame, Event, Fault, Word, spoken_text
from rxvoice.operators._unheard import unheard

EARLY = 1e-6
PATIENCE = 2.0
"""Seconds that a sink may be late with its report of the last sample."""


class Ledger:
    """Lets words pass when they have been heard, and keeps them.

    Without reports a word has been heard when it comes: `rxvoice.operators.pace` sends it when half
    of it has been. With reports it waits until a sink has played half of it. A text that is not
    spoken has been heard when all before it has.

    Args:
        clock: The session's.
        emit: Gets what passes.
        done: Called when the reply has ended and all of it has been heard.
        position: What the sink has reported already; ``None`` when it does not.
    """

    def __init__(
        self,
        clock: LoopScheduler,
        emit: Callable[[Event], None],
        done: Callable[[], None],
        position: float | None,
    ) -> None:
        self._clock = clock
        self._emit = emit
        self._done = done
        self._reports = position is not None
        self._position = -math.inf if position is None else position
        self._words: list[Word] = []
        self._waiting: deque[Word] = deque()
        self._end = -math.inf
        self._ended = False
        self._timer = SerialDisposable()

    @property
    def spoken(self) -> str:
        """The words that were heard."""
        return spoken_text(self._words)

    def put(self, item: Event) -> None:
        """Take an item of the reply."""
        if isinstance(item, Word):
            before = bool(self._waiting) or self._end > -math.inf
            if self._reports and (before or item.spoken):
                self._waiting.append(item)
                self._look()
            else:
                self._say(item)
            return
        if isinstance(item, AudioFrame):
            self._end = item.end
            if self._ended:  # what a sink had to drop is sent once more
                self._await_end()
        self._emit(item)

    def end(self) -> None:
        """Take the reply's end."""
        self._ended = True
        if self._reports and self._position < self._end - EARLY:
            self._await_end()
        else:
            self._look()

    def report(self, position: float) -> None:
        """Take a sink's report: everything up to this time has been heard."""
        self._position = max(self._position, position)
        self._look()

    def dispose(self) -> None:
        """Forget what was not heard."""
        self._timer.dispose()
        self._waiting.clear()
        self._ended = False
        self._emit = self._done = unheard

    def _await_end(self) -> None:
        due = max(self._end, self._clock.now_seconds) + PATIENCE
        self._timer.disposable = self._clock.call_at(due, self._give_up)

    def _look(self) -> None:
        over = self._ended and self._position >= self._end - EARLY
        while self._waiting:
            word = self._waiting[0]
            if (word.pts + word.end) / 2 > self._position + EARLY and (word.spoken or not over):
                break
            self._say(self._waiting.popleft())
        if over or (self._ended and not self._reports):
            self._finish()

    def _say(self, word: Word) -> None:
        self._words.append(word)
        self._emit(word)

    def _give_up(self) -> None:
        message = f"the sink has not reported the end of the reply for {PATIENCE:g} s"
        self._emit(Fault("played", message))
        if self._ended:
            self._finish()

    def _finish(self) -> None:
        done = self._done
        self.dispose()
        done()


__all__ = ["Ledger"]
