"""Subscriptions of a session that are not of the graph."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reactivex import abc
from reactivex.disposable import Disposable

if TYPE_CHECKING:
    from ._inside import Inside


class Apart:
    """Leaves a subscription as it is without a tape; an `rxvoice.aio._taping.Outlet`.

    Args:
        tape: Of the session, which is not to see it.
    """

    def __init__(self, tape: "Inside") -> None:
        self._tape = tape

    def enter(self, subscribe: Callable[[], abc.DisposableBase]) -> abc.DisposableBase:
        with self._tape.outside():
            return subscribe()

    def on_next(self, item: Any, then: Callable[[Any], object] | None) -> None:
        if then is not None:
            with self._tape.outside():
                then(item)

    def on_end(self, error: Exception | None, then: Callable[[], object]) -> None:
        with self._tape.outside():
            then()

    def leave(self, dispose: Callable[[], object]) -> None:
        with self._tape.outside():
            dispose()


class Unmade:
    """Stands for such a subscription in a replay, in which it is not made."""

    def enter(self, subscribe: Callable[[], abc.DisposableBase]) -> abc.DisposableBase:
        return Disposable()

    def on_next(self, item: Any, then: Callable[[Any], object] | None) -> None:
        """Nothing comes."""

    def on_end(self, error: Exception | None, then: Callable[[], object]) -> None:
        """Nothing ends."""

    def leave(self, dispose: Callable[[], object]) -> None:
        dispose()


__all__ = ["Apart", "Unmade"]
