"""Transcribers that do not keep their contract, each caught by the point that says so."""

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import Disposable

from rxvoice.aio import Pulled
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Heard
from rxvoice.items import AudioFrame, SpeechStarted, Transcript
from rxvoice.testing.conformance import check_transcriber
from rxvoice.testing.conformance._transcriber import POINTS

from .good import LOUD, Ear
from .mutants import failed


class NeverEnds(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        async for item in super().heard(audio):
            yield item
        await asyncio.get_running_loop().create_future()


class TicksForEver(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        async for item in super().heard(audio):
            yield item
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5.0):
                    await asyncio.get_running_loop().create_future()


class EndsWithTheFirstUtterance(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        async for item in super().heard(audio):
            yield item
            if item.is_final:
                return


class LeaksATask(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        loop = asyncio.get_running_loop()
        self.task = loop.create_task(asyncio.Event().wait(), name="forgotten")
        async for item in super().heard(audio):
            yield item


class LeaksATimer(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        asyncio.get_running_loop().call_later(600.0, print)
        async for item in super().heard(audio):
            yield item


class LeaksAThread(Ear):
    stop = threading.Event()

    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        threading.Thread(target=self.stop.wait, name="forgotten", daemon=True).start()
        async for item in super().heard(audio):
            yield item


class LeaksAFile(Ear):
    files: "list[int]" = []  # noqa: RUF012

    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        self.files.append(os.open(os.devnull, os.O_RDONLY))
        async for item in super().heard(audio):
            yield item


class SwallowsCancellation(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        try:
            async for item in super().heard(audio):
                yield item
        except asyncio.CancelledError:
            await asyncio.get_running_loop().create_future()


class FailsToCleanUp(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        try:
            async for item in super().heard(audio):
                yield item
        except asyncio.CancelledError:
            raise RuntimeError("the socket was gone") from None


class ForgetsToAwait(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        async def say_good_bye() -> None: ...

        async for item in super().heard(audio):
            yield item
        say_good_bye()  # pyright: ignore[reportUnusedCoroutine]


class Raw(Ear):
    """Made without the bridge, by somebody who has never heard of unsubscribing."""

    def __call__(self, source: Observable[Heard]) -> Observable[Transcript]:
        def subscribe(
            observer: abc.ObserverBase[Transcript], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            loop = loop_scheduler(scheduler).loop
            timers: list[asyncio.TimerHandle] = []

            def late(item: Transcript) -> None:
                timers.append(loop.call_later(0.05, observer.on_next, item))

            Ear()(source).subscribe(late, observer.on_error, observer.on_completed)
            return Disposable()

        return Observable(subscribe)


class FromAThread(Ear):
    def __call__(self, source: Observable[Heard]) -> Observable[Transcript]:
        def subscribe(
            observer: abc.ObserverBase[Transcript], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            def elsewhere(item: Transcript) -> None:
                thread = threading.Thread(target=observer.on_next, args=(item,))
                thread.start()
                thread.join()

            heard = super(FromAThread, self).__call__(source)
            return heard.subscribe(
                elsewhere, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Observable(subscribe)


class StartsEagerly(Ear):
    def __call__(self, source: Observable[Heard]) -> Observable[Transcript]:
        loop = asyncio.get_running_loop()
        task = loop.create_task(asyncio.Event().wait(), name="connect")

        def disconnect() -> None:
            task.cancel()

        return super().__call__(source).pipe(ops.finally_action(disconnect))


class RaisesAtOnce(Ear):
    def __call__(self, source: Observable[Heard]) -> Observable[Transcript]:
        raise KeyError("API_KEY")


class SharesItsState(Ear):
    def __init__(self) -> None:
        self.loud = False

    def is_loud(self, frame: AudioFrame) -> bool:
        self.loud = super().is_loud(frame) or self.loud
        return self.loud


class EmitsTexts(Ear):
    def answer(self, pts: float, end: float, loud: bool) -> list[Any]:
        return [transcript.text for transcript in super().answer(pts, end, loud)]


class Changed(Ear):
    """Changes its final transcripts."""

    def change(self, final: Transcript) -> Transcript:
        raise NotImplementedError

    def answer(self, pts: float, end: float, loud: bool) -> list[Transcript]:
        *interim, final = super().answer(pts, end, loud)
        return [*interim, self.change(final) if final.text else final]


class Padded(Ear):
    text = " Hello, world. "


class WordsBackwards(Changed):
    def change(self, final: Transcript) -> Transcript:
        one, two = final.words
        words = (replace(one, pts=two.pts, end=two.end), replace(two, pts=one.pts, end=one.end))
        return replace(final, words=words)


class LosesAWord(Changed):
    def change(self, final: Transcript) -> Transcript:
        return replace(final, words=final.words[:1])


class EndsBeforeItBegins(Changed):
    def change(self, final: Transcript) -> Transcript:
        return replace(final, pts=final.end, end=final.pts)


class FinalizedButNotFinal(Changed):
    def change(self, final: Transcript) -> Transcript:
        return replace(final, is_final=False)


class NeverFinalizes(Changed):
    def change(self, final: Transcript) -> Transcript:
        return replace(final, is_finalized=False)


class SaysMoreAfterTheEnd(Ear):
    def answer(self, pts: float, end: float, loud: bool) -> list[Transcript]:
        answers = super().answer(pts, end, loud)
        return [*answers, Transcript("", is_final=True, pts=pts, end=end)]


class CountsFromItsFirstFrame(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        self.first = 0.0
        async for item in super().heard(audio):
            shift = {"pts": item.pts - self.first, "end": item.end - self.first}
            yield replace(item, words=(), **shift)

    def is_loud(self, frame: AudioFrame) -> bool:
        self.first = self.first or (frame.pts if frame.pts > 5.0 else 0.0)
        return super().is_loud(frame)


class SilentAboutSilence(Ear):
    def answer(self, pts: float, end: float, loud: bool) -> list[Transcript]:
        return super().answer(pts, end, loud) if loud else []


class HearsVoices(Ear):
    def answer(self, pts: float, end: float, loud: bool) -> list[Transcript]:
        final = Transcript("Thank you.", is_final=True, is_finalized=True, pts=pts, end=end)
        return super().answer(pts, end, loud) if loud else [final]


class StumblesOverNothing(Ear):
    def is_loud(self, frame: AudioFrame) -> bool:
        return int(frame.samples.max()) > 1000


class WantsItsOwnFrames(Ear):
    def is_loud(self, frame: AudioFrame) -> bool:
        return frame.duration > 0.05 and super().is_loud(frame)


class WantsItsOwnRate(Ear):
    def is_loud(self, frame: AudioFrame) -> bool:
        return frame.rate == LOUD.rate and super().is_loud(frame)


class WritesToTheSamples(Ear):
    def is_loud(self, frame: AudioFrame) -> bool:
        loud = super().is_loud(frame)
        frame.samples.flags.writeable = True
        frame.samples[:] = 0
        return loud


class IgnoresTheSourcesError(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        with contextlib.suppress(Exception):
            async for item in super().heard(audio):
                yield item


class HangsWhenTheSourceFails(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        try:
            async for item in super().heard(audio):
                yield item
        except Exception:
            await asyncio.get_running_loop().create_future()


class FailsAtTheSecondUtterance(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        async def until_second() -> AsyncIterator[Heard]:
            count = 0
            async for item in audio:
                count += isinstance(item, SpeechStarted)
                if count < 2:
                    yield item

        async for item in super().heard(until_second()):  # pyright: ignore[reportArgumentType]
            yield item


class HearsWrongly(Ear):
    text = "Yellow, word."


class Greets(Ear):
    async def heard(self, audio: Pulled[Heard]) -> AsyncIterator[Transcript]:
        given = False
        async for item in super().heard(audio):
            given = True
            yield item
        if not given:
            yield Transcript("Hello?", is_final=True)


class NeedsAKey(Ear):
    def __init__(self) -> None:
        raise KeyError("API_KEY")


class HotStream(Ear):
    """All subscriptions of a stream share one."""

    def __call__(self, source: Observable[Heard]) -> Observable[Transcript]:
        return super().__call__(source).pipe(ops.replay(), ops.ref_count())


MUTANTS: list[tuple[Callable[[], Any], str]] = [
    (NeverEnds, "completes"),
    (TicksForEver, "completes"),
    (EndsWithTheFirstUtterance, "several utterances"),
    (LeaksATask, "leaves nothing"),
    (LeaksATask, "unsubscribing"),
    (LeaksATimer, "leaves nothing"),
    (LeaksAThread, "unsubscribing"),
    (LeaksAFile, "unsubscribing"),
    (SwallowsCancellation, "unsubscribing"),
    (FailsToCleanUp, "no unheard errors"),
    (ForgetsToAwait, "leaves nothing"),
    (Raw, "grammar"),
    (Raw, "unsubscribing"),
    (FromAThread, "loop thread"),
    (StartsEagerly, "lazy"),
    (RaisesAtOnce, "no faults"),
    (SharesItsState, "independent"),
    (SharesItsState, "after interruption"),
    (EmitsTexts, "item types"),
    (Padded, "text is stripped"),
    (WordsBackwards, "words"),
    (LosesAWord, "words"),
    (EndsBeforeItBegins, "times"),
    (FinalizedButNotFinal, "finality"),
    (NeverFinalizes, "finalized"),
    (SaysMoreAfterTheEnd, "finalized"),
    (CountsFromItsFirstFrame, "source's clock"),
    (SilentAboutSilence, "blank final"),
    (HearsVoices, "silence"),
    (StumblesOverNothing, "empty frames"),
    (WantsItsOwnFrames, "frame sizes"),
    (WantsItsOwnRate, "sample rates"),
    (WritesToTheSamples, "audio untouched"),
    (IgnoresTheSourcesError, "source fails"),
    (HangsWhenTheSourceFails, "source fails"),
    (FailsAtTheSecondUtterance, "several utterances"),
    (HotStream, "cold"),
    (HearsWrongly, "text"),
    (Greets, "empty source"),
    (NeedsAKey, "usable"),
]


@pytest.mark.parametrize(
    ("mutant", "point"), MUTANTS, ids=[f"{m.__name__}-{point}" for m, point in MUTANTS]
)
def test_a_transcriber_that_breaks_a_rule_is_told_which(
    mutant: Callable[[], Any], point: str
) -> None:
    if mutant is LeaksAFile and not Path("/proc/self/fd").is_dir():
        pytest.skip("this system does not tell which files are open")
    try:
        error = failed(
            lambda: check_transcriber(mutant, audio=LOUD, says="hello world", real_io=False)
        )
    finally:
        LeaksAThread.stop.set()
        LeaksAThread.stop = threading.Event()
        while LeaksAFile.files:
            os.close(LeaksAFile.files.pop())
    assert point in error.points


def test_a_transcriber_that_hangs_where_it_cannot_work_is_told() -> None:
    error = failed(
        lambda: check_transcriber(
            Ear, audio=LOUD, says="hello world", failing=NeverEnds, real_io=False
        )
    )
    assert error.points == ("failure",)


def test_every_point_can_fail() -> None:
    assert {point for _, point in MUTANTS} | {"failure"} == set(POINTS)
