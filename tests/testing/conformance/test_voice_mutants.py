"""Voices that do not keep their contract, each caught by the point that says so."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from reactivex import Observable, abc
from reactivex import operators as ops

from rxvoice.aio import Pulled, from_async
from rxvoice.items import AudioFrame, Sentence, Word
from rxvoice.testing import pause, tone
from rxvoice.testing.conformance import check_speak, check_synthesizer
from rxvoice.testing.conformance._examination import STREAM_POINTS
from rxvoice.testing.conformance._synthesizer import POINTS

from .good import Voice
from .mutants import failed


class NeverEnds(Voice):
    async def spoken(self, sentences: Pulled[Sentence]) -> AsyncIterator[AudioFrame | Word]:
        async for item in super().spoken(sentences):
            yield item
        await asyncio.get_running_loop().create_future()


class WaitsForTheEnd(Voice):
    async def spoken(self, sentences: Pulled[Sentence]) -> AsyncIterator[AudioFrame | Word]:
        items = [item async for item in super().spoken(sentences)]
        for item in items:
            yield item


class EndsWithTheFirstSentence(Voice):
    async def spoken(self, sentences: Pulled[Sentence]) -> AsyncIterator[AudioFrame | Word]:
        async for item in super().spoken(sentences):
            yield item
            if isinstance(item, AudioFrame) and item.end > 0.15:
                return


class CountsEachSentence(Voice):
    def words(self, text: str) -> list[str]:
        self.at: float | None = None
        return super().words(text)

    def say(self, word: str, at: float) -> list[AudioFrame | Word]:
        self.at = at if self.at is None else self.at
        return super().say(word, at - self.at)


class TakesTheClock(Voice):
    def say(self, word: str, at: float) -> list[AudioFrame | Word]:
        return super().say(word, asyncio.get_running_loop().time())


class WordsAfterwards(Voice):
    def say(self, word: str, at: float) -> list[AudioFrame | Word]:
        return super().say(word, at)[::-1]


class WordsBackwards(Voice):
    def say(self, word: str, at: float) -> list[AudioFrame | Word]:
        told, frame = super().say(word, at)
        assert isinstance(told, Word)
        return (
            [replace(told, pts=at + (0.1 if at == 0.0 else 0.0)), frame]
            if at < 0.15
            else [
                replace(told, pts=0.0),
                frame,
            ]
        )


class WordsBeyondTheAudio(Voice):
    def say(self, word: str, at: float) -> list[AudioFrame | Word]:
        told, frame = super().say(word, at)
        return [replace(told, end=at + 5.0), frame]  # pyright: ignore[reportCallIssue]


class SwallowsWords(Voice):
    def words(self, text: str) -> list[str]:
        return super().words(text)[1:]


class ChangesItsRate(Voice):
    def say(self, word: str, at: float) -> list[AudioFrame | Word]:
        return [Word(word, at, at + 0.1), tone(0.1, 8_000 if at > 0.15 else 16_000, pts=at)]


class EmptyFrames(Voice):
    def say(self, word: str, at: float) -> list[AudioFrame | Word]:
        return [*super().say(word, at), tone(0.0, pts=at + 0.1)]


class Mute(Voice):
    def say(self, word: str, at: float) -> list[AudioFrame | Word]:
        told, frame = super().say(word, at)
        assert isinstance(frame, AudioFrame)
        return [told, AudioFrame(frame.samples * 0, frame.rate, at)]


class FloatSamples(Voice):
    def say(self, word: str, at: float) -> list[AudioFrame | Word]:
        samples: Any = tone(0.1).samples / 32768.0
        return [Word(word, at, at + 0.1), AudioFrame(samples, 16_000, at)]


class ChokesOnNothing(Voice):
    def words(self, text: str) -> list[str]:
        words = super().words(text)
        assert words[0]
        return words


class RemembersWhatWasCutOff(Voice):
    def __init__(self) -> None:
        self.queue: list[str] = []

    async def spoken(self, sentences: Pulled[Sentence]) -> AsyncIterator[AudioFrame | Word]:
        at = 0.0
        async for sentence in sentences:
            self.queue += self.words(sentence.text)
            while self.queue:
                due = asyncio.get_running_loop().create_future()
                asyncio.get_running_loop().call_later(0.01, due.set_result, None)
                await asyncio.shield(due)
                for item in self.say(self.queue[0], at):
                    yield item
                self.queue.pop(0)
                at = round(at + 0.1, 6)


class IgnoresTheSourcesError(Voice):
    async def spoken(self, sentences: Pulled[Sentence]) -> AsyncIterator[AudioFrame | Word]:
        with contextlib.suppress(Exception):
            async for item in super().spoken(sentences):
                yield item


class TakesLongToClose(Voice):
    async def spoken(self, sentences: Pulled[Sentence]) -> AsyncIterator[AudioFrame | Word]:
        try:
            async for item in super().spoken(sentences):
                yield item
        finally:
            await pause(20.0)


class HangsUpWhenItIsQuiet(Voice):
    """Its service closes a connection on which nothing happens for ten seconds."""

    async def spoken(self, sentences: Pulled[Sentence]) -> AsyncIterator[AudioFrame | Word]:
        at = 0.0
        while True:
            try:
                async with asyncio.timeout(10.0):
                    sentence = await anext(sentences)
            except (TimeoutError, StopAsyncIteration):
                return
            for word in self.words(sentence.text):
                for item in self.say(word, at):
                    yield item
                at = round(at + 0.1, 6)


class WaitsForSoundOfNothing(Voice):
    def words(self, text: str) -> list[str]:
        words = super().words(text)
        self.mute = not words
        return words or ["?"]

    async def spoken(self, sentences: Pulled[Sentence]) -> AsyncIterator[AudioFrame | Word]:
        async for item in super().spoken(sentences):
            if self.mute:
                await asyncio.get_running_loop().create_future()
            yield item


class Breathes(Voice):
    async def spoken(self, sentences: Pulled[Sentence]) -> AsyncIterator[AudioFrame | Word]:
        silent = True
        async for item in super().spoken(sentences):
            silent = False
            yield item
        if silent:
            yield tone(0.1)


class FromAThread(Voice):
    def __call__(self, sentences: Observable[Sentence]) -> Observable[Any]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            def elsewhere(item: AudioFrame | Word) -> None:
                thread = threading.Thread(target=observer.on_next, args=(item,))
                thread.start()
                thread.join()

            spoken = super(FromAThread, self).__call__(sentences)
            return spoken.subscribe(
                elsewhere, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Observable(subscribe)


class HotStream(Voice):
    def __call__(self, sentences: Observable[Sentence]) -> Observable[AudioFrame | Word]:
        return super().__call__(sentences).pipe(ops.replay(), ops.ref_count())


MUTANTS: list[tuple[Callable[[], Any], str]] = [
    (NeverEnds, "completes"),
    (WaitsForTheEnd, "speaks at once"),
    (EndsWithTheFirstSentence, "speaks"),
    (CountsEachSentence, "times"),
    (TakesTheClock, "times"),
    (WordsAfterwards, "words come first"),
    (WordsBackwards, "words"),
    (WordsBeyondTheAudio, "words"),
    (SwallowsWords, "speaks"),
    (ChangesItsRate, "frames"),
    (EmptyFrames, "frames"),
    (Mute, "frames"),
    (FloatSamples, "no faults"),
    (ChokesOnNothing, "no faults"),
    (RemembersWhatWasCutOff, "after interruption"),
    (RemembersWhatWasCutOff, "independent"),
    (IgnoresTheSourcesError, "source fails"),
    (TakesLongToClose, "unsubscribing"),
    (HotStream, "cold"),
    (HangsUpWhenItIsQuiet, "long pause"),
    (WaitsForSoundOfNothing, "empty sentences"),
    (Breathes, "empty source"),
    (FromAThread, "loop thread"),
]


@pytest.mark.parametrize(
    ("mutant", "point"), MUTANTS, ids=[f"{m.__name__}-{point}" for m, point in MUTANTS]
)
def test_a_voice_that_breaks_a_rule_is_told_which(mutant: Callable[[], Any], point: str) -> None:
    error = failed(lambda: check_synthesizer(mutant, real_io=False))
    assert point in error.points


async def speak_badly(text: str) -> AsyncIterator[AudioFrame]:
    """The times go on where those of the sentence before ended."""
    yield tone(0.1, pts=0.0 if "Hello" in text else 0.1)


def test_a_function_that_counts_on_is_told() -> None:
    error = failed(lambda: check_speak(lambda: speak_badly, words=False, real_io=False))
    assert "times" in error.points


class Hangs(Voice):
    def __call__(self, sentences: Observable[Sentence]) -> Observable[AudioFrame | Word]:
        async def connect() -> AsyncIterator[AudioFrame]:
            await asyncio.get_running_loop().create_future()
            yield tone(0.1)

        return from_async(connect)


@pytest.mark.parametrize(("broken", "told"), [(Hangs, "it hung"), (Voice, "nobody was told")])
def test_a_voice_that_does_not_tell_of_its_failure(broken: Callable[[], Voice], told: str) -> None:
    error = failed(lambda: check_synthesizer(Voice, failing=broken, real_io=False))
    assert error.points == ("failure",)
    assert told in str(error)


def test_every_point_of_its_own_can_fail() -> None:
    own = set(POINTS) - set(STREAM_POINTS) - {"usable", "failure"}
    assert own <= {point for _, point in MUTANTS}
