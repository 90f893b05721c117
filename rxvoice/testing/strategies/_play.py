"""Timelines as streams."""

import asyncio
from collections.abc import AsyncGenerator
from itertools import groupby
from typing import Generic, TypeVar

from reactivex import Observable, abc
from reactivex.disposable import Disposable

from rxvoice.clock import loop_scheduler

from ._timeline import Timeline

T = TypeVar("T")


class Played(Observable[T], Generic[T]):
    """A stream that does what a timeline says, anew for every subscriber.

    Args:
        timeline: What it does.
        name: How it is called where a test fails.
        deaf: Whether it goes on when it is unsubscribed, as a producer that was written badly.

    Attributes:
        uses: How often it was subscribed.
        open: How many subscriptions and iterations have neither ended nor been given up.
        iterating: How many of them are iterations.
        ended: How many subscriptions were told of its end.
    """

    def __init__(self, timeline: Timeline[T], name: str = "stream", *, deaf: bool = False) -> None:
        super().__init__()
        self.timeline = timeline
        self.name = name
        self.uses: int = 0
        self.open: int = 0
        self.iterating: int = 0
        self.ended = 0
        self._deaf = deaf

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def _subscribe_core(
        self, observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        self.uses += 1
        self.open += 1
        reading = _Reading(self, observer, loop_scheduler(scheduler).loop)
        return Disposable(reading.stop if not self._deaf else reading.forget)

    async def iterate(self) -> AsyncGenerator[T]:
        """Do the same as an async generator."""
        self.uses += 1
        self.open += 1
        self.iterating += 1
        timeline = self.timeline
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            for at, item in timeline.items:
                await _sleep_until(start + at * timeline.tick)
                yield item
            if not timeline.ending:
                await loop.create_future()
            await _sleep_until(start + timeline.seconds)
            if timeline.ending == "#":
                raise timeline.error
        finally:
            self.open -= 1
            self.iterating -= 1


class _Reading(Generic[T]):
    """One subscription: a single timer waits for the next instant."""

    def __init__(
        self, played: Played[T], observer: abc.ObserverBase[T], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._played = played
        self._observer = observer
        self._loop = loop
        self._start = loop.time()
        self._open = True
        self._stopped = False
        timeline = played.timeline
        self._instants = [
            (at, [item for _, item in group])
            for at, group in groupby(timeline.items, key=lambda pair: pair[0])
        ]
        if timeline.ending and (not self._instants or self._instants[-1][0] < timeline.length):
            self._instants.append((timeline.length, []))
        self._next = 0
        self._timer: asyncio.TimerHandle | None = None
        self._wait()

    def forget(self) -> None:
        """Note that it should stop."""
        if self._open:
            self._open = False
            self._played.open -= 1

    def stop(self) -> None:
        """Emit nothing more."""
        self._stopped = True
        self.forget()
        if self._timer is not None:
            self._timer.cancel()

    def _wait(self) -> None:
        if self._next < len(self._instants) and not self._stopped:
            when = self._start + self._instants[self._next][0] * self._played.timeline.tick
            self._timer = self._loop.call_at(when, self._emit)

    def _emit(self) -> None:
        timeline = self._played.timeline
        _, items = self._instants[self._next]
        self._next += 1
        self._wait()  # before it emits, for a subscriber may raise
        for item in items:
            if self._stopped:
                return
            self._observer.on_next(item)
        if self._next < len(self._instants) or self._stopped or not timeline.ending:
            return
        self.forget()
        self._played.ended += 1
        if timeline.ending == "|":
            self._observer.on_completed()
        else:
            self._observer.on_error(timeline.error)


async def _sleep_until(when: float) -> None:
    delay = when - asyncio.get_running_loop().time()
    if delay > 0.0:
        await asyncio.sleep(delay)


def play(timeline: Timeline[T], name: str = "stream", *, deaf: bool = False) -> Played[T]:
    """Make a stream of a timeline; it starts anew for every subscriber.

    Args:
        timeline: What it does.
        name: How it is called where a test fails.
        deaf: Whether it goes on when it is unsubscribed, as a producer that was written badly.
    """
    return Played(timeline, name, deaf=deaf)


__all__ = ["Played", "play"]
