"""One stream for several subscribers, on one loop."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from reactivex import abc

from rxvoice._stream import Inlet
from rxvoice.aio._report import report

T = TypeVar("T")


class Fan(Inlet[T], Generic[T]):
    """Hands on what it is told to all who are subscribed, without locks: for one thread.

    A subscriber that raises gets its exception back as its error and is dropped; the others and
    the producer do not notice.

    Args:
        unheard: Told of an exception that its subscriber did not take as an error either. The
            loop's exception handler is told otherwise, or, when no loop is running, the producer.
    """

    def __init__(self, unheard: Callable[[Exception], None] | None = None) -> None:
        super().__init__()
        self._unheard = unheard or _tell_loop

    def on_next(self, item: T) -> None:
        """Hand an item on."""
        for observer in self._observers:
            try:
                observer.on_next(item)
            except Exception as error:
                self._fail(observer, error)

    def on_error(self, error: Exception) -> None:
        """Fail for all, and for who comes later."""
        self._error = error
        for observer in self._end():
            self._fail(observer, error)

    def on_completed(self) -> None:
        """Complete for all, and for who comes later."""
        for observer in self._end():
            try:
                observer.on_completed()
            except Exception as error:
                self._unheard(error)

    def _fail(self, observer: abc.ObserverBase[T], error: Exception) -> None:
        try:
            observer.on_error(error)
        except Exception as unheard:
            self._unheard(unheard)


def _tell_loop(error: Exception) -> None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        raise error from None
    report(loop, "a subscriber failed", error)
