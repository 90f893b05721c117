"""Edges and outlets of a session that is replayed."""

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from reactivex import abc

from ._kinds import Kind
from ._records import Record
from ._tape import Tape

if TYPE_CHECKING:
    from ._replayer import Replayer

Key: TypeAlias = tuple[str, int]
"""Name of an edge, and its number among those of that name."""

SYNC = (Kind.SYNC, Kind.SYNC_ERROR, Kind.SYNC_DONE)


class Answers:
    """What the tape holds for each edge, and who listens.

    Args:
        tape: The tape.

    Attributes:
        listening: Who listens to which edge.
    """

    def __init__(self, tape: Tape) -> None:
        self._edges = tape.edges
        self._known = set(self._edges)
        self._opened: defaultdict[str, int] = defaultdict(int)
        self.listening: dict[Key, abc.ObserverBase[Any]] = {}
        self._at_once: defaultdict[Key, list[Record]] = defaultdict(list)
        for record in tape.records:
            if record.kind in SYNC:
                self._at_once[self._edges[record.number]].append(record)

    def name(self, number: int) -> str:
        """Return what an edge is called."""
        name, nth = self._edges[number]
        return f"{name} ({nth + 1})"

    def peek(self, name: str) -> Key:
        """Return the key of the next edge of a name."""
        return (name, self._opened[name])

    def next(self, name: str) -> Key:
        """Return the key of an edge of a name that is subscribed."""
        key = self.peek(name)
        self._opened[name] += 1
        return key

    def knows(self, key: Key) -> bool:
        """Tell whether an edge is on the tape."""
        return key in self._known

    def open(self, name: str, observer: abc.ObserverBase[Any]) -> bool:
        """Let an observer listen; tell whether the tape knows the edge."""
        key = self.next(name)
        if key not in self._known:
            return False
        self.listening[key] = observer
        for record in self._at_once[key]:
            tell(observer, record)
        return True

    def close(self, observer: abc.ObserverBase[Any]) -> None:
        """Tell an observer nothing more."""
        for key, other in self.listening.items():
            if other is observer:
                del self.listening[key]
                return

    def tell(self, record: Record) -> bool:
        """Tell who listens; whether somebody does."""
        observer = self.listening.get(self._edges[record.number])
        if observer is None:
            return False
        tell(observer, record)
        return True


class ReplayedOutlet:
    """Compares what leaves the graph with the tape; an `rxvoice.aio._taping.Outlet`.

    Args:
        replayer: Of the session.
        number: Of the subscription.
    """

    def __init__(self, replayer: "Replayer", number: int) -> None:
        self._replayer = replayer
        self._number = number
        self._subscription: abc.DisposableBase | None = None

    def enter(self, subscribe: Callable[[], abc.DisposableBase]) -> abc.DisposableBase:
        self._subscription = subscribe()
        return self._subscription

    def on_next(self, item: Any, then: Callable[[Any], object] | None) -> None:
        self._out(Kind.OUT, item)

    def on_end(self, error: Exception | None, then: Callable[[], object]) -> None:
        self._out(Kind.OUT_DONE if error is None else Kind.OUT_ERROR, error)
        with self._replayer.outside():
            then()

    def leave(self, dispose: Callable[[], object]) -> None:
        dispose()

    def abandon(self) -> None:
        """Unsubscribe, as was done when it was recorded."""
        if self._subscription is not None:
            self._subscription.dispose()

    def _out(self, kind: Kind, value: Any) -> None:
        replayer = self._replayer
        at = 0.0 if replayer.now is None else replayer.now
        replayer.compared.out(Record(kind, at, self._number, value))
        cursor = replayer.compared.cursor
        while cursor.sees(Kind.LEFT):
            left = cursor.take()
            if left is not None:
                replayer.leave(left.number)


def tell(observer: abc.ObserverBase[Any], record: Record) -> None:
    """Tell an observer what a record holds."""
    match record.kind:
        case Kind.NEXT | Kind.SYNC:
            observer.on_next(record.value)
        case Kind.ERROR | Kind.SYNC_ERROR:
            observer.on_error(record.value)
        case _:
            observer.on_completed()


__all__ = ["SYNC", "Answers", "Key", "ReplayedOutlet", "tell"]
