"""Coroutine functions as sinks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, TypeVar

from reactivex import Observable

from rxvoice.aio._pull import Pulled
from rxvoice.aio._queue import Policy, check
from rxvoice.aio._scope import Scope
from rxvoice.clock import LoopScheduler
from rxvoice.errors import RxvoiceError

A = TypeVar("A")


class _Scheduled(Protocol):
    @property
    def scheduler(self) -> LoopScheduler: ...


def drain_into(
    send: Callable[[A], Awaitable[Any]],
    /,
    *,
    capacity: int = 256,
    policy: Policy = "error",
    name: str = "drain",
) -> Callable[[Observable[A], _Scheduled], Awaitable[None]]:
    """Make a sink that awaits ``send`` for each item, one at a time and in order.

    Args:
        send: Called on the loop; an exception ends the sink with it.
        capacity: How many items may wait.
        policy: What happens when one more comes.
        name: The task's name.

    Returns:
        The sink, to be called with a stream and a session: it subscribes at once; the awaitable it
        returns is done when the stream has ended and the last item was sent. Cancelling that
        cancels what is being sent.
    """
    check(capacity, policy)

    def sink(stream: Observable[A], session: _Scheduled) -> Awaitable[None]:
        items: Pulled[A] = Pulled(capacity, policy, name)

        async def drain() -> None:
            async for item in items:
                await send(item)

        scheduler = session.scheduler
        items.show_in(scheduler.scope.queues)
        done = start(scheduler.scope, drain, name=name)
        done.add_done_callback(lambda _: items.close())
        items.subscription.disposable = stream.subscribe(
            items.on_next, items.on_error, items.on_completed, scheduler=scheduler
        )
        return done

    return sink


def start(
    scope: Scope, work: Callable[[], Coroutine[Any, Any, None]], *, name: str
) -> asyncio.Future[None]:
    """Run a coroutine in a task of a scope, and tell by a future how it ended.

    Args:
        scope: Owner of the task.
        work: Makes the coroutine.
        name: The task's name.

    Returns:
        The future. Cancelling it cancels the task. It is cancelled when the task was, and fails
        when what the task waited for was cancelled by somebody else.
    """
    done: asyncio.Future[None]

    async def run() -> None:
        try:
            await work()
        except asyncio.CancelledError as cancelled:
            if task.cancelling() or done.done():
                raise
            error = RxvoiceError(f"{name} was cancelled from outside")
            error.__cause__ = cancelled
            done.set_exception(error)
        except Exception as error:
            if done.done():
                raise
            done.set_exception(error)

    def ended(_: asyncio.Task[None]) -> None:
        if done.done():
            return
        if task.cancelled():
            done.cancel()
        else:
            done.set_result(None)

    task = scope.spawn(run, name=name)
    done = task.get_loop().create_future()
    task.add_done_callback(ended)
    done.add_done_callback(lambda _: scope.end(task, cancel=done.cancelled()))
    return done
