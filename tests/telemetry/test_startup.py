"""How long the stages of a call take to start (OB07)."""

import asyncio
from typing import Any

import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import Operator, Session
from rxvoice.items import AudioFrame, BotSpeechStarted, Connected, Event, Metric, SpeechStarted
from rxvoice.telemetry import Startup
from rxvoice.testing import run_virtual, speech


class Clock:
    """Real time, as far as the tests let it pass."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def heavy(clock: Clock, took: float) -> Operator[Any, Any]:
    """Return a stage whose start takes some time, before and after what is before it."""

    def operator(source: Observable[Any]) -> Observable[Any]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock.now += took / 2
            subscription = source.subscribe(observer, scheduler=scheduler)
            clock.now += took / 2
            return subscription

        return Observable(subscribe)

    return operator


def run(make: Any) -> list[tuple[str, str, float]]:
    told: list[tuple[str, str, float]] = []

    async def main() -> None:
        async with Session() as session:
            items: Subject[Event] = Subject()
            stream = make(items)

            def take(item: Event) -> None:
                if isinstance(item, Metric):
                    told.append((item.source, item.name, round(item.value, 6)))

            session.subscribe(stream, take)
            await asyncio.sleep(0.2)
            items.on_next(SpeechStarted(0.0))
            await asyncio.sleep(0.3)
            for _ in range(2):
                items.on_next(Connected())
                items.on_next(BotSpeechStarted(1))
                items.on_next(speech(0.02))

    run_virtual(main())
    return told


def test_ob07_each_stage_tells_when_its_start_began_and_how_long_it_took() -> None:
    """Without that of the stages before it. Each is told once, and so is who is connected."""
    clock = Clock()
    startup = Startup(clock)

    def make(items: Observable[Event]) -> Observable[Event]:
        return items.pipe(
            startup.stage("hearing", heavy(clock, 0.25)),
            startup.stage("answering", heavy(clock, 1.0)),
            startup.report(),
        )

    assert run(make) == [
        ("hearing", "start_offset", 0.5),
        ("hearing", "start", 0.25),
        ("answering", "start_offset", 0.0),
        ("answering", "start", 1.0),
        ("client", "connected", 0.5),
        ("bot", "connected", 0.5),
    ]


def test_ob07_stages_in_branches_are_included() -> None:
    clock = Clock()
    startup = Startup(clock)

    def make(items: Observable[Event]) -> Observable[Event]:
        inner = rx.compose(
            startup.stage("inner", heavy(clock, 0.125)), startup.stage("outer", heavy(clock, 0.5))
        )
        branches: Observable[Event] = rx.merge(
            items.pipe(startup.stage("left", inner)),
            items.pipe(startup.stage("right", heavy(clock, 2.0)), ops.filter(is_speech)),
        )
        return branches.pipe(startup.report())

    found = {(name, what): value for name, what, value in run(make)}
    assert found["inner", "start"] == 0.125
    assert found["outer", "start"] == 0.5
    assert found["left", "start"] == 0.625, "a stage made of stages takes as long as these"
    assert found["right", "start_offset"] == 0.625
    assert found["right", "start"] == 2.0


def is_speech(item: Event) -> bool:
    return isinstance(item, AudioFrame)


def test_ob07_a_stage_that_starts_later_is_told_later() -> None:
    clock = Clock()
    startup = Startup(clock)

    def make(items: Observable[Event]) -> Observable[Event]:
        late = startup.stage("late", heavy(clock, 0.5))
        answers: Observable[Event] = items.pipe(
            ops.filter(lambda item: isinstance(item, BotSpeechStarted)),
            ops.flat_map(lambda item: late(rx.just(item))),
        )
        both: Observable[Event] = rx.merge(items, answers)
        return both.pipe(startup.report())

    found = [name for name, what, _ in run(make) if what == "start"]
    assert found == ["late"]
