"""Blocking work in threads."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable
from concurrent import futures
from typing import Any, TypeVar, TypeVarTuple

from rxvoice._types import Operator
from rxvoice.aio import _pool
from rxvoice.aio._lift import lift
from rxvoice.aio._pull import Pulled
from rxvoice.aio._queue import Policy
from rxvoice.aio._report import report_from_thread
from rxvoice.aio._scope import current_scope, default_scope

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


async def in_thread(
    function: Callable[[*Ts], T],
    *args: *Ts,
    name: str | None = None,
    cost: float = 0.0,
) -> T:
    """Run a blocking function in one of the process's worker threads.

    A loop that has a method ``run_inline(function, args, cost)``, as the virtual loop of
    `rxvoice.testing` has, runs it inline instead and lets it take ``cost`` seconds of its own time.

    Cancelling the waiting task does not stop a function that is running; the session waits for it
    when it closes, and what it raises reaches the loop's exception handler. One that has not begun
    never will.

    Args:
        function: Called with ``args`` in the thread, in a copy of the caller's context.
        args: Its positional arguments.
        name: Told when it does not end; the function's name unless given.
        cost: Seconds it takes on a virtual loop.

    Returns:
        What the function returned.
    """
    loop = asyncio.get_running_loop()
    inline: Callable[..., asyncio.Future[Any]] | None = getattr(loop, "run_inline", None)
    if inline is not None:
        return await inline(function, args, cost)
    label = name or getattr(function, "__name__", "job")
    context = contextvars.copy_context()

    def call() -> T:
        try:
            return context.run(function, *args)
        except StopIteration as stop:  # a future of asyncio refuses it, and nobody would hear
            raise RuntimeError(f"{label} raised StopIteration") from stop

    scope = current_scope.get()
    if scope is not None and scope.is_open_on(loop):
        job = _pool.submit(scope, call)
    else:
        scope = default_scope(loop)
        job = _pool.submit(None, call)
    scope.adopt(job, label)
    try:
        return await asyncio.wrap_future(job)
    except asyncio.CancelledError:
        job.add_done_callback(lambda job: _tell_late_error(loop, label, job))
        raise


def map_in_thread(
    function: Callable[[A], B],
    /,
    *,
    capacity: int = 32,
    policy: Policy = "error",
    name: str | None = None,
    cost: float = 0.0,
) -> Operator[A, B]:
    """Map items in a worker thread, one at a time and in order.

    Args:
        function: Called in the thread; an exception ends the stream with it.
        capacity: How many items may wait.
        policy: What happens when one more comes.
        name: Name of the task and of the jobs.
        cost: Seconds a call takes on a virtual loop.

    Returns:
        The operator. It completes when the source has and the last item was mapped.
    """
    label = name or getattr(function, "__name__", "map_in_thread")

    async def mapped(items: Pulled[A]) -> AsyncIterator[B]:
        async for item in items:
            yield await in_thread(function, item, name=label, cost=cost)

    return lift(mapped, capacity=capacity, policy=policy, name=label)


def _tell_late_error(
    loop: asyncio.AbstractEventLoop, name: str, job: "futures.Future[Any]"
) -> None:
    error = None if job.cancelled() else job.exception()
    if error is not None:
        report_from_thread(loop, f"{name} failed after nobody waited for it any more", error)
