"""What is still there when nothing should be."""

import asyncio
import threading
from collections.abc import Collection
from typing import Any

from ._loop import VirtualLoop
from ._stuck import name_tasks


def tasks_left(loop: asyncio.AbstractEventLoop) -> "list[asyncio.Task[Any]]":
    """Return the loop's tasks that have not ended, the calling one excepted, by name."""
    running = asyncio.current_task(loop)
    tasks = (task for task in asyncio.all_tasks(loop) if task is not running)
    return sorted(tasks, key=lambda task: task.get_name())


def timers_left(loop: VirtualLoop) -> list[asyncio.TimerHandle]:
    """Return the loop's timers that were not cancelled, the next one first."""
    scheduled: list[Any] = loop._scheduled  # pyright: ignore[reportPrivateUsage]
    return sorted(timer for timer in scheduled if not timer.cancelled())


def threads_left() -> list[threading.Thread]:
    """Return the threads that rxvoice started and that still run: named ``rxvoice…``."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("rxvoice")]


def leftovers(
    loop: VirtualLoop,
    *,
    threads: bool = True,
    background: "Collection[asyncio.Task[Any]]" = (),
) -> list[str]:
    """Describe the tasks, timers and threads that are left, one line each.

    Args:
        loop: The loop to look at.
        threads: Whether threads count.
        background: Tasks that do not count. With any, timers do not count either: they may be
            theirs.
    """
    tasks = [task for task in tasks_left(loop) if task not in background]
    lines = [f"task {line}" for line in name_tasks(tasks)]
    if not tasks and not background:  # a task that is left may own the timers
        lines += [f"timer {_describe(timer)}" for timer in timers_left(loop)]
    if threads:
        lines += [f"thread {thread.name!r}" for thread in threads_left()]
    return lines


def assert_nothing_left(loop: VirtualLoop, *, threads: bool = True) -> None:
    """Fail when a task, a timer or a thread of rxvoice is left.

    Args:
        loop: The loop to look at. The calling task does not count.
        threads: Whether threads count. The worker pool of the process keeps its threads for the
            next session.

    Raises:
        AssertionError: With a list of what is left.
    """
    lines = leftovers(loop, threads=threads)
    if lines:
        raise AssertionError("still there:\n" + "\n".join(f"  {line}" for line in lines))


def _describe(timer: asyncio.TimerHandle) -> str:
    callback: Any = timer._callback  # pyright: ignore
    name = getattr(callback, "__qualname__", None) or repr(callback)
    return f"at {timer.when():.6f} s for {name}"


__all__ = ["assert_nothing_left", "leftovers", "tasks_left", "threads_left", "timers_left"]
