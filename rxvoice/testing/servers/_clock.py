"""The running loop's time."""

import asyncio


def now() -> float:
    """Return the running loop's time in seconds."""
    return asyncio.get_running_loop().time()


async def wait(seconds: float) -> None:
    """Let time pass on the running loop; cancelling leaves no timer."""
    if seconds <= 0.0:
        return
    loop = asyncio.get_running_loop()
    due: asyncio.Future[None] = loop.create_future()
    timer = loop.call_later(seconds, lambda: due.done() or due.set_result(None))
    try:
        await due
    finally:
        timer.cancel()


async def turn() -> None:
    """Let the loop turn, so that a client on it reads what was written."""
    loop = asyncio.get_running_loop()
    turned: asyncio.Future[None] = loop.create_future()
    loop.call_soon(lambda: turned.done() or turned.set_result(None))
    await turned


__all__ = ["now", "turn", "wait"]
