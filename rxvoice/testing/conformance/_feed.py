"""The source of an operator under test."""

from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

from reactivex import Observable, abc
from reactivex.disposable import Disposable

from ._loop import TrialLoop


class Feed(Observable[Any]):
    """A hot stream that remembers what it gave and who listened.

    Args:
        loop: The loop of the trial.

    Attributes:
        given: Time and item.
        subscribed: How often it was subscribed.
        end: When it ended, and with what error; ``None`` while it has not.
    """

    def __init__(self, loop: TrialLoop) -> None:
        super().__init__()
        self.given: list[tuple[float, Any]] = []
        self.subscribed = 0
        self.end: tuple[float, Exception | None] | None = None
        self._loop = loop
        self._listeners: dict[object, tuple[abc.ObserverBase[Any], Context]] = {}

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def give(self, item: Any) -> None:
        """Emit an item."""
        self.given.append((self._loop.time(), item))
        self._tell(lambda observer: observer.on_next(item))

    def complete(self) -> None:
        """Come to the end."""
        self._finish(None)

    def fail(self, error: Exception) -> None:
        """Fail."""
        self._finish(error)

    def _finish(self, error: Exception | None) -> None:
        self.end = self._loop.time(), error
        if error is None:
            self._tell(lambda observer: observer.on_completed())
        else:
            self._tell(lambda observer: observer.on_error(error))
        self._listeners.clear()

    def _tell(self, what: Callable[[abc.ObserverBase[Any]], None]) -> None:
        for key, (observer, context) in list(self._listeners.items()):
            if key in self._listeners:
                context.copy().run(what, observer)

    def _subscribe_core(
        self, observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        self.subscribed += 1
        if self.end is not None:
            if self.end[1] is None:
                observer.on_completed()
            else:
                observer.on_error(self.end[1])
            return Disposable()
        key = object()
        self._listeners[key] = observer, copy_context()

        def leave() -> None:
            self._listeners.pop(key, None)

        return Disposable(leave)


__all__ = ["Feed"]
