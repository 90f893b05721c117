"""A virtual loop that knows what the provider under test has opened on it."""

import asyncio
import contextvars
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet

from rxvoice.testing._loop import VirtualLoop
from rxvoice.testing._stuck import name_tasks

theirs: ContextVar[bool] = ContextVar("rxvoice_conformance_theirs", default=False)
"""Whether what runs belongs to the provider: tasks and callbacks inherit it."""


class TrialLoop(VirtualLoop):
    """A virtual loop on which the provider's tasks, timers and connections can be counted.

    Args:
        real_io: As for `VirtualLoop`.

    Attributes:
        deadline: Virtual time after which nobody may go on making timers.
        overdue: Whether somebody did; the loop was stopped then.
    """

    def __init__(self, *, real_io: bool) -> None:
        self.deadline = float("inf")
        self.overdue = False
        self._their_tasks: WeakSet[asyncio.Task[Any]] = WeakSet()
        self._their_timers: list[asyncio.TimerHandle] = []
        self._their_connections: list[tuple[asyncio.BaseTransport, str]] = []
        super().__init__(real_io=real_io)

    def create_task(self, coro: Any, **options: Any) -> "asyncio.Task[Any]":
        """Note whose task it is."""
        task = super().create_task(coro, **options)
        context: contextvars.Context | None = options.get("context")
        if theirs.get() if context is None else context.get(theirs):
            self._their_tasks.add(task)
        return task

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """Note whose timer it is, and stop when time goes on for ever."""
        timer = super().call_at(when, callback, *args, context=context)
        if theirs.get():
            self._their_timers = [known for known in self._their_timers if not known.cancelled()]
            self._their_timers.append(timer)
        if self.time() > self.deadline and not self.overdue:
            self.overdue = True
            self.stop()
        return timer

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Note whose connection it is."""
        made: Any = await super().create_connection(*args, **options)
        if theirs.get():
            transport: asyncio.BaseTransport = made[0]
            self._their_connections.append((transport, str(transport.get_extra_info("peername"))))
        return made

    def their_tasks(self) -> "list[asyncio.Task[Any]]":
        """Return the provider's tasks that have not ended."""
        return [task for task in self._their_tasks if not task.done()]

    def opened(self) -> list[str]:
        """Describe what the provider has open, one line each."""
        tasks = self.their_tasks()
        lines = [f"task {line}" for line in name_tasks(tasks)]
        if not tasks:  # a task that is left may own the timers
            lines += [f"timer for {_name(t)}" for t in self._their_timers if self._is_pending(t)]
        lines += [
            f"connection to {peer}" for t, peer in self._their_connections if not t.is_closing()
        ]
        return lines

    def _is_pending(self, timer: asyncio.TimerHandle) -> bool:
        return not timer.cancelled() and timer.when() > self.time()


def _name(timer: asyncio.TimerHandle) -> str:
    callback: Any = timer._callback  # pyright: ignore
    return f"{getattr(callback, '__qualname__', None) or callback!r} at {timer.when():g} s"


__all__ = ["TrialLoop", "theirs"]
