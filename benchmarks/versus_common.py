"""What all measures of `versus` need: numbers, clocks, memory."""

import asyncio
import gc
import os
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

from versus_work import SILENCE, SPEECH, TICK, Line

Found = dict[str, Any]


def percentile(values: list[float], share: float) -> float:
    """Return the value that this share of all stays below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: list[float], scale: float = 1.0) -> Found:
    """Tell median, 95th percentile, least and most."""
    return {
        "median": scale * statistics.median(values),
        "p95": scale * percentile(values, 0.95),
        "least": scale * min(values),
        "most": scale * max(values),
        "count": len(values),
    }


class Clock:
    """Ticks, and does not lose time when it was late.

    Args:
        period: Seconds.
    """

    def __init__(self, period: float = TICK) -> None:
        self._period = period
        self._due = time.perf_counter()

    async def tick(self) -> float:
        """Wait for the next one; return by how many seconds it was late."""
        self._due += self._period
        await asyncio.sleep(max(0.0, self._due - time.perf_counter()))
        return time.perf_counter() - self._due


async def say(line: Line, clock: Clock, frames: int, *, loud: bool) -> None:
    """Let the user speak, or be silent, for so many frames."""
    for _ in range(frames):
        await clock.tick()
        line.hear(SPEECH if loud else SILENCE)


class Pauses:
    """Takes the time that collecting garbage takes."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._began = 0.0
        gc.callbacks.append(self._told)

    def _told(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
        else:
            self.longest = max(self.longest, time.perf_counter() - self._began)


async def through_generators(frame: object, count: int, frames: int) -> float:
    """Return the processor seconds that frames take through so many async generators."""

    async def source() -> AsyncIterator[object]:
        for number in range(frames):
            if number % 50 == 0:
                await asyncio.sleep(0)
            yield frame

    async def stage(before: AsyncIterator[object]) -> AsyncIterator[object]:
        async for each in before:
            yield each

    stream = source()
    for _ in range(count):
        stream = stage(stream)
    began = time.process_time()
    async for _ in stream:
        pass
    return time.process_time() - began


def resident() -> int:
    """Return this process's memory in bytes."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


__all__ = [
    "Clock",
    "Found",
    "Pauses",
    "percentile",
    "resident",
    "say",
    "spread",
    "through_generators",
]
