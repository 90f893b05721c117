"""One call."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, TypeAlias, TypeVar

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable
from reactivex.subject import Subject

from rxvoice.aio import Scope
from rxvoice.aio._scope import current_scope
from rxvoice.clock import LoopScheduler

logger = logging.getLogger(__name__)

A = TypeVar("A")

Sink: TypeAlias = Callable[[Observable[A], "Session"], Awaitable[None]]
"""Subscribes to a stream before it returns; what it returns is done when all was written."""


class Session:
    """One call: its clock, its subscriptions and all that they start.

    Sinks subscribe through a session, so that `aclose` can end everything: subscriptions, tasks,
    sockets (which tasks own) and thread jobs.

    Args:
        name: Told in errors and logs.
        grace: How long `aclose` waits for clean-up, in seconds.

    Attributes:
        name: As given.
        scheduler: The loop-clock scheduler for all subscriptions; its clock starts at 0 now.
        scope: Owner of all tasks.

    Raises:
        RuntimeError: When no event loop is running.
    """

    def __init__(self, *, name: str = "session", grace: float = 5.0) -> None:
        if grace <= 0.0:
            raise ValueError(f"grace must be positive, got {grace}")
        loop = asyncio.get_running_loop()
        self.name = name
        self.scope = Scope(loop, name=name)
        self.scheduler = LoopScheduler(loop, scope=self.scope)
        self._grace = grace
        self._subscriptions = CompositeDisposable()
        self._closing: asyncio.Task[None] | None = None

    @property
    def now(self) -> float:
        """Seconds since the session began."""
        return self.scheduler.now_seconds

    def subscribe(
        self,
        stream: Observable[A],
        on_next: Callable[[A], object] | None = None,
        on_error: Callable[[Exception], object] | None = None,
        on_completed: Callable[[], object] | None = None,
    ) -> abc.DisposableBase:
        """Subscribe for as long as the session lives.

        An exception raised by ``on_next`` ends this subscription and goes to ``on_error``; without
        ``on_error``, errors are logged.

        Returns:
            Unsubscribes earlier.
        """
        subscription = CompositeDisposable()

        def failed(error: Exception) -> None:
            subscription.dispose()
            if on_error is None:
                logger.error("%s: a stream failed", self.name, exc_info=error)
            else:
                on_error(error)

        def received(item: A) -> None:
            if subscription.is_disposed or on_next is None:
                return
            try:
                on_next(item)
            except Exception as error:
                failed(error)

        def completed() -> None:
            self._subscriptions.remove(subscription)
            if on_completed is not None:
                on_completed()

        self._subscriptions.add(subscription)
        subscription.add(stream.subscribe(received, failed, completed, scheduler=self.scheduler))
        return subscription

    async def run(self, stream: Observable[A], /, *sinks: Sink[A]) -> None:
        """Subscribe once, feed all sinks and wait until the stream has ended and all are done.

        A sink that fails does not disturb the others.

        Args:
            stream: The whole pipe.
            sinks: Each gets every item.

        Raises:
            Exception: What the stream failed with, else what the first failing sink failed with.
                When all sinks have failed, the stream is unsubscribed at once.
        """
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Exception | None] = loop.create_future()
        items: Subject[A] = Subject()
        written = [asyncio.ensure_future(sink(items, self)) for sink in sinks]

        def end(error: Exception | None = None) -> None:
            if not ended.done():
                ended.set_result(error)

        def failed(error: Exception) -> None:
            items.on_error(error)
            end(error)

        def completed() -> None:
            items.on_completed()
            end()

        def sink_done(_: asyncio.Future[None]) -> None:
            if all(done.done() for done in written) and any(
                not done.cancelled() and done.exception() for done in written
            ):
                end()

        for done in written:
            done.add_done_callback(sink_done)
        subscription = self.subscribe(stream, items.on_next, failed, completed)
        try:
            error = await ended
            subscription.dispose()
            results = await asyncio.gather(*written, return_exceptions=True)
        finally:
            subscription.dispose()
            for done in written:
                done.cancel()
        if error is not None:
            raise error
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def aclose(self) -> None:
        """Unsubscribe everything and wait until its clean-up has ended; idempotent.

        Raises:
            StragglerError: Names the tasks and thread jobs that did not end in time.
        """
        if self._closing is None:
            self._subscriptions.dispose()
            self._closing = asyncio.get_running_loop().create_task(
                self.scope.aclose(self._grace), name=f"{self.name}: aclose"
            )
        await asyncio.shield(self._closing)

    async def __aenter__(self) -> "Session":
        self._token = current_scope.set(self.scope)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        current_scope.reset(self._token)
        await self.aclose()


async def run(stream: Observable[A], /, *sinks: Sink[A], **options: Any) -> None:
    """Run a pipe in a session of its own, until it ends, fails or is cancelled.

    Args:
        stream: The whole pipe.
        sinks: Each gets every item, as in `Session.run`.
        **options: As for `Session`.
    """
    async with Session(**options) as session:
        await session.run(stream, *sinks)


__all__ = ["Session", "Sink", "run"]
