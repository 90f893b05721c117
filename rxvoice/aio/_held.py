"""`Held`."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Generic, TypeVar

from rxvoice.aio._scope import current_scope, default_scope
from rxvoice.errors import RxvoiceError

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Held(Generic[T]):
    """Holds a context manager open in a task of its own, which both enters and leaves it.

    Some managers, those of anyio among them, have to be left by the task that entered them, and
    must not be cancelled while they are left. Here they may be opened and closed by any tasks. The
    task belongs to the session's scope, which waits for it when it closes: that leaves the manager
    as `close` does.

    Args:
        opening: Makes the manager; called in the task.
        name: Of the task.
    """

    def __init__(self, opening: Callable[[], AbstractAsyncContextManager[T]], *, name: str) -> None:
        self._opening = opening
        self._name = name
        self._leave = asyncio.Event()
        self._opened: asyncio.Future[T] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it was opened, and neither was told to close nor came to an end by itself."""
        opened, task = self._opened, self._task
        if opened is None or task is None or not opened.done() or self._leave.is_set():
            return False
        return not task.done() and opened.exception() is None

    async def open(self) -> T:
        """Enter the manager, once, and return what it gives.

        A caller that is cancelled meanwhile first waits until what was begun is undone.

        Raises:
            Exception: What the manager failed with.
            RxvoiceError: When the scope was closed meanwhile.
        """
        loop = asyncio.get_running_loop()
        scope = current_scope.get()
        if scope is None or not scope.is_open_on(loop):
            scope = default_scope(loop)
        opened = self._opened = loop.create_future()
        self._task = scope.spawn(self._keep, name=self._name)
        try:
            await asyncio.wait({opened, self._task}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._task.cancel()
            await asyncio.wait({self._task})
            opened.cancel()
            raise
        if not opened.done():
            opened.cancel()
            raise RxvoiceError(f"{self._name} was cancelled from outside")
        return opened.result()

    async def close(self) -> None:
        """Leave the manager and wait until it is left; what it fails with is logged."""
        self._leave.set()
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task})

    async def _keep(self) -> None:
        """Run the manager in a task that nobody else can cancel."""
        inner = asyncio.ensure_future(self._hold())
        inner.set_name(f"{self._name}: held")
        opened = self._opened
        assert opened is not None
        while not inner.done():
            try:
                await asyncio.wait({inner})
            except asyncio.CancelledError:
                if not opened.done() and not self._leave.is_set():
                    inner.cancel()
                self._leave.set()
        error = None if inner.cancelled() else inner.exception()
        if error is not None and not opened.done():
            opened.set_exception(error)
        elif error is not None:
            logger.debug("%s ended with an error", self._name, exc_info=error)

    async def _hold(self) -> None:
        async with self._opening() as thing:
            if self._opened is not None and not self._opened.done():
                self._opened.set_result(thing)
            await self._leave.wait()


__all__ = ["Held"]
