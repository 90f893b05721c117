"""What is tried with a sink."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import AudioFrame, ClearAudio, Fault, ReplyStarted, Token, Transcript, Word
from rxvoice.session import Sink

from ._examination import Examination
from ._explain import explain
from ._feed import Feed
from ._operator import SourceFailure
from ._trial import Scenario, Trial

Samples = NDArray[np.int16]


class SinkTrials:
    """The trials."""

    def __init__(
        self, exam: Examination[Any], audio: AudioFrame, written: Callable[[], Samples] | None
    ) -> None:
        self._exam = exam
        self._audio = audio
        self._written = written

    def plays(self) -> Scenario:
        async def scenario(trial: Trial, sink: Sink[Any]) -> None:
            feed, done = self._open(trial, sink)
            await self._play(trial, feed)
            feed.complete()
            if await self._done(trial, done, "completes"):
                self._judge_written(trial, self._audio.samples, "writes")

        return scenario

    async def unused(self, trial: Trial, sink: Sink[Any]) -> None:
        await trial.idle()

    async def others(self, trial: Trial, sink: Sink[Any]) -> None:
        feed, done = self._open(trial, sink)
        items = [
            Word("a", 0.0),
            Token("b"),
            Transcript("c", True),
            Fault("d", "e"),
            ReplyStarted(1),
        ]
        for item in items:
            feed.give(item)
            await trial.pause(0.01)
        feed.complete()
        await self._done(trial, done, "other items")

    async def odd(self, trial: Trial, sink: Sink[Any]) -> None:
        feed, done = self._open(trial, sink)
        for size, rate in ((0, 16_000), (1, 16_000), (317, 8_000), (0, 8_000), (2000, 44_100)):
            pts = trial.session.now
            feed.give(AudioFrame(np.resize(self._audio.samples, size), rate, pts))
            await trial.pause(0.05)
        feed.complete()
        await self._done(trial, done, "odd frames")

    async def empty(self, trial: Trial, sink: Sink[Any]) -> None:
        feed, done = self._open(trial, sink)
        feed.complete()
        await self._done(trial, done, "empty stream")

    async def stream_fails(self, trial: Trial, sink: Sink[Any]) -> None:
        feed, done = self._open(trial, sink)
        await self._play(trial, feed, 5)
        feed.fail(SourceFailure())
        trial.extend()
        try:
            await done
        except Exception as error:
            kept = isinstance(error, SourceFailure)
            self._exam.expect(
                "stream fails", kept, f"it failed with {explain(error)} instead", trial
            )
        else:
            self._exam.expect("stream fails", True)

    async def again(self, trial: Trial, sink: Sink[Any]) -> None:
        for _ in range(2):
            feed, done = self._open(trial, sink)
            await self._play(trial, feed, 3)
            feed.complete()
            await self._done(trial, done, "used again")

    async def clear(self, trial: Trial, sink: Sink[Any]) -> None:
        feed, done = self._open(trial, sink)
        await trial.pause(0.1)
        start, later = trial.session.now, np.flip(self._audio.samples)
        for frame in _frames(self._audio, start):
            feed.give(frame)
        feed.give(ClearAudio())
        await trial.pause(0.1)
        for frame in _frames(AudioFrame(later, self._audio.rate), trial.session.now):
            feed.give(frame)
        feed.complete()
        if await self._done(trial, done, "clears"):
            self._judge_written(trial, later, "clears")

    def cancelled(self, frames: int) -> Scenario:
        async def scenario(trial: Trial, sink: Sink[Any]) -> None:
            feed, done = self._open(trial, sink)
            await self._play(trial, feed, frames)
            await trial.pause()
            done.cancel()
            await asyncio.wait([done])
            for _ in range(3):
                await trial.pause()
            await trial.clean()
            self._exam.expect("cancelling", not feed.listeners, "it did not unsubscribe", trial)

        return scenario

    def closed(self, frames: int) -> Scenario:
        async def scenario(trial: Trial, sink: Sink[Any]) -> None:
            feed, done = self._open(trial, sink)
            await self._play(trial, feed, frames)
            await trial.session.aclose()
            trial.extend()
            await asyncio.wait([done])
            self._exam.expect("session closed", True)

        return scenario

    async def cannot_open(self, trial: Trial, sink: Sink[Any]) -> None:
        try:
            feed, done = self._open(trial, sink)
        except Exception:
            self._exam.expect("failure", True)
            return
        await self._play(trial, feed, 3)
        feed.complete()
        trial.extend()
        await asyncio.wait([done])
        failed = not done.cancelled() and done.exception() is not None
        self._exam.expect("failure", failed, "it was done as if all had been written", trial)

    def _open(self, trial: Trial, sink: Sink[Any]) -> "tuple[Feed, asyncio.Future[None]]":
        feed = trial.feed()
        returned: Awaitable[None] = trial.call(sink, feed, trial.session)
        count = feed.subscribed
        failed = isinstance(returned, asyncio.Future) and returned.done()
        kept = count == 1 or failed
        self._exam.expect("subscribes", kept, f"it subscribed {count} times", trial)
        if isinstance(returned, asyncio.Future):
            return feed, returned
        task = trial.ask(returned)
        trial.session.scope.keep(task)  # as the session does when it runs sinks
        return feed, task

    async def _play(self, trial: Trial, feed: Feed, count: int | None = None) -> None:
        start = trial.session.now
        for frame in _frames(self._audio, start)[:count]:
            feed.give(frame)
            await trial.pause(frame.duration)

    async def _done(self, trial: Trial, done: "asyncio.Future[None]", point: str) -> bool:
        trial.extend()
        await asyncio.wait([done])
        error = asyncio.CancelledError() if done.cancelled() else done.exception()
        return self._exam.expect(point, error is None, f"it failed with {explain(error)}", trial)

    def _judge_written(self, trial: Trial, samples: Samples, point: str) -> None:
        if self._written is None:
            return
        got = np.trim_zeros(np.asarray(self._written()))
        kept = np.array_equal(got, np.trim_zeros(samples))
        happened = f"{len(got)} samples were written, not the {len(samples)} that were given"
        if not kept and len(got) == len(samples):
            happened = f"sample {int(np.flatnonzero(got != samples)[0])} and others differ"
        self._exam.expect(point, kept, happened, trial)


def _frames(audio: AudioFrame, start: float) -> list[AudioFrame]:
    size = round(0.02 * audio.rate)
    return [
        AudioFrame(audio.samples[at : at + size].copy(), audio.rate, start + at / audio.rate)
        for at in range(0, len(audio.samples), size)
    ]


__all__ = ["SinkTrials"]
