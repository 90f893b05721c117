"""Who blocks the event loop, and how late it is."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from types import ModuleType
from typing import Any

import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice import Metric, Session
from rxvoice.aio import from_async
from rxvoice.aio._naming import name_of, name_of_running
from rxvoice.items import Connected
from rxvoice.operators import pace
from rxvoice.telemetry import watch_loop
from rxvoice.testing import approx, run_virtual, speech
from rxvoice.transports._listening import Listening


class Clock:
    """Real time, as far as the tests let it pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def watched(
    make: Callable[[Session, Clock], rx.Observable[Any]],
    *,
    seconds: float = 0.95,
    **options: Any,
) -> list[Metric]:
    """Return what is told while a stream runs."""
    told: list[Metric] = []
    hands = Clock()

    async def main() -> None:
        async with Session() as session:
            session.subscribe(watch_loop(now=hands, look=False, **options), told.append)
            session.subscribe(make(session, hands))
            await asyncio.sleep(seconds)

    run_virtual(main())
    return told


def slow(hands: Clock, took: float, item: int) -> int:
    hands.now += took
    return item


def test_an_operator_that_blocks_is_told_with_its_task_and_the_time() -> None:
    async def numbers() -> AsyncIterator[int]:
        for number in range(3):
            await asyncio.sleep(0.1)
            yield number

    def make(_: Session, hands: Clock) -> rx.Observable[Any]:
        took = iter([0.005, 0.02, 0.035])
        source = from_async(numbers, name="numbers")
        return source.pipe(ops.map(lambda number: slow(hands, next(took), number)))

    (blocked,) = watched(make)
    assert (blocked.source, blocked.name) == ("numbers", "blocked")
    assert blocked.value == pytest.approx(0.035)


def test_a_task_that_computes_between_two_awaits_is_told() -> None:
    """So is one that is cancelled and computes in its clean-up; what it gives is the same."""
    given: list[int] = []

    def make(session: Session, hands: Clock) -> rx.Observable[Any]:
        async def numbers() -> AsyncIterator[int]:
            try:
                await asyncio.sleep(0.1)
                hands.now += 0.03
                yield await asyncio.sleep(0.1, 7)
                await asyncio.sleep(10.0)
            finally:
                hands.now += 0.05

        stream = from_async(numbers, name="numbers").pipe(ops.do_action(given.append))
        session.scheduler.call_later(0.5, lambda: subscription.dispose())
        subscription = session.subscribe(stream)
        return rx.never()

    assert watched(make) == approx([Metric("numbers", "blocked", took) for took in (0.03, 0.05)])
    assert given == [7]


def test_what_a_transport_delivers_from_elsewhere_is_told() -> None:
    """Such as a library's own tasks, which are not the session's."""

    async def hold(_: object) -> None:
        await asyncio.sleep(10.0)

    def make(_: Session, hands: Clock) -> rx.Observable[Any]:
        line = Listening(hold, "line", time_limit=None)
        asyncio.get_running_loop().call_later(0.1, lambda: line.tell(Connected()))
        return line.stream().pipe(ops.map(lambda _: slow(hands, 0.03, 1)))

    assert watched(make) == [Metric("line", "blocked", 0.03)]


def test_a_timer_that_blocks_is_told_with_its_function() -> None:
    def make(session: Session, hands: Clock) -> rx.Observable[Any]:
        session.scheduler.call_later(0.1, partial(slow, hands, 0.5, 1))
        return rx.never()

    assert watched(make) == [Metric("tests.telemetry.test_watch_loop.slow", "blocked", 0.5)]


def test_a_timer_of_an_rx_operator_is_told_with_its_name() -> None:
    def make(_: Session, hands: Clock) -> rx.Observable[Any]:
        return rx.timer(0.1).pipe(ops.map(partial(slow, hands, 0.03)))

    (blocked,) = watched(make)
    assert blocked.source.startswith("reactivex.observable.timer.")


def test_the_operator_inside_of_which_it_blocks_is_seen_from_a_thread() -> None:
    """Whoever delivers or rings, the name is that of the code that is busy."""
    told: list[Metric] = []
    hands = Clock()

    async def main() -> None:
        async with Session() as session:
            session.subscribe(watch_loop(now=hands, look=False), told.append)
            timing = session.scheduler.timing
            assert timing is not None

            def busy(_: object) -> None:
                timing.look()
                hands.now += 0.03
                thread = threading.Thread(target=timing.look)
                thread.start()
                thread.join()

            session.subscribe(rx.timer(0.1).pipe(ops.do_action(busy)))
            await asyncio.sleep(0.5)

    run_virtual(main())
    name = "tests.telemetry.test_watch_loop."
    name += "test_the_operator_inside_of_which_it_blocks_is_seen_from_a_thread.main.busy"
    assert told == [Metric(name, "blocked", 0.03)]


def test_a_thread_looks_at_a_real_loop() -> None:
    """In real time, for a twentieth of a second."""
    told: list[Metric] = []

    def compute(_: object) -> None:
        end = time.perf_counter() + 0.1
        while time.perf_counter() < end:
            pass

    async def main() -> None:
        before = threading.active_count()
        async with Session() as session:
            session.subscribe(watch_loop(limit=0.005), told.append)
            session.subscribe(rx.timer(0.001).pipe(ops.do_action(compute)))
            await asyncio.sleep(0.15)
        assert threading.active_count() == before

    asyncio.run(main())
    assert any(metric.source.endswith(".compute") for metric in told)


def test_the_lag_is_the_longest_that_a_timer_was_late() -> None:
    told: list[Metric] = []

    async def main() -> None:
        async with Session() as session:
            session.subscribe(watch_loop(look=False), told.append)
            timing = session.scheduler.timing
            assert timing is not None
            session.scheduler.call_later(0.2, lambda: None)
            timing.timed(lambda: None, session.scheduler.loop.time() - 0.04)()
            timing.timed(lambda: None, session.scheduler.loop.time() - 0.01)()
            await asyncio.sleep(2.5)

    run_virtual(main())
    assert [(one.source, one.name) for one in told] == [("loop", "lag")] * 2
    assert [one.value for one in told] == pytest.approx([0.04, 0.0])


def test_what_is_inside_of_what_is_timed_counts_once() -> None:
    async def one() -> AsyncIterator[int]:
        yield 1

    def make(session: Session, hands: Clock) -> rx.Observable[Any]:
        def nested(item: int) -> int:
            timing = session.scheduler.timing
            assert timing is not None
            timing.run("inner", slow, hands, 0.1, item)
            return item

        return from_async(one, name="outer").pipe(ops.map(nested))

    assert watched(make) == [Metric("outer", "blocked", 0.1)]


def test_nothing_is_timed_any_more_when_nobody_watches() -> None:
    async def main() -> None:
        async with Session() as session:
            watching = session.subscribe(watch_loop(look=False))
            assert session.scheduler.timing is not None
            watching.dispose()
            assert session.scheduler.timing is None

    run_virtual(main())


def test_a_session_is_watched_once_at_a_time() -> None:
    errors: list[Exception] = []

    async def main() -> None:
        async with Session() as session:
            first = session.subscribe(watch_loop(look=False))
            session.subscribe(watch_loop(look=False), None, errors.append)
            first.dispose()
            session.subscribe(watch_loop(look=False), None, errors.append)

    run_virtual(main())
    assert [str(error) for error in errors] == ["the loop of this session is watched already"]


@pytest.mark.parametrize("options", [{"limit": 0.0}, {"every": float("inf")}])
def test_numbers_that_make_no_sense_are_refused(options: Any) -> None:
    with pytest.raises(ValueError, match="must be positive and finite"):
        watch_loop(**options)


def test_names_are_those_that_people_import() -> None:
    """Of an operator, its own; of a part of an application, where that is."""
    assert name_of(pace()) == "rxvoice.operators.pace"
    assert name_of(partial(partial(slow, Clock()), 1.0)) == f"{__name__}.slow"
    assert name_of(Clock()) == f"{__name__}.Clock"
    assert name_of_running(None) == ""
    served = ModuleType("_rxvoice_my_agent")
    exec("def look_up(): ...", vars(served))
    assert name_of(vars(served)["look_up"]) == "my_agent.look_up"


def test_frames_of_audio_that_are_paced_are_not_slow() -> None:
    frames = [speech(0.02, pts=0.02 * number) for number in range(20)]

    def make(_: Session, __: Clock) -> rx.Observable[Any]:
        return rx.from_iterable(frames).pipe(pace())

    assert watched(make) == []
