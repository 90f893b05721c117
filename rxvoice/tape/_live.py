"""Edges of a session that goes on by itself."""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reactivex import abc

from ._kinds import Kind
from ._records import Record
from ._replayed import SYNC, Key, tell
from ._tape import Tape

if TYPE_CHECKING:
    from ._forker import Forker

FED = (Kind.NEXT, Kind.ERROR, Kind.DONE, *SYNC)


class LiveEdge(abc.ObserverBase[Any]):
    """Makes a moment of what enters the graph; nothing enters before the session is free.

    Args:
        forker: Of the session.
        observer: Of the graph.

    Attributes:
        is_mute: Whether nothing enters at all, because the tape goes on answering.
    """

    def __init__(self, forker: "Forker", observer: abc.ObserverBase[Any]) -> None:
        self.is_mute = False
        self._forker = forker
        self._observer = observer

    def on_next(self, value: Any) -> None:
        self._enter(lambda: self._observer.on_next(value))

    def on_error(self, error: Exception) -> None:
        self._enter(lambda: self._observer.on_error(error))

    def on_completed(self) -> None:
        self._enter(self._observer.on_completed)

    def _enter(self, action: Callable[[], None]) -> None:
        forker = self._forker
        if self.is_mute or not forker.is_free:
            return
        if forker.now is not None:
            forker.soon(action)
        else:
            forker.run(action)


class Delayed:
    """Gives what is on the tape, as long after an edge was asked as then.

    Args:
        tape: The tape.
        later: Does something at a time of the session's clock, in a moment.
    """

    def __init__(self, tape: Tape, later: Callable[[float, Callable[[], object]], object]) -> None:
        self._later = later
        self._opened: dict[Key, float] = {}
        self._fed: defaultdict[Key, list[Record]] = defaultdict(list)
        self._telling: dict[int, abc.ObserverBase[Any]] = {}
        self._half = tape.duration / 2.0
        keys = tape.edges
        for record in tape.records:
            if record.kind == Kind.EDGE:
                self._opened[record.value, record.number] = record.at
            elif record.kind in FED:
                self._fed[keys[record.number]].append(record)

    def answers(self, key: Key, at: float) -> bool:
        """Tell whether an edge was in the midst of an answer.

        What gives something for more than half of the tape, such as a recogniser, answers nothing.
        """
        fed = self._fed[key]
        return bool(fed) and fed[0].at < at and fed[-1].at - self._opened[key] <= self._half

    def begin(self, key: Key, observer: abc.ObserverBase[Any], now: float) -> None:
        """Answer an edge that is asked now."""
        shift = now - self._opened[key]
        self._start(deque(self._fed[key]), observer, shift)

    def go_on(self, key: Key, observer: abc.ObserverBase[Any], at: float) -> None:
        """Answer what an edge that was asked before gives from a time on."""
        left = deque(record for record in self._fed[key] if record.at >= at)
        self._start(left, observer, 0.0)

    def close(self, observer: abc.ObserverBase[Any]) -> None:
        """Tell an observer nothing more."""
        self._telling.pop(id(observer), None)

    def _start(self, left: deque[Record], observer: abc.ObserverBase[Any], shift: float) -> None:
        self._telling[id(observer)] = observer
        while left and left[0].kind in SYNC:
            tell(observer, left.popleft())
        self._plan(left, observer, shift)

    def _plan(self, left: deque[Record], observer: abc.ObserverBase[Any], shift: float) -> None:
        if not left:
            return

        def give() -> None:
            if self._telling.get(id(observer)) is not observer:
                return
            record = left.popleft()
            self._plan(left, observer, shift)
            tell(observer, record)

        self._later(left[0].at + shift, give)


__all__ = ["Delayed", "LiveEdge"]
