"""A recogniser that hears one call, on a virtual loop with sockets."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from reactivex.subject import Subject

from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Heard, Transcriber
from rxvoice.errors import RxvoiceError
from rxvoice.items import AudioFrame, Fault, SpeechStarted, SpeechStopped, Transcript
from rxvoice.testing import run_virtual, silence, tone

T = TypeVar("T")
Step = AudioFrame | SpeechStarted | SpeechStopped | float
"""What is heard, or seconds that pass."""


@dataclass
class Outcome:
    """What came of a call."""

    items: list[Any] = field(default_factory=list[Any])
    error: Exception | None = None
    completed: bool = False

    def of(self, kind: type[T]) -> list[T]:
        """All items of a type."""
        return [item for item in self.items if isinstance(item, kind)]

    @property
    def finals(self) -> list[Transcript]:
        return [transcript for transcript in self.of(Transcript) if transcript.is_final]

    @property
    def texts(self) -> list[str]:
        """Final texts that are not blank."""
        return [final.text for final in self.finals if final.text]

    @property
    def failed(self) -> bool:
        """Whether somebody was told that it failed, as rxvoice does it."""
        told = bool(self.of(Fault))
        return told if self.error is None else isinstance(self.error, RxvoiceError)


def utterance(at: float = 0.0, seconds: float = 0.4) -> list[Step]:
    """A tone with speech marks around it, in real time, and four seconds after it."""
    steps: list[Step] = []
    frames = [*_frames(tone(seconds), at), *_frames(silence(0.3), at + seconds)]
    for number, frame in enumerate(frames):
        if number == 2:
            steps.append(SpeechStarted(pts=frame.pts))
        steps += [frame, frame.duration]
    return [*steps, SpeechStopped(pts=at + seconds + 0.3), 4.0]


def _frames(audio: AudioFrame, at: float) -> list[AudioFrame]:
    size = audio.rate // 20
    return [
        AudioFrame(audio.samples[n : n + size], audio.rate, at + n / audio.rate)
        for n in range(0, len(audio.samples), size)
    ]


async def listen(transcriber: Transcriber, steps: Sequence[Step], *, end: float = 30.0) -> Outcome:
    """Give a call to a recogniser; the source completes at last."""
    heard, over = Outcome(), asyncio.Event()
    source: Subject[Heard] = Subject()

    def failed(error: Exception) -> None:
        heard.error = error
        over.set()

    def completed() -> None:
        heard.completed = True
        over.set()

    scheduler = loop_scheduler(None)
    subscription = transcriber(source).subscribe(
        heard.items.append, failed, completed, scheduler=scheduler
    )
    try:
        for step in steps:
            if isinstance(step, int | float):
                await asyncio.sleep(step)
            elif not over.is_set():
                source.on_next(step)
        source.on_completed()
        async with asyncio.timeout(end):
            await over.wait()
    finally:
        subscription.dispose()
        await asyncio.sleep(0.1)
    return heard


def in_virtual_time(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return run_virtual(main(), real_io=True)


def call(
    make: Callable[[], AbstractAsyncContextManager[Transcriber]],
    steps: Sequence[Step] | None = None,
) -> Outcome:
    """What came of a call that a recogniser heard; by default it is one utterance."""

    async def main() -> Outcome:
        async with make() as transcriber:
            return await listen(transcriber, utterance() if steps is None else steps)

    return in_virtual_time(main)
