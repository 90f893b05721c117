"""The owner of tasks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from concurrent import futures
from contextvars import ContextVar
from typing import Any

from rxvoice.aio import _pool
from rxvoice.aio._queues import Queues
from rxvoice.aio._report import report
from rxvoice.aio._timing import TimedSteps, Timing
from rxvoice.errors import StragglerError

current_scope: ContextVar[Scope | None] = ContextVar("rxvoice_scope", default=None)


class Scope:
    """Keeps tasks and thread jobs until their clean-up has ended.

    Args:
        loop: The loop the tasks run on; the running one unless given.
        name: Told in errors.

    Attributes:
        name: As given.
        queues: What waits at the borders, to be looked at.
        timing: Times the steps of tasks that start from now on, when somebody wants to know.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop | None = None, *, name: str = "scope"
    ) -> None:
        self.name = name
        self.queues: Queues = Queues()
        self.timing: Timing | None = None
        self._loop = loop or asyncio.get_running_loop()
        self._tasks: dict[asyncio.Task[Any], bool] = {}  # whether it was told to end
        self._jobs: dict[futures.Future[Any], str] = {}
        self._closed = False
        self._released = False

    @property
    def names(self) -> list[str]:
        """Names of the tasks and thread jobs that have not ended."""
        tasks = [task.get_name() for task in self._tasks if not task.done()]
        return sorted(tasks) + self._job_names()

    def spawn(
        self, start: Callable[[], Coroutine[Any, Any, None]], *, name: str
    ) -> asyncio.Task[None]:
        """Run a coroutine in a task of its own, from the next turn of the loop on.

        Args:
            start: Makes the coroutine; called inside the task, and not at all when the task is
                cancelled before.
            name: The task's name.

        Returns:
            The task. An exception that it ends with reaches the loop's exception handler.

        Raises:
            RuntimeError: When the scope or its loop is closed.
        """
        if self._closed or self._loop.is_closed():
            raise RuntimeError(f"{self.name} is closed, {name} cannot start")
        eager = self._loop.get_task_factory() is not None

        async def run() -> None:
            current_scope.set(self)
            if eager:  # such a factory may run the first step before the caller knows the task
                await asyncio.sleep(0)
            await start()

        steps: Coroutine[Any, Any, None] = run()
        if self.timing is not None:
            steps = TimedSteps(self.timing, name, steps)
        task = self._loop.create_task(steps, name=name)
        self.keep(task)
        task.add_done_callback(self._ended)
        return task

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Cancel a task of somebody else's and wait for it, too, when closing."""
        self._tasks[task] = False
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    def end(self, task: asyncio.Task[Any], *, cancel: bool = True) -> None:
        """Cancel a task, once; `aclose` lets its clean-up go on undisturbed for a while.

        Args:
            task: One that `spawn` returned.
            cancel: False for a task that already ends by itself.
        """
        if not self._tasks.get(task, True):
            self._tasks[task] = True
            if cancel and not self._loop.is_closed():
                task.cancel()

    def adopt(self, job: futures.Future[Any], name: str) -> None:
        """Wait for a thread's job, too, when closing."""
        self._jobs[job] = name
        job.add_done_callback(lambda done: self._jobs.pop(done, None))

    def is_open_on(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Return whether what runs on this loop may still start thread jobs here."""
        return loop is self._loop and not self._released

    async def aclose(self, grace: float = 5.0) -> None:
        """Cancel all tasks and wait until their clean-up and all thread jobs have ended.

        The calling task is not one of them, even when the scope owns it.

        Args:
            grace: How long to wait, in seconds on the loop's clock. Tasks that are left after
                half of it are cancelled once more, for some libraries swallow the first.

        Raises:
            StragglerError: Names what was still running after ``grace``.
        """
        self._closed = True
        try:
            for task in self._others():
                self.end(task)
            if await self._wait(grace / 2):
                for task in self._others():
                    task.cancel()
                await self._wait(grace / 2)
        finally:
            left = sorted(task.get_name() for task in self._others()) + self._job_names()
            self._released = True
            _pool.release(self)
        if left:
            raise StragglerError(left, grace)

    def _job_names(self) -> list[str]:
        # Jobs end in their threads: only a copy stays the same while it is walked through.
        return sorted(name for job, name in self._jobs.copy().items() if not job.done())

    def _others(self) -> list[asyncio.Task[Any]]:
        me = asyncio.current_task()
        return [task for task in self._tasks if task is not me and not task.done()]

    async def _wait(self, patience: float) -> bool:
        """Wait until nothing is left, and return whether something is."""
        deadline = self._loop.time() + patience
        while True:
            pending: set[asyncio.Future[Any]] = set(self._others())
            pending |= {self._end_of(job) for job in self._jobs.copy()}
            if not pending:
                return False
            _, late = await asyncio.wait(pending, timeout=deadline - self._loop.time())
            if late:
                return True

    def _end_of(self, job: futures.Future[Any]) -> asyncio.Future[None]:
        ended: asyncio.Future[None] = self._loop.create_future()

        def told() -> None:
            if not ended.done():
                ended.set_result(None)

        def done(_: futures.Future[Any]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(told)

        job.add_done_callback(done)
        return ended

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            report(self._loop, f"{task.get_name()} failed", error, task=task)


_defaults: dict[asyncio.AbstractEventLoop, Scope] = {}


def default_scope(loop: asyncio.AbstractEventLoop) -> Scope:
    """Return the scope of subscriptions that belong to no session of this loop."""
    scope = _defaults.get(loop)
    if scope is None:
        for known in list(_defaults):
            if known.is_closed():
                _defaults.pop(known, None)
        scope = _defaults[loop] = Scope(loop, name="no session")
    return scope
