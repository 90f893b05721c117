"""Letting time pass on whatever loop runs."""

import asyncio


async def turns(count: int = 6) -> None:
    """Let the loop turn so many times."""
    loop = asyncio.get_running_loop()
    for _ in range(count):
        turned: asyncio.Future[None] = loop.create_future()
        loop.call_soon(turned.set_result, None)
        await turned


async def pause(seconds: float) -> None:
    """Let time pass on the running loop; cancelling leaves no timer."""
    loop = asyncio.get_running_loop()
    due: asyncio.Future[None] = loop.create_future()
    timer = loop.call_later(seconds, lambda: due.done() or due.set_result(None))
    try:
        await due
    finally:
        timer.cancel()
