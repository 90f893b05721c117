"""to_memory: everything, in a list."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from reactivex import Observable

from rxvoice.aio._drain import start
from rxvoice.session import Session, Sink

A = TypeVar("A")


def to_memory(into: list[A], /) -> Sink[A]:
    """Keep the items of a stream in a list, in their order; all of them, so that it grows.

    The awaitable is done when the stream has completed, and fails as the stream does. Cancelling
    it unsubscribes.

    Args:
        into: The list.

    Returns:
        The sink.
    """

    def sink(stream: Observable[A], session: Session) -> Awaitable[None]:
        over: asyncio.Future[None] = session.scheduler.loop.create_future()

        async def wait() -> None:
            await over

        def completed() -> None:
            if not over.done():
                over.set_result(None)

        def failed(error: Exception) -> None:
            if not over.done():
                over.set_exception(error)

        done = start(session.scope, wait, name="to_memory")
        subscription = session.subscribe(stream, into.append, failed, completed)
        done.add_done_callback(lambda _: subscription.dispose())
        return done

    return sink


__all__ = ["to_memory"]
