"""One subscription by the kit, and what came of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias, cast

from reactivex import Observable, abc

from ._notation import microseconds
from ._notifications import Notification, OnCompleted, OnError, OnNext

Recordable: TypeAlias = "Observable[Any] | Callable[[], Observable[Any] | AsyncIterator[Any]]"
"""What can be recorded: a stream, or a function that makes a stream or async generator."""


class Recording:
    """Subscribes at a given time and notes everything that happens.

    Attributes:
        subject: What is recorded.
        log: Time in seconds and notification, in order.
    """

    def __init__(
        self, subject: Recordable, loop: asyncio.AbstractEventLoop, scheduler: abc.SchedulerBase
    ) -> None:
        self.log: list[tuple[float, Notification]] = []
        self.subject: Recordable = subject
        self._loop = loop
        self._scheduler = scheduler
        self._subscription: abc.DisposableBase | None = None
        self._task: asyncio.Task[None] | None = None
        self._disposed = False

    @property
    def timed(self) -> list[tuple[int, Notification]]:
        """The log in microseconds."""
        return [(microseconds(at), notification) for at, notification in self.log]

    def start(self) -> None:
        """Subscribe."""
        subject = self.subject
        made: object = cast(object, subject) if isinstance(subject, Observable) else subject()
        if isinstance(made, Observable):
            self._subscribe(cast("Observable[Any]", made))
        elif hasattr(made, "__aiter__"):
            self._task = self._loop.create_task(
                self._iterate(cast("AsyncIterator[Any]", made)), name=f"iterate {subject!r}"
            )
        else:
            raise TypeError(f"expected a stream or an async iterator, got {made!r}")

    def dispose(self) -> None:
        """Unsubscribe, or cancel the task that iterates."""
        self._disposed = True
        if self._subscription is not None:
            self._subscription.dispose()
        if self._task is not None:
            self._task.cancel()

    def _subscribe(self, stream: "Observable[Any]") -> None:
        self._subscription = stream.subscribe(
            lambda value: self._note(OnNext(value)),
            lambda error: self._note(OnError(error)),
            lambda: self._note(OnCompleted()),
            scheduler=self._scheduler,
        )
        if self._disposed:
            self._subscription.dispose()

    async def _iterate(self, items: AsyncIterator[Any]) -> None:
        try:
            async for item in items:
                self._note(OnNext(item))
        except Exception as error:
            self._note(OnError(error))
        else:
            self._note(OnCompleted())
        finally:
            close = getattr(items, "aclose", None)
            if close is not None:
                await close()

    def _note(self, notification: Notification) -> None:
        self.log.append((self._loop.time(), notification))


__all__ = ["Recordable", "Recording"]
