"""What a tape sees of a session: where items enter the graph, and when its timers ring.

The operators of a session are a deterministic function of three things: what enters at its edges,
in which order its timers ring, and what the clock says then. A tape keeps these, or gives them.
Everything happens in *moments*: one notification at an edge, one timer or one subscription, and
all that follows from it before the loop goes on. Within a moment the session's clock stands still.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from random import Random
from typing import Any, Protocol

from reactivex import abc


class Outlet(Protocol):
    """Where the items of one subscription leave the graph."""

    def enter(self, subscribe: Callable[[], abc.DisposableBase]) -> abc.DisposableBase:
        """Subscribe, in a moment."""
        ...

    def on_next(self, item: Any, then: Callable[[Any], object] | None) -> None:
        """Note an item, and hand it on outside of the graph."""
        ...

    def on_end(self, error: Exception | None, then: Callable[[], object]) -> None:
        """Note the end, and hand it on outside of the graph."""
        ...

    def leave(self, dispose: Callable[[], object]) -> None:
        """Unsubscribe."""
        ...


class Taping(Protocol):
    """A tape that runs along with a session: it records, or replays."""

    @property
    def now(self) -> float | None:
        """Seconds on the session's clock while a moment lasts, else None."""
        ...

    @property
    def chance(self) -> Random:
        """Where operators get random numbers from, the same ones in each replay."""
        ...

    def observe(
        self, name: str, observer: abc.ObserverBase[Any], *, source: bool = False
    ) -> abc.ObserverBase[Any] | None:
        """Stand between an edge and the graph.

        Args:
            name: Of the edge; those with equal names are told apart by their order.
            observer: Of the graph.
            source: Whether the edge may emit at any time, also while it is subscribed.

        Returns:
            Who is to be told instead; None when the tape itself answers.
        """
        ...

    def settle(self, told: abc.ObserverBase[Any]) -> None:
        """Hear that the source of an edge was subscribed."""
        ...

    def forget(self, observer: abc.ObserverBase[Any]) -> None:
        """Answer no more to an observer that has unsubscribed."""
        ...

    def answers(self, name: str) -> bool:
        """Tell whether the next edge of this name gets its items from the tape."""
        ...

    def loading(self, name: str) -> str | None:
        """Return the name of the edge by which a local model comes that the graph asks for.

        It is another one for each model, in the order in which they are asked, for those that are
        there at once have no edge. None when it is not the graph that asks.
        """
        ...

    def holds(self, name: str) -> bool:
        """Tell whether a tape that is replayed knows the next edge of this name."""
        ...

    def call_at(self, when: float, action: Callable[[], object]) -> abc.DisposableBase | None:
        """Arrange for a call at a time of the session's clock; None when it is not the graph's."""
        ...

    def outside(self) -> AbstractContextManager[object]:
        """Return a block in which nothing belongs to the graph."""
        ...

    def outlet(self, *, aside: bool) -> Outlet:
        """Return the next outlet.

        Args:
            aside: Whether a sink subscribes for its own purposes.
        """
        ...

    def apart(self) -> Outlet:
        """Return an outlet for a subscription that is not of the graph: it is not on the tape."""
        ...

    def close(self) -> None:
        """End the tape: everything was unsubscribed."""
        ...


__all__ = ["Outlet", "Taping"]
