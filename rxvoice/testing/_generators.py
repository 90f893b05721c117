"""Async generators that do what a diagram says, and remember who used them when."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

from ._loop import VirtualLoop
from ._notation import END, ERROR, Mark, microseconds
from ._sources import Life, Script

T = TypeVar("T")


class MarbleGenerator(Generic[T]):
    """Makes async generators that do what a diagram says; each call makes one.

    A diagram without ``|`` or ``#`` waits for ever after its last value.

    Attributes:
        script: The diagram and what it means.
        cleanup: Virtual seconds that the clean-up takes.
        lives: The generators that were started, in order.
        emitted: What they did: seconds and mark.
    """

    def __init__(self, script: Script, cleanup: float) -> None:
        self.script = script
        self.cleanup = cleanup
        self.__name__: str = repr(self)
        self.lives: list[Life] = []
        self.emitted: list[tuple[float, Mark]] = []

    def __repr__(self) -> str:
        return f"MarbleGenerator({self.script.text.strip()!r})"

    async def __call__(self) -> AsyncGenerator[T, None]:
        """Make a generator; its time 0 is its first step."""
        script = self.script
        loop = script.loop
        start = microseconds(loop.time())
        life = Life(loop.time())
        self.lives.append(life)
        try:
            for at, mark in script.diagram.marks:
                await _until(loop, (start + at) / 1_000_000)
                self.emitted.append((loop.time(), mark))
                if mark.kind == END:
                    return
                if mark.kind == ERROR:
                    raise script.failure()
                yield script.value(mark)
            await loop.create_future()
        finally:
            life.stopped = loop.time()
            if self.cleanup > 0.0:
                await _until(loop, loop.time() + self.cleanup)
            life.ended = loop.time()


async def _until(loop: VirtualLoop, when: float) -> None:
    if when <= loop.time():
        return
    due: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not due.done():  # it is when the waiting task was cancelled at this very instant
            due.set_result(None)

    [timer] = loop.call_together([(when, wake)])
    try:
        await due
    finally:
        timer.cancel()


__all__ = ["MarbleGenerator"]
