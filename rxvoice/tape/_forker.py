"""Replaying a session up to a time, and letting it go on from there."""

from collections.abc import Callable, Collection
from typing import Any

from reactivex import abc
from reactivex.disposable import Disposable

from rxvoice.clock import LoopScheduler

from ._kinds import Kind
from ._live import Delayed, LiveEdge
from ._replayed import Key
from ._replayer import Replayer
from ._tape import Tape
from ._timers import mistimed


class Forker(Replayer):
    """Replays, and from a time on lets timers ring by themselves.

    From then on an edge of the tape gives what it gave when it was recorded, as long after it was
    asked as then; an edge that is not on the tape, or that is to be live, is what the agent makes
    of it. An answer that had begun by then is told to its end by the tape.

    Args:
        tape: The tape.
        clock: Of the session.
        live: Names of edges that are live from then on.

    Attributes:
        is_free: Whether that time has come.
    """

    def __init__(self, tape: Tape, clock: LoopScheduler, live: Collection[str]) -> None:
        super().__init__(tape)
        self.is_free = False
        self._clock = clock
        self._live = frozenset(live)
        self._last = 0.0
        self._delayed = Delayed(tape, self._later)
        self._lives: dict[Key, LiveEdge] = {}

    def free(self, at: float, enter: Callable[[int], object]) -> None:
        """Let the session go on by itself.

        Args:
            at: Seconds on the session's clock.
            enter: Subscribes the stream of a number.
        """
        self.is_free = self.compared.is_free = True
        self._last = at
        for key, (when, _) in self._timers.items():
            self._later(when, lambda key=key: self._ring(key))
        for key, observer in self._answers.listening.items():
            if key[0] not in self._live or self._delayed.answers(key, at):
                self._delayed.go_on(key, observer, at)
                if key in self._lives:
                    self._lives[key].is_mute = True
        for record in self.compared.cursor.rest():
            if record.kind == Kind.ENTER and record.number:
                self._later(record.at, lambda number=record.number - 1: enter(number))

    def run(self, action: Callable[[], object]) -> None:
        """Do something in a moment of its own."""
        self._last = max(round(self._clock.elapsed, 6), self._last)
        self._moment(self._last, action)

    def soon(self, action: Callable[[], object]) -> None:
        """Do something in the next turn of the loop, in a moment of its own."""
        self._clock.loop.call_soon(self.run, action)

    def observe(
        self, name: str, observer: abc.ObserverBase[Any], *, source: bool = False
    ) -> abc.ObserverBase[Any] | None:
        """Let the tape answer, or the agent."""
        if not self.inside:
            return observer
        if not self.is_free:
            key = self._answers.peek(name)
            super().observe(name, observer, source=source)
            if name not in self._live:
                return None
            self._lives[key] = LiveEdge(self, observer)
            return self._lives[key]
        key = self._answers.next(name)
        now = self.now or 0.0
        if name in self._live or not self._answers.knows(key):
            if name not in self._live and name not in self.models:
                self.compared.notice(now, f"{name} is asked once more than on the tape")
            return LiveEdge(self, observer)
        self._delayed.begin(key, observer, now)
        return None

    def forget(self, observer: abc.ObserverBase[Any]) -> None:
        """Tell an observer nothing more."""
        super().forget(observer)
        self._delayed.close(observer)

    def answers(self, name: str) -> bool:
        """Tell whether the next edge of this name gets its items from the tape."""
        if not self.inside or name in self._live:
            return False
        return not self.is_free or self._answers.knows(self._answers.peek(name))

    def set(self, key: tuple[int, int], when: float) -> None:
        """Let a timer ring by itself, when it does not on the tape."""
        if self.is_free:
            self._later(when, lambda: self._ring(key))

    def _place(self, when: float, action: Callable[[], object]) -> int:
        return self._made if self.is_free else super()._place(when, action)

    def mistimed(self, at: float, due: float, when: float, name: str) -> None:
        """Only remember it: another agent may set its timers in another way."""
        self.compared.notice(at, mistimed(due, when, name))

    def leave(self, number: int) -> None:
        """Unsubscribe, as it was done from outside; not when it is free."""
        if not self.is_free:
            super().leave(number)

    def _ring(self, key: tuple[int, int]) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer[1]()

    def _later(self, when: float, action: Callable[[], object]) -> abc.DisposableBase:
        return Disposable(self._clock.call_loop_at(when, lambda: self.run(action)).cancel)


__all__ = ["Forker"]
