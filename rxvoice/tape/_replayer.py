"""Replaying a session as it was."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from reactivex import abc
from reactivex.disposable import Disposable

from ._apart import Unmade
from ._comparing import Comparing
from ._inside import Inside
from ._kinds import MOMENTS, Kind
from ._names import TapeError
from ._records import Record
from ._replayed import Answers, ReplayedOutlet
from ._tape import Tape
from ._timers import ROUNDING, Places, runs


class Replayer(Inside):
    """Tells a graph what the tape holds, moment by moment; an `rxvoice.aio._taping.Taping`.

    Nothing waits: each moment follows the one before at once, and the clock shows the time that it
    showed when it was recorded.

    Args:
        tape: The tape.

    Attributes:
        compared: What came out.
    """

    def __init__(self, tape: Tape) -> None:
        super().__init__(tape.header.get("seed"))
        self.compared = Comparing(tape)
        self._records = tape.records
        self._answers = Answers(tape)
        self._index: int = -1
        self._made: int = 0
        self._timers: dict[tuple[int, int], tuple[float, Callable[[], object]]] = {}
        self._places = Places((), 0.0)
        self._outlets: list[ReplayedOutlet] = []
        self._dues = {
            record.number: record.value for record in tape.records if record.kind == Kind.SET
        }

    def steps(self, enter: Callable[[int], object]) -> Iterator[float]:
        """Do one moment after the other, and tell the time of each.

        Args:
            enter: Subscribes the stream of a number.
        """
        cursor = self.compared.cursor
        while (record := cursor.take()) is not None:
            if record.kind in MOMENTS:
                self._moment(record.at, partial(self._replay, record, enter))
                yield record.at
            elif record.kind == Kind.LEFT:
                self.leave(record.number)
            else:
                self.compared.missed(record)

    def _moment(self, at: float, action: Callable[[], object]) -> None:
        self._index += 1
        self._made = 0
        self._places = Places(self._dues.get(self._index, ()), at)
        self.now = at
        self.inside = True
        try:
            action()
        finally:
            self.now = None
            self.inside = False

    def _replay(self, record: Record, enter: Callable[[int], object]) -> None:
        try:
            self._do(record, enter)
        except TapeError:
            raise
        except Exception as error:
            # Whoever was told of it when it was recorded is told of it by the tape, too.
            self.compared.notice(record.at, f"this was raised: {error!r}")

    def _do(self, record: Record, enter: Callable[[int], object]) -> None:
        match record.kind:
            case Kind.ENTER:
                if record.number:
                    enter(record.number - 1)
            case Kind.LEAVE:
                self.leave(record.number)
            case Kind.TIMER:
                made, aside, due = record.value
                timer = self._timers.pop((record.number, made), None)
                if timer is None and not aside:
                    self.compared.notice(record.at, "a timer rings that was not set")
                elif timer is not None:
                    when, action = timer
                    if due is not None and not aside and abs(when - due) > ROUNDING:
                        self.mistimed(record.at, due, when, runs(action))
                    action()
            case _:
                if not self._answers.tell(record):
                    name = self._answers.name(record.number)
                    self.compared.notice(record.at, f"nobody listens to {name}")

    def mistimed(self, at: float, due: float, when: float, name: str) -> None:
        """Hear that a timer is set for another time than on the tape."""
        self.compared.mistimed(at, due, when, name)

    def leave(self, number: int) -> None:
        """Unsubscribe, as it was done from outside."""
        if number < len(self._outlets):
            self._outlets[number].abandon()

    def observe(
        self, name: str, observer: abc.ObserverBase[Any], *, source: bool = False
    ) -> abc.ObserverBase[Any] | None:
        """Let the tape answer."""
        if not self.inside:
            return observer
        if not self._answers.open(name, observer):
            self.compared.notice(self.now or 0.0, f"{name} is asked, and not on the tape")
        return None

    def settle(self, told: abc.ObserverBase[Any]) -> None:
        """Nothing to do."""

    def forget(self, observer: abc.ObserverBase[Any]) -> None:
        """Tell an observer nothing more."""
        self._answers.close(observer)

    def answers(self, name: str) -> bool:
        """Everything is on the tape."""
        return self.inside

    def holds(self, name: str) -> bool:
        """Tell whether the tape knows the next edge of this name."""
        return self._answers.knows(self._answers.peek(name))

    def call_at(self, when: float, action: Callable[[], object]) -> abc.DisposableBase | None:
        """Keep a timer until it rings on the tape."""
        if not self.inside:
            return None
        place = self._place(when, action)
        self._made += 1
        key = (self._index, place)
        self._timers[key] = (when, action)
        self.set(key, when)

        def cancel() -> None:
            self._timers.pop(key, None)

        return Disposable(cancel)

    def set(self, key: tuple[int, int], when: float) -> None:
        """Hear that a timer is kept."""

    def _place(self, when: float, action: Callable[[], object]) -> int:
        """Return which one of the moment it is; see that it is set for the same time."""
        place, missed = self._places.find(self._made, when)
        if missed is not None:
            self.mistimed(self.now or 0.0, missed, when, runs(action))
        return place

    def outlet(self, *, aside: bool) -> ReplayedOutlet:
        """Return the next outlet."""
        outlet = ReplayedOutlet(self, len(self._outlets))
        self._outlets.append(outlet)
        return outlet

    def apart(self) -> Unmade:
        """Return what keeps a subscription that is not of the graph from being made."""
        return Unmade()

    def close(self) -> None:
        """Nothing to do."""


__all__ = ["Replayer"]
