"""Forgetting the event loop that runs around what is called."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def no_running_loop() -> Generator[None]:
    """Let this thread forget for a while that a loop is running in it."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(running)


__all__ = ["no_running_loop"]
