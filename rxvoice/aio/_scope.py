"""The owner of tasks."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent import futures
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from rxvoice.aio import _pool
from rxvoice.errors import StragglerError

logger = logging.getLogger(__name__)

current_scope: ContextVar["Scope | None"] = ContextVar("rxvoice_scope", default=None)


class Scope:
    """Keeps tasks and thread jobs until their clean-up has ended.

    Args:
        loop: The loop the tasks run on; the running one unless given.
        name: Told in errors.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop | None = None, *, name: str = "scope"
    ) -> None:
        self.name = name
        self._loop = loop or asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._jobs: dict[futures.Future[Any], str] = {}
        self._closed = False

    @property
    def names(self) -> list[str]:
        """Names of the tasks and thread jobs that have not ended."""
        tasks = [task.get_name() for task in self._tasks if not task.done()]
        jobs = [name for job, name in self._jobs.items() if not job.done()]
        return sorted(tasks) + sorted(jobs)

    def spawn(
        self, start: Callable[[], Coroutine[Any, Any, None]], *, name: str
    ) -> asyncio.Task[None]:
        """Run a coroutine in a task of its own.

        Args:
            start: Makes the coroutine; called inside the task.
            name: The task's name.

        Returns:
            The task. An exception that it ends with reaches the loop's exception handler.

        Raises:
            RuntimeError: When the scope is closed.
        """
        if self._closed:
            raise RuntimeError(f"{self.name} is closed, {name} cannot start")

        async def run() -> None:
            current_scope.set(self)
            await start()

        task = self._loop.create_task(run(), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def adopt(self, job: futures.Future[Any], name: str) -> None:
        """Wait for a thread's job, too, when closing."""
        self._jobs[job] = name
        job.add_done_callback(lambda done: self._jobs.pop(done, None))

    async def aclose(self, grace: float = 5.0) -> None:
        """Cancel all tasks and wait until their clean-up and all thread jobs have ended.

        Args:
            grace: How long to wait, in seconds on the loop's clock. Tasks that are left after
                half of it are cancelled once more, for some libraries swallow the first.

        Raises:
            StragglerError: Names what was still running after ``grace``.
        """
        self._closed = True
        for task in self._tasks:
            if task.cancelling() == 0:
                task.cancel()
        await self._wait(grace / 2)
        for task in self._tasks:
            task.cancel()
        if self.names:
            await self._wait(grace / 2)
        left = self.names
        _pool.released(self, wait=not left)
        if left:
            raise StragglerError(left, grace)

    async def _wait(self, patience: float) -> None:
        me = asyncio.current_task()
        pending: set[asyncio.Future[Any]] = {task for task in self._tasks if task is not me}
        pending |= {self._end_of(job) for job in list(self._jobs)}
        if pending:
            await asyncio.wait(pending, timeout=patience)

    def _end_of(self, job: futures.Future[Any]) -> asyncio.Future[None]:
        ended = self._loop.create_future()

        def told() -> None:
            if not ended.done():
                ended.set_result(None)

        job.add_done_callback(lambda _: self._loop.call_soon_threadsafe(told))
        return ended

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._loop.call_exception_handler(
                {"message": f"{task.get_name()} failed", "exception": error, "task": task}
            )


_defaults: WeakKeyDictionary[asyncio.AbstractEventLoop, Scope] = WeakKeyDictionary()


def default_scope(loop: asyncio.AbstractEventLoop) -> Scope:
    """Return the scope of subscriptions that belong to no session of this loop."""
    scope = _defaults.get(loop)
    if scope is None:
        scope = _defaults[loop] = Scope(loop, name="no session")
    return scope
