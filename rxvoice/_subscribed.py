"""One subscription of a session."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reactivex import Observable, abc

from rxvoice._disposables import SingleAssignmentDisposable
from rxvoice.aio._report import report

if TYPE_CHECKING:
    from rxvoice.aio._taping import Outlet
    from rxvoice.clock import LoopScheduler

logger = logging.getLogger(__name__)


class Subscribed(abc.DisposableBase):
    """Tells what a stream emits until it is disposed; see `rxvoice.Session.subscribe`.

    Args:
        name: Of the session.
        clock: Of the session.
        outlet: Through which the items leave, when the session is taped.
        on_next: Told of items.
        on_error: Told of the failure, or of what ``on_next`` raised.
        on_completed: Told of the end.
        forget: Called when it is disposed.
    """

    def __init__(
        self,
        name: str,
        clock: "LoopScheduler",
        outlet: "Outlet | None",
        on_next: Callable[[Any], object] | None,
        on_error: Callable[[Exception], object] | None,
        on_completed: Callable[[], object] | None,
        forget: "Callable[[Subscribed], object]",
    ) -> None:
        super().__init__()
        self._name = name
        self._clock = clock
        self._outlet = outlet
        self._on_next = on_next
        self._on_error = on_error
        self._on_completed = on_completed
        self._forget = forget
        self._inner = SingleAssignmentDisposable()
        self._over = False

    def start(self, stream: Observable[Any]) -> None:
        """Subscribe."""
        outlet = self._outlet
        if outlet is None:
            self._inner.disposable = stream.subscribe(
                self._received, self.failed, self._completed, scheduler=self._clock
            )
        else:
            self._inner.disposable = outlet.enter(
                lambda: stream.subscribe(
                    self._received,
                    lambda error: outlet.on_end(error, lambda: self.failed(error)),
                    lambda: outlet.on_end(None, self._completed),
                    scheduler=self._clock,
                )
            )

    def dispose(self) -> None:
        """Unsubscribe."""
        if self._over:
            return
        self._over = True
        self._forget(self)
        if self._outlet is None:
            self._inner.dispose()
        else:
            self._outlet.leave(self._inner.dispose)

    def failed(self, error: Exception) -> None:
        """End it with an error."""
        self._call(self.dispose)
        if self._on_error is None:
            logger.error("%s: a stream failed", self._name, exc_info=error)
        else:
            self._call(self._on_error, error)

    def _received(self, item: Any) -> None:
        if self._over:
            return
        try:
            if self._outlet is not None:
                self._outlet.on_next(item, self._on_next)
            elif self._on_next is not None:
                self._on_next(item)
        except Exception as error:
            self.failed(error)

    def _completed(self) -> None:
        self._call(self.dispose)
        if self._on_completed is not None:
            self._call(self._on_completed)

    def _call(self, function: Callable[..., object], *args: Any) -> None:
        try:
            function(*args)
        except Exception as error:
            report(self._clock.loop, f"{self._name}: a callback failed", error)


__all__ = ["Subscribed"]
