"""Playing a scene to a recogniser, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from reactivex.subject import Subject

from rxvoice.contracts import Heard, Transcriber
from rxvoice.items import AudioFrame, Fault, SpeechStarted, SpeechStopped, Transcript
from rxvoice.session import Session
from rxvoice.testing import run_virtual, silence, tone

STEP = 0.02


@dataclass(slots=True)
class Scene:
    """One subscription to a recogniser.

    Attributes:
        items: What it gave, in order.
        error: What it failed with.
        over: Whether it has ended.
        at: Seconds of audio that were given.
    """

    source: Subject[Heard] = field(default_factory=Subject[Heard])
    items: list[Any] = field(default_factory=list[Any])
    error: Exception | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    at: float = 0.0
    rate: int = 16_000

    @property
    def texts(self) -> list[str]:
        """The final texts."""
        return [t.text for t in self.transcripts if t.is_final and t.text]

    @property
    def transcripts(self) -> list[Transcript]:
        return [item for item in self.items if isinstance(item, Transcript)]

    @property
    def faults(self) -> list[Fault]:
        return [item for item in self.items if isinstance(item, Fault)]

    async def give(self, audio: AudioFrame) -> None:
        """Give audio in real time."""
        size = round(STEP * audio.rate)
        for index in range(0, len(audio.samples), size):
            part = audio.samples[index : index + size]
            self.source.on_next(AudioFrame(part, audio.rate, self.at))
            self.at += len(part) / audio.rate
            await asyncio.sleep(len(part) / audio.rate)

    async def say(self, duration: float = 0.4, *, marks: bool = True) -> None:
        """Speak, with marks, and be silent for a moment."""
        if marks:
            self.source.on_next(SpeechStarted(self.at))
        await self.give(AudioFrame(tone(duration, self.rate).samples, self.rate))
        await self.give(silence(0.2, self.rate))
        if marks:
            self.source.on_next(SpeechStopped(self.at, 0.2))

    async def quiet(self, duration: float) -> None:
        """Give silence."""
        await self.give(silence(duration, self.rate))

    async def wait(self, duration: float) -> None:
        """Give nothing."""
        await asyncio.sleep(duration)
        self.at += duration

    async def end(self) -> None:
        """Complete the source, and wait for the end."""
        self.source.on_completed()
        await self.over.wait()


async def listening(stt: Transcriber, play: Callable[[Scene], Awaitable[object]]) -> Scene:
    """Subscribe to a recogniser within a session, play a scene, and unsubscribe."""
    scene = Scene()

    def failed(error: Exception) -> None:
        scene.error = error
        scene.over.set()

    async with Session() as session:
        subscription = stt(scene.source).subscribe(
            scene.items.append, failed, scene.over.set, scheduler=session.scheduler
        )
        try:
            await play(scene)
        finally:
            subscription.dispose()
    return scene


def heard(
    make: Callable[[], AbstractAsyncContextManager[Transcriber]],
    play: Callable[[Scene], Awaitable[object]] | None = None,
) -> Scene:
    """Play a scene to a recogniser: one utterance, and the end, unless another is given."""

    async def utterance(scene: Scene) -> None:
        await scene.say()
        await scene.end()

    async def main() -> Scene:
        async with make() as stt:
            return await listening(stt, play or utterance)

    return run_virtual(main(), real_io=True)


def tells_of_it(scene: Scene) -> bool:
    """Whether a scene, in which something went wrong, has told of it."""
    return scene.error is not None or bool(scene.faults)


__all__ = ["Scene", "heard", "listening", "tells_of_it"]
