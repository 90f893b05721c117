"""Cost of a 20 ms frame on its way through the listening pipe, without the models."""

import asyncio
import gc
import time
from collections.abc import Callable

import numpy as np
from measured import Measured
from numpy.typing import NDArray
from reactivex import Observable, abc
from reactivex.subject import Subject

from rxvoice import AudioFrame, Event, Session, SpeechStopped, Transcript, Turn
from rxvoice.contracts import Heard, StopStrategy, Transcriber
from rxvoice.operators import (
    aggregate_turn,
    stop_after_silence,
    stop_at_end_of_turn,
    transcribe,
    utterances,
    vad_gate,
)

RATE = 16_000
FRAME = 320
STRETCH = 1.0
"""Seconds of speech, then of silence, by turns."""

FRAMES = 6_000
ROUNDS = 5


class Alternating:
    """A detector that does nothing and reports speech half of the time."""

    rate = RATE
    window = 512

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        """Return 1 or 0."""
        self._count += 1
        return float(self._count * self.window // round(STRETCH * RATE) % 2)

    def reset(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def instant(source: Observable[Heard]) -> Observable[Transcript]:
    """Answer each end of speech at once."""

    def subscribe(
        observer: abc.ObserverBase[Transcript], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        def on_next(item: Heard) -> None:
            if isinstance(item, SpeechStopped):
                observer.on_next(Transcript("hello", True, True, end=item.speech_pts))

        return source.subscribe(
            on_next, observer.on_error, observer.on_completed, scheduler=scheduler
        )

    return Observable(subscribe)


async def recognise(audio: AudioFrame) -> Transcript:
    """Recognise an utterance at once."""
    return Transcript("hello", True, True, pts=audio.pts, end=audio.end)


async def complete(audio: AudioFrame) -> float:
    """Find every turn complete at once."""
    return 1.0


def listening() -> list[Measured]:
    """Measure."""
    bare = min(asyncio.run(fed(lambda _: None)) for _ in range(ROUNDS))
    # Frames come a hundred times faster than in real time, so that nothing can wait.
    silence = stop_after_silence(min_delay=0.0, latency=0.0)
    lines: list[Measured] = []
    for name, stt, stop in (
        ("frame through the listening pipe", instant, silence),
        ("the same, with utterances and end of turn", utterances(recognise), None),
    ):
        times: list[float] = []
        turns = 0
        for _ in range(ROUNDS):
            cost, turns = asyncio.run(piped(stt, stop or stop_at_end_of_turn(complete)))
            times.append(cost)
        note = f"{turns} turns in {FRAMES} frames"
        lines.append(Measured(name, min(times) * 1e6, "µs", 50.0, bare * 1e6, note))
    return lines


async def piped(stt: Transcriber, stop: StopStrategy) -> tuple[float, int]:
    """Return seconds a frame, and how many turns came out."""
    audio: Subject[Event] = Subject()
    turns = 0

    def count(item: Event) -> None:
        nonlocal turns
        turns += isinstance(item, Turn)

    async with Session(name="listening") as session:
        pipe = audio.pipe(vad_gate(Alternating), transcribe(stt), aggregate_turn(stop=stop))
        session.subscribe(pipe, count)
        return await fed(audio.on_next), turns


async def fed(take: Callable[[Event], object]) -> float:
    """Give frames to a function, one each turn of the loop, and return the seconds that one takes.

    With a function that does nothing, this is the bare loop.
    """
    noise = np.random.default_rng(7).normal(0.0, 3_000.0, FRAME).astype(np.int16)
    frames = [AudioFrame(noise, RATE, index * FRAME / RATE) for index in range(FRAMES)]
    gc.collect()
    began = time.perf_counter()
    for frame in frames:
        take(frame)
        await asyncio.sleep(0)
    return (time.perf_counter() - began) / FRAMES


__all__ = ["listening"]
