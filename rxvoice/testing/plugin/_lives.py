"""Asynchronous fixtures that live as long as a test."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from rxvoice.testing._loop import VirtualLoop
from rxvoice.testing._run import run_on


class Life:
    """Runs an async generator in one task: what opens things closes them, too.

    Args:
        loop: The loop.
        steps: Yields once.
        name: Of the task.
    """

    def __init__(self, loop: VirtualLoop, steps: AsyncGenerator[Any, None], name: str) -> None:
        self._loop = loop
        self._steps = steps
        self._name = name
        self._value: asyncio.Future[Any] = loop.create_future()
        self._over: asyncio.Future[None] = loop.create_future()
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> Any:
        """Run the fixture up to its ``yield``, and return what it yields."""
        task = self._loop.create_task(self._live(), name=self._name)
        run_on(self._loop, self._begun(task))
        self._task = task
        return self._value.result()

    def end(self) -> None:
        """Run the rest of the fixture."""
        if self._task is not None and not self._loop.is_closed():
            if not self._over.done():
                self._over.set_result(None)
            run_on(self._loop, self._task)

    async def _live(self) -> None:
        try:
            self._value.set_result(await anext(self._steps))
        except StopAsyncIteration:
            raise RuntimeError(f"{self._name} does not yield") from None
        await self._over
        async for _ in self._steps:
            raise RuntimeError(f"{self._name} yields more than once")

    async def _begun(self, task: "asyncio.Task[None]") -> None:
        await asyncio.wait([task, self._value], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            self._value.cancel()
            await task
