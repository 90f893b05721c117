"""Having a voice speak, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from reactivex import abc
from reactivex.disposable import SerialDisposable
from reactivex.subject import Subject

from rxvoice.contracts import Synthesizer
from rxvoice.items import AudioFrame, Fault, Sentence, Word
from rxvoice.session import Session
from rxvoice.testing import run_virtual

LINES = ("Hello there.", "How are you today?", "Good bye!")


@dataclass(slots=True)
class Reply:
    """One subscription to a voice.

    Attributes:
        items: What it gave, in order.
        error: What it failed with.
        over: Whether it has ended.
    """

    source: Subject[Sentence] = field(default_factory=Subject[Sentence])
    items: list[Any] = field(default_factory=list[Any])
    error: Exception | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    subscription: abc.DisposableBase = field(default_factory=SerialDisposable)

    @property
    def frames(self) -> list[AudioFrame]:
        return [item for item in self.items if isinstance(item, AudioFrame)]

    @property
    def words(self) -> list[str]:
        return [item.text for item in self.items if isinstance(item, Word)]

    @property
    def faults(self) -> list[Fault]:
        return [item for item in self.items if isinstance(item, Fault)]

    @property
    def samples(self) -> NDArray[np.int16]:
        """All of the sound; its times have to follow each other."""
        at = 0.0
        for frame in self.frames:
            assert abs(frame.pts - at) < 1e-6
            at = frame.end
        parts = [frame.samples for frame in self.frames]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def say(self, *lines: str) -> None:
        for line in lines:
            self.source.on_next(Sentence(line))

    def cut(self) -> None:
        """Interrupt it."""
        self.subscription.dispose()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something came; looked at every 10 ms."""
        for _ in range(10_000):
            if condition():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never came")

    async def end(self, *lines: str) -> "Reply":
        """Say something, complete the source, and wait for the end."""
        self.say(*lines)
        self.source.on_completed()
        await self.over.wait()
        return self


def reply(tts: Synthesizer, session: Session) -> Reply:
    """Subscribe to a voice."""
    started = Reply()

    def failed(error: Exception) -> None:
        started.error = error
        started.over.set()

    started.subscription = tts(started.source).subscribe(
        started.items.append, failed, started.over.set, scheduler=session.scheduler
    )
    return started


def spoken(
    make: Callable[[], AbstractAsyncContextManager[Synthesizer]],
    play: Callable[[Callable[[], Reply]], Awaitable[Any]] | None = None,
) -> Any:
    """Run a scene within a session; unless another is given, three sentences, spoken to the end.

    Args:
        make: Makes the voice, and its server.
        play: The scene; it is given what begins a reply.

    Returns:
        What the scene returns: its `Reply`, of the usual one.
    """

    async def usual(begin: Callable[[], Reply]) -> Reply:
        return await begin().end(*LINES)

    async def main() -> Any:
        async with make() as tts, Session() as session:
            return await (play or usual)(lambda: reply(tts, session))

    return run_virtual(main(), real_io=True)


def tells_of_it(said: Reply) -> bool:
    """Whether a reply, in which something went wrong, has told of it."""
    return said.error is not None or bool(said.faults)


__all__ = ["LINES", "Reply", "reply", "spoken", "tells_of_it"]
