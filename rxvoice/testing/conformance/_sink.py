"""`check_sink`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Fault,
    ReplyStarted,
    Token,
    Transcript,
    Word,
)
from rxvoice.session import Sink

from ._examination import Examination, Settings, usable
from ._explain import explain
from ._feed import Feed
from ._operator import SourceFailure
from ._report import Report
from ._trial import Make, Scenario, Trial

POINTS: Final = usable(
    {
        "subscribes": "it subscribes to the stream exactly once, before it returns",
        "lazy": "nothing happens before it is called",
        "completes": "what it returns is done when the stream has completed and all was written",
        "writes": "what the stream gave is written, in order and without gaps",
        "other items": "items that are no audio are ignored",
        "odd frames": "frames of any size and rate, empty ones too, do no harm",
        "empty stream": "a stream that completes at once is no failure",
        "stream fails": "when the stream fails, what it returns fails or is done",
        "cancelling": "cancelling what it returns, at any instant, makes it stop: it unsubscribes, "
        "and leaves no task, timer, connection, thread or open file",
        "session closed": "when the session is closed it stops likewise, and whoever awaits what "
        "it returned goes on",
        "used again": "it can be used again after it was done",
        "clears": "ClearAudio drops what would be heard later, and what follows is written",
        "failure": "what cannot be opened makes it fail, and never hangs",
    },
    stream=False,
)

Samples = NDArray[np.int16]


def check_sink(
    make: Make[Sink[Any]],
    /,
    *,
    audio: AudioFrame | None = None,
    written: Callable[[], Samples] | None = None,
    clears: bool = False,
    failing: Make[Sink[Any]] | None = None,
    real_io: bool = True,
    patience: float = 30.0,
) -> Report:
    """Check that a sink keeps `rxvoice.session.Sink`.

    Args:
        make: Makes the sink.
        audio: What it is given to write, in frames of 20 ms on the session's clock; half a second
            of noise at 16 kHz unless given.
        written: Returns the samples that the last sink of ``make`` has written, at the rate of
            ``audio``; silence before and after does not count.
        clears: Whether it holds audio that was not heard yet, and drops it at `ClearAudio`.
        failing: Makes one that cannot be opened.
        real_io: Whether it uses sockets or threads of its own; without, the check is quicker.
        patience: Virtual seconds that it may take to be done.

    Returns:
        What was looked at, and what was skipped.

    Raises:
        ConformanceError: With all points that failed.
        ValueError: When an argument makes no sense.
    """
    exam = Examination("check_sink", POINTS, make, Settings(real_io, patience))
    if written is None:
        exam.skip("writes", "no written= was given")
    if not clears or written is None:
        exam.skip("clears", "clears=False" if written is not None else "no written= was given")
    noise = np.random.default_rng(0).integers(1000, 9000, 8000).astype(np.int16)
    sound = AudioFrame(noise, 16_000) if audio is None else audio
    if not np.any(sound.samples):
        raise ValueError("audio must hold samples other than 0")
    judge = _Sinks(exam, sound, written)
    if exam.run("some audio", judge.plays(), hang="completes") is None:
        return exam.conclude()
    exam.run("never called", judge.unused, hang="usable")
    for title, scenario, point in (
        ("items that are no audio", judge.others, "other items"),
        ("odd frames", judge.odd, "odd frames"),
        ("a stream that completes at once", judge.empty, "empty stream"),
        ("a stream that fails", judge.stream_fails, "stream fails"),
        ("used twice", judge.again, "used again"),
    ):
        exam.run(title, scenario, hang=point)
    if clears and written is not None:
        exam.run("cleared", judge.clear, hang="clears")
    for title, frames in (("a turn later", 0), ("after a frame", 1), ("midway", 10)):
        scenario = judge.cancelled(frames)
        exam.run(f"cancelled {title}", scenario, hang="cancelling", residue="cancelling")
        scenario = judge.closed(frames)
        name = f"session closed {title}"
        exam.run(name, scenario, hang="session closed", residue="session closed")
    if failing is None:
        exam.skip("failure", "no failing= was given")
    else:
        exam.run("cannot be opened", judge.cannot_open, hang="failure", make=failing)
    return exam.conclude()


class _Sinks:
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


__all__ = ["check_sink"]
