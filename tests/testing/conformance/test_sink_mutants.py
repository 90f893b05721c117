"""Sinks that do not write what they are given, each caught by the point that says so."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from reactivex import Observable

from rxvoice.items import AudioFrame, ClearAudio
from rxvoice.session import Session, Sink
from rxvoice.testing import pause
from rxvoice.testing.conformance import check_sink
from rxvoice.testing.conformance._sink import POINTS

from .mutants import failed


class Tape:
    """Plays frames at their times, and remembers what was heard.

    Attributes:
        heard: The pieces.
    """

    heard: "list[Any]" = []  # noqa: RUF012

    def __call__(self, stream: Observable[Any], session: Session) -> Awaitable[None]:
        type(self).heard = []
        self.session = session
        self.waiting: list[AudioFrame] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.subscription = session.subscribe(stream, self.take, self.fail, self.end)
        return self.start()

    def start(self) -> Awaitable[None]:
        return self.run()

    def take(self, item: object) -> None:
        if isinstance(item, AudioFrame):
            self.waiting.append(item)
        elif isinstance(item, ClearAudio):
            self.clear()

    def clear(self) -> None:
        self.waiting.clear()

    def fail(self, error: Exception) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)

    def end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    async def run(self) -> None:
        try:
            while self.waiting or not self.ended.done():
                await pause(0.01)
                self.play()
            await self.ended
        finally:
            self.subscription.dispose()
            if self.ended.done() and not self.ended.cancelled():
                self.ended.exception()

    def play(self) -> None:
        while self.waiting and self.waiting[0].pts <= self.session.now + 1e-6:
            type(self).heard.append(self.waiting.pop(0).samples)


class CannotOpen(Tape):
    async def run(self) -> None:
        self.subscription.dispose()
        raise OSError("the tape is full")


def written(tape: type[Tape]) -> Any:
    return np.concatenate([np.empty(0, np.int16), *tape.heard])


def check(tape: type[Tape], failing: Callable[[], Sink[Any]] = CannotOpen) -> Any:
    return check_sink(
        tape,
        written=lambda: written(tape),
        clears=True,
        failing=failing,
        real_io=False,
    )


def test_a_sink() -> None:
    assert not check(Tape).skipped


def test_a_sink_whose_writing_nobody_can_see() -> None:
    report = check_sink(Tape, real_io=False)
    assert set(report.skipped) == {"writes", "clears", "failure"}


class SubscribesLater(Tape):
    def __call__(self, stream: Observable[Any], session: Session) -> Awaitable[None]:
        async def later() -> None:
            await super(SubscribesLater, self).__call__(stream, session)

        return later()


class SubscribesTwice(Tape):
    def __call__(self, stream: Observable[Any], session: Session) -> Awaitable[None]:
        session.subscribe(stream, on_error=lambda _: None)
        return super().__call__(stream, session)


class NeverDone(Tape):
    async def run(self) -> None:
        await super().run()
        await asyncio.get_running_loop().create_future()


class DoneTooEarly(Tape):
    async def run(self) -> None:
        await asyncio.wait([self.ended])
        self.subscription.dispose()


class LosesEverySecondFrame(Tape):
    def play(self) -> None:
        super().play()
        del type(self).heard[3:4]


class WantsAudioOnly(Tape):
    def take(self, item: Any) -> None:
        assert item.samples is not None
        super().take(item)


class WantsSamples(Tape):
    def take(self, item: object) -> None:
        if isinstance(item, AudioFrame):
            assert item.samples[0] is not None
        super().take(item)


class WantsSomething(Tape):
    def end(self) -> None:
        self.ended.set_exception(IndexError("nothing")) if not self.heard else super().end()


class HangsWhenTheStreamFails(Tape):
    def fail(self, error: Exception) -> None:
        pass


class FailsDifferently(Tape):
    def fail(self, error: Exception) -> None:
        super().fail(KeyError("samples"))


class IgnoresCancelling(Tape):
    """Plays in a task that nobody else knows."""

    def start(self) -> Awaitable[None]:
        self.task = asyncio.get_running_loop().create_task(super().run(), name="playing")

        async def wait() -> None:
            await asyncio.shield(self.task)

        return wait()


class IgnoresTheSession(Tape):
    def start(self) -> Awaitable[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def play() -> None:
            await super(IgnoresTheSession, self).run()
            done.set_result(None)

        self.session.scope.spawn(play, name="playing")
        return done


class OnlyOnce(Tape):
    used = False

    def __call__(self, stream: Observable[Any], session: Session) -> Awaitable[None]:
        if self.used:
            raise RuntimeError("used already")
        self.used = True
        return super().__call__(stream, session)


class WritesOnlyOnce(OnlyOnce):
    """Says so by its awaitable."""

    def __call__(self, stream: Observable[Any], session: Session) -> Awaitable[None]:
        if not self.used:
            return super().__call__(stream, session)
        session.subscribe(stream, on_error=lambda _: None)

        async def fail() -> None:
            raise RuntimeError("used already")

        return fail()


class OpensEagerly(Tape):
    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.device = loop.create_task(asyncio.Event().wait(), name="device")

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            self.device.cancel()


class LeavesATimer(Tape):
    async def run(self) -> None:
        asyncio.get_running_loop().call_later(600.0, print)
        await super().run()


class FailsUnheard(Tape):
    async def run(self) -> None:
        asyncio.get_running_loop().call_soon(int, "x")
        await super().run()


class NeverClears(Tape):
    def clear(self) -> None:
        pass


class ClearsForGood(Tape):
    cleared = False

    def clear(self) -> None:
        super().clear()
        self.cleared = True

    def play(self) -> None:
        if self.cleared:
            self.waiting.clear()
        super().play()


MUTANTS: list[tuple[type[Tape], str]] = [
    (SubscribesLater, "subscribes"),
    (SubscribesTwice, "subscribes"),
    (NeverDone, "completes"),
    (DoneTooEarly, "writes"),
    (LosesEverySecondFrame, "writes"),
    (WantsAudioOnly, "other items"),
    (WantsSamples, "odd frames"),
    (WantsSomething, "empty stream"),
    (HangsWhenTheStreamFails, "stream fails"),
    (FailsDifferently, "stream fails"),
    (IgnoresCancelling, "cancelling"),
    (IgnoresTheSession, "session closed"),
    (OnlyOnce, "usable"),
    (WritesOnlyOnce, "used again"),
    (OpensEagerly, "lazy"),
    (LeavesATimer, "leaves nothing"),
    (FailsUnheard, "no unheard errors"),
    (NeverClears, "clears"),
    (ClearsForGood, "clears"),
]


@pytest.mark.parametrize(
    ("mutant", "point"), MUTANTS, ids=[f"{m.__name__}-{point}" for m, point in MUTANTS]
)
def test_a_sink_that_breaks_a_rule_is_told_which(mutant: type[Tape], point: str) -> None:
    assert point in failed(lambda: check(mutant)).points


class HangsAtOnce(Tape):
    async def run(self) -> None:
        await asyncio.get_running_loop().create_future()


@pytest.mark.parametrize("failing", [Tape, HangsAtOnce])
def test_a_sink_that_does_not_say_that_it_failed(failing: type[Tape]) -> None:
    assert failed(lambda: check(Tape, failing)).points == ("failure",)


def test_every_point_can_fail() -> None:
    assert {point for _, point in MUTANTS} | {"failure"} == set(POINTS)


def test_silence_is_no_audio_to_judge_by() -> None:
    nothing = AudioFrame(np.zeros(160, np.int16), 16_000)
    with pytest.raises(ValueError, match="audio must hold samples other than 0"):
        check_sink(Tape, audio=nothing)
