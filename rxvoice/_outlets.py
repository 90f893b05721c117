"""The sinks of one stream."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from reactivex import Observable, abc

from rxvoice.aio import Scope
from rxvoice.aio._fan import Fan
from rxvoice.aio._scope import current_scope
from rxvoice.errors import RxvoiceError

logger = logging.getLogger(__name__)

A = TypeVar("A")


class Outlets(Generic[A]):
    """Feeds sinks independently of one another, and knows how each of them ended.

    Args:
        scope: Owner of sinks that are coroutines.
        name: Told in logs.
    """

    def __init__(self, scope: Scope, name: str) -> None:
        self._scope = scope
        self._name = name
        self._fans: list[Fan[A]] = []
        self._written: list[asyncio.Future[None]] = []
        self._running: set[asyncio.Future[None]] = set()  # whose end was not told yet
        self._broken: set[asyncio.Future[None]] = set()
        self._failures: list[BaseException] = []
        self._error: Exception | None = None
        self._ended = False
        self._cancelled = False
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def open(self, sink: Callable[[Observable[A]], Awaitable[None]]) -> None:
        """Start a sink.

        Raises:
            Exception: What the sink raises when it is called.
        """

        def broken(error: Exception) -> None:
            if not written.done():
                self._broken.add(written)
                self._failed(error)
                written.cancel()

        fan: Fan[A] = Fan(broken)
        awaitable = sink(fan)
        if isinstance(awaitable, asyncio.Future):
            written: asyncio.Future[None] = awaitable
        else:
            context = contextvars.copy_context()
            context.run(current_scope.set, self._scope)
            written = context.run(asyncio.ensure_future, awaitable)
        if isinstance(written, asyncio.Task):
            self._scope.keep(written)
        self._fans.append(fan)
        self._written.append(written)
        self._running.add(written)
        written.add_done_callback(self._sink_done)

    async def feed(self, subscribe: Callable[[], abc.DisposableBase]) -> None:
        """Subscribe to the stream and wait until it has ended and all sinks are done.

        Args:
            subscribe: Subscribes `on_next`, `on_error` and `on_completed`.

        Raises:
            BaseException: What the stream failed with, else what the first failing sink did.
        """
        subscription = subscribe()
        try:
            self._look()
            await self._over
        finally:
            subscription.dispose()
        if self._error is not None:
            raise self._error
        if self._failures:
            raise self._failures[0]

    def cancel(self, reason: Exception | None = None) -> None:
        """Stop the sinks that are not done; `feed` does not wait for them.

        Args:
            reason: What it raises unless the stream has failed before.
        """
        self._cancelled = True
        self._error = self._error or reason
        for written in self._written:
            written.cancel()
        self._look()

    def on_next(self, item: A) -> None:
        """Hand an item to all sinks."""
        for fan in self._fans:
            fan.on_next(item)

    def on_error(self, error: Exception) -> None:
        """Tell all sinks that the stream has failed."""
        self._ended = True
        self._error = error
        for fan in self._fans:
            fan.on_error(error)
        self._look()

    def on_completed(self) -> None:
        """Tell all sinks that the stream has ended."""
        self._ended = True
        for fan in self._fans:
            fan.on_completed()
        self._look()

    def _sink_done(self, written: asyncio.Future[None]) -> None:
        self._running.discard(written)
        if not written.cancelled():
            error = written.exception()
            if error is not None and error is not self._error:
                self._failed(error)
        elif not self._cancelled and written not in self._broken:
            self._failed(RxvoiceError(f"{self._name}: a sink was cancelled from outside"))
        self._look()

    def _failed(self, error: BaseException) -> None:
        if self._failures or self._error is not None or self._busy or self._over.done():
            # What is raised in the end is another error, or this one much later.
            logger.error("%s: a sink failed", self._name, exc_info=error)
        self._failures.append(error)

    @property
    def _busy(self) -> bool:
        return bool(self._running)

    def _look(self) -> None:
        done = not self._busy and (self._ended or self._failures)
        if (done or self._cancelled) and not self._over.done():
            self._over.set_result(None)
