"""Letting time pass on whatever loop runs."""

import asyncio


async def turns(count: int = 6) -> None:
    """Let the running loop turn so many times, without letting time pass.

    Args:
        count: How many times; a task that awaits another one needs a turn or two a task.
    """
    loop = asyncio.get_running_loop()
    for _ in range(count):
        turned: asyncio.Future[None] = loop.create_future()
        loop.call_soon(_resolve, turned)
        await turned


async def pause(seconds: float) -> None:
    """Let time pass on the running loop; cancelling leaves no timer.

    Args:
        seconds: How long.
    """
    loop = asyncio.get_running_loop()
    due: asyncio.Future[None] = loop.create_future()
    timer = loop.call_later(seconds, _resolve, due)
    try:
        await due
    finally:
        timer.cancel()


def _resolve(future: "asyncio.Future[None]") -> None:
    if not future.done():  # it is when the waiting task was cancelled at this very instant
        future.set_result(None)


__all__ = ["pause", "turns"]
