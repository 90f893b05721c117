"""Running coroutines on a loop of their own."""

import asyncio
import contextlib
from collections.abc import Collection, Coroutine
from typing import Any, TypeVar

from ._leaks import leftovers, tasks_left, timers_left
from ._loop import VirtualLoop
from ._seeds import name_seed
from ._stuck import Deadlock
from ._waits import traceback_of, without_loop

T = TypeVar("T")


def run_virtual(
    coroutine: Coroutine[Any, Any, T], *, real_io: bool = False, seed: int | None = None
) -> T:
    """Run a coroutine in virtual time, and check that it leaves nothing behind.

    Args:
        coroutine: What to run. It starts at time 0.
        real_io: Whether sockets and other threads take part; see `VirtualLoop`.
        seed: Of the order of timers with equal deadlines; see `VirtualLoop`.

    Returns:
        What the coroutine returned.

    Raises:
        AssertionError: When a task or timer is left, or something failed unheard.
        Deadlock: When nothing is left to do and the coroutine still waits; its traceback leads to
            the place.
    """
    __tracebackhide__ = True
    loop = VirtualLoop(real_io=real_io, seed=seed)
    try:
        result, _ = _run(loop, coroutine)
    except BaseException as error:
        name_seed(error, loop.seed)
        for line in _unhandled(loop):
            error.add_note(f"meanwhile nobody handled this: {line}")
        raise
    try:
        assert_no_unhandled(loop)
    except AssertionError as error:
        name_seed(error, loop.seed)
        raise
    return result


def run_loudly(
    coroutine: Coroutine[Any, Any, T], *, real_io: bool = False, seed: int | None = None
) -> tuple[T, list[tuple[str, str]]]:
    """Run a coroutine in virtual time, and return also what reached the loop's exception handler.

    It is like `run_virtual` for tests in which something is meant to fail unheard.

    Args:
        coroutine: As for `run_virtual`.
        real_io: As for `run_virtual`.
        seed: As for `run_virtual`.

    Returns:
        What the coroutine returned; and message and exception, both as text, of all that reached
        the loop's exception handler.

    Raises:
        AssertionError: When a task or timer is left.
        Deadlock: When nothing is left to do and the coroutine still waits.
    """
    __tracebackhide__ = True
    loop = VirtualLoop(real_io=real_io, seed=seed)
    try:
        result, unhandled = _run(loop, coroutine)
    except BaseException as error:
        name_seed(error, loop.seed)
        raise
    return result, [(str(c.get("message")), str(c.get("exception"))) for c in unhandled]


def run_on(loop: VirtualLoop, work: "Coroutine[Any, Any, T] | asyncio.Task[T]") -> T:
    """Run a coroutine or a task on a loop; a `Deadlock` shows the place where it waits."""
    __tracebackhide__ = True
    try:
        return loop.run_until_complete(work)
    except Deadlock as deadlock:
        coroutine = work.get_coro() if isinstance(work, asyncio.Task) else work
        raise deadlock.with_traceback(traceback_of(coroutine)) from None
    except BaseException as error:
        error.__traceback__ = without_loop(error.__traceback__)
        raise


def finish_tasks(
    loop: VirtualLoop,
    patience: float = 60.0,
    background: "Collection[asyncio.Task[Any]]" = (),
) -> None:
    """Let tasks that were told to end do so.

    Args:
        loop: The loop.
        patience: Virtual seconds that they have.
        background: Tasks that were not told to.
    """
    settle(loop)
    deadline = loop.time() + patience
    while {*tasks_left(loop)} - {*background} and (timers := timers_left(loop)):
        if timers[0].when() > deadline:
            return
        loop.run_until_idle(timers[0].when())


def settle(loop: VirtualLoop) -> None:
    """Run what is ready at this instant, without letting time pass."""
    loop.run_until_idle(loop.time())


def abandon(loop: VirtualLoop) -> None:
    """Cancel what is left on a loop, let it clean up, and close the loop."""
    if loop.is_closed():
        return
    try:
        for task in tasks_left(loop):
            task.cancel()
        with contextlib.suppress(Exception):
            finish_tasks(loop)
            loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


def assert_no_unhandled(loop: VirtualLoop) -> None:
    """Fail when something reached the loop's exception handler.

    Raises:
        AssertionError: With all of it; caused by the first exception.
    """
    __tracebackhide__ = True
    if not loop.unhandled:
        return
    errors = [context.get("exception") for context in loop.unhandled]
    first = next((error for error in errors if error is not None), None)
    lines = "\n".join(f"  {line}" for line in _unhandled(loop))
    raise AssertionError(f"errors that nobody handled:\n{lines}") from first


def _unhandled(loop: VirtualLoop) -> list[str]:
    return [f"{context.get('message')}: {context.get('exception')!r}" for context in loop.unhandled]


def _run(loop: VirtualLoop, coroutine: Coroutine[Any, Any, T]) -> tuple[T, list[dict[str, Any]]]:
    """Run a coroutine; return its result and what was unhandled before the loop was closed."""
    __tracebackhide__ = True
    try:
        result = run_on(loop, coroutine)
        settle(loop)
        left = leftovers(loop, threads=False)
        unhandled = [*loop.unhandled]
    finally:
        abandon(loop)
    if left:
        lines = "\n".join(f"  {line}" for line in left)
        raise AssertionError(f"the coroutine returned and left behind:\n{lines}")
    return result, unhandled


__all__ = [
    "abandon",
    "assert_no_unhandled",
    "finish_tasks",
    "run_loudly",
    "run_on",
    "run_virtual",
    "settle",
]
