"""The loop-clock scheduler: rules of using RxPY on an asyncio loop."""

import asyncio
import contextlib
import gc
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import Disposable
from reactivex.scheduler import ImmediateScheduler
from reactivex.scheduler import scheduler as rx_scheduler
from reactivex.subject import Subject

from rxvoice.aio import Scope, from_async
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.operators import share
from rxvoice.testing import Marbles, VirtualLoop, marbles, pause, run_virtual

T = TypeVar("T")

HOT = "        abc-d|"


def from_now(m: Marbles, make: Callable[[Observable[str]], Observable[str]]) -> Observable[str]:
    """Join with a hot stream whose first item comes in the very turn of subscribing."""
    return make(m.hot(HOT))


class TestNoHotItemIsLost:
    """Rule: immediate work runs on the trampoline, so that nothing is subscribed a turn late."""

    def test_start_with(self) -> None:
        """``start_with`` subscribes its source before the next turn of the loop."""
        with marbles() as m:
            stream = from_now(m, lambda hot: hot.pipe(ops.start_with("s")))
            m.expect(stream).to_be("(s a)bc-d|")

    def test_concat(self) -> None:
        """``concat`` goes on to its second stream in the same turn."""
        with marbles() as m:
            stream = from_now(m, lambda hot: rx.concat(rx.of("s"), hot))
            m.expect(stream).to_be("(s a)bc-d|")

    def test_merge(self) -> None:
        """``merge`` subscribes all its streams in the same turn."""
        with marbles() as m:
            stream = from_now(m, lambda hot: rx.merge(rx.of("s"), hot, rx.of("t")))
            m.expect(stream).to_be("(s t a)bc-d|")

    def test_catch(self) -> None:
        """``catch`` goes on to its second stream in the same turn."""
        with marbles() as m:
            failing: Observable[str] = rx.throw(ValueError("first"))
            stream = from_now(m, lambda hot: rx.catch(failing, hot))
            m.expect(stream).to_be("abc-d|")

    def test_catch_in_the_middle(self) -> None:
        """What comes right after the failure, in the same turn, is heard."""

        async def main() -> list[str]:
            got: list[str] = []
            first: Subject[str] = Subject()
            second: Subject[str] = Subject()
            caught = first.pipe(ops.catch(second))
            caught.subscribe(got.append, scheduler=loop_scheduler())
            await pause(1.0)
            first.on_error(ValueError("first"))
            second.on_next("heard")
            return got

        assert run_virtual(main()) == ["heard"]

    def test_retry(self) -> None:
        """``retry`` subscribes anew in the turn of the failure."""
        with marbles() as m:
            hot = m.hot("abc-d-e|")
            tries: list[str] = []

            def fail_on_b(letter: str) -> str:
                tries.append(letter)
                if letter == "b":
                    raise ValueError(letter)
                return letter

            m.expect(hot.pipe(ops.map(fail_on_b), ops.retry(2))).to_be("a-c-d-e|")
            m.run()
            assert tries == list("abcde")

    def test_repeat(self) -> None:
        """``repeat`` subscribes anew in the turn of the completion."""
        with marbles() as m:
            stream = m.hot("ab-c-d|").pipe(ops.take(2), ops.repeat(2))
            m.expect(stream).to_be("ab-c-(d |)")

    def test_what_comes_while_subscribing_is_heard(self) -> None:
        """A subject that emits right after ``subscribe`` returned reaches the subscriber."""

        async def main() -> list[int]:
            scheduler = loop_scheduler()
            got: list[int] = []
            nothing: Observable[int] = rx.empty()
            builds: list[Callable[[Observable[int]], Observable[int]]] = [
                lambda source: source.pipe(ops.start_with(0)),
                lambda source: rx.concat(rx.of(0), source),
                lambda source: rx.merge(rx.of(0), source),
                lambda source: source.pipe(ops.retry()),
                lambda source: source.pipe(ops.repeat()),
                lambda source: rx.catch(source, nothing),
            ]
            for build in builds:
                subject: Subject[int] = Subject()
                subscription = build(subject).subscribe(got.append, scheduler=scheduler)
                subject.on_next(1)
                subscription.dispose()
            return got

        assert run_virtual(main()) == [0, 1, 0, 1, 0, 1, 1, 1, 1]


class TestTheTimeIsTheLoops:
    """Rule: ``now`` derives from ``loop.time()``, and the wall clock does nothing."""

    def test_now_counts_from_the_start_of_the_clock(self) -> None:
        async def main() -> tuple[datetime, float, datetime, float]:
            loop = asyncio.get_running_loop()
            await pause(7.25)
            later = LoopScheduler(loop)
            earlier = LoopScheduler(loop, start=0.0)
            return earlier.now, earlier.now_seconds, later.now, later.now_seconds

        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        expected = (epoch + timedelta(seconds=7.25), 7.25, epoch, 0.0)
        assert run_virtual(main()) == expected

    def test_steps_of_the_wall_clock_do_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Timers, ``throttle_first`` and what is scheduled at once survive a step of an hour."""
        walls = iter(range(10**9, 0, -3600))
        monkeypatch.setattr(
            rx_scheduler, "default_now", lambda: datetime.fromtimestamp(next(walls), tz=UTC)
        )

        async def main() -> list[object]:
            scheduler = loop_scheduler()
            got: list[object] = []

            def work(_: abc.SchedulerBase, state: object = None) -> None:
                got.append("outer")
                scheduler.schedule(inner)
                scheduler.schedule_relative(0.0, inner)

            def inner(_: abc.SchedulerBase, state: object = None) -> None:
                got.append("inner")

            scheduler.schedule(work)
            scheduler.schedule_periodic(1.0, lambda state: got.append(scheduler.now_seconds))
            timer = scheduler.schedule_absolute(scheduler.now + timedelta(seconds=1.5), inner)
            await pause(2.2)
            timer.dispose()
            return got

        loop = VirtualLoop()
        got = loop.run_until_complete(main())
        loop.close()
        assert got == ["outer", "inner", "inner", 1.0, "inner", 2.0]

    def test_throttle_first_follows_the_loop(self) -> None:
        with marbles() as m:
            m.expect(m.hot("abcdefgh|").pipe(ops.throttle_first(0.06))).to_be("a--d--g-|")

    def test_an_absolute_time_that_now_gave_is_due(self) -> None:
        """A datetime holds whole microseconds; rounding must not make now a time to come."""

        async def main() -> list[float]:
            loop = asyncio.get_running_loop()
            due: list[float] = []
            for start in starts:
                scheduler = LoopScheduler(loop, start=-start)
                scheduler.schedule_absolute(scheduler.now, noting(due, start))
            return due

        starts = [0.0, 1e-7, 3.3e-7, 6.6e-7, 123.4567894, 0.1 + 0.2]
        assert run_virtual(main()) == starts


class TestTimedOperatorsStayOnTheLoop:
    """Rule: who subscribes gives the scheduler, and no timed operator starts a thread."""

    def all_timed(self, m: Marbles, source: Observable[str]) -> Observable[str]:
        return source.pipe(
            ops.debounce(0.01),
            ops.delay(0.01),
            ops.timeout(60.0),
            ops.throttle_first(0.001),
            ops.take_with_time(60.0),
            ops.skip_with_time(0.0),
        )

    def test_behind_share_and_under_switch_map(self) -> None:
        started: list[str] = []
        threads: set[str] = set()

        def note(letter: str) -> None:
            started.append(letter)
            threads.add(threading.current_thread().name)

        before = threading.active_count()
        with marbles() as m:
            source = m.hot("a-----b-----|").pipe(share())
            timed = source.pipe(
                ops.switch_map(lambda _: self.all_timed(m, m.cold("x--y|"))),
                ops.do_action(note),
                share(),
            )
            m.expect(timed).to_be("-x--y--x--y-|")
            m.expect(rx.interval(0.1).pipe(ops.take(2))).to_be_items([(0.1, 0), (0.2, 1)])
            m.run()
            assert threading.active_count() == before
        assert started == list("xyxy")
        assert threads == {threading.current_thread().name}

    def test_inside_of_a_generators_subscription(self) -> None:
        """The scheduler reaches streams that are subscribed from a task of the bridge."""
        before = threading.active_count()
        with marbles() as m:
            stream = from_async(m.agen("a--b|")).pipe(
                ops.flat_map(lambda letter: rx.timer(0.02).pipe(ops.map(lambda _: letter)))
            )
            m.expect(stream).to_be("-a--(b |)")
            m.run()
            assert threading.active_count() == before

    def test_timeout_arms_no_thread_for_each_item(self) -> None:
        before = threading.active_count()
        most = before
        with marbles() as m:

            def count(_: str) -> None:
                nonlocal most
                most = max(most, threading.active_count())

            stream = m.hot("x*50|").pipe(ops.timeout(0.5), ops.do_action(count))
            m.expect(stream).to_be("x*50|")
        assert most == before


class TestTimers:
    def test_interval_has_no_drift(self) -> None:
        """Rule: pace by deadlines. Ten minutes of 20 ms ticks end at ten minutes."""

        async def main() -> list[float]:
            loop = asyncio.get_running_loop()
            times: list[float] = []
            subscription = rx.interval(0.02).subscribe(
                lambda _: times.append(loop.time()), scheduler=loop_scheduler()
            )
            await pause(600.0)
            subscription.dispose()
            return times

        times = run_virtual(main())
        assert len(times) == 30_000
        assert all(at == pytest.approx((n + 1) * 0.02, abs=1e-6) for n, at in enumerate(times))

    def test_a_late_loop_catches_up_with_the_deadlines(self) -> None:
        """A stall moves no later tick, and the ticks that it hid come at once, none is lost."""
        loop = VirtualLoop()
        with contextlib.closing(loop):
            times: list[float] = []

            def tick(count: int | None = None) -> int:
                times.append(round(loop.time(), 6))
                if len(times) == 2:
                    loop._now += 0.05  # pyright: ignore[reportPrivateUsage]  # blocks the loop
                return (count or 0) + 1

            async def main() -> None:
                ticks = loop_scheduler().schedule_periodic(0.02, tick, 0)
                await pause(0.141)
                ticks.dispose()

            loop.run_until_complete(main())
        assert times == [0.02, 0.04, 0.09, 0.09, 0.1, 0.12, 0.14]

    def test_a_periodic_action_that_disposes_itself_is_over(self) -> None:
        async def main() -> list[int]:
            got: list[int] = []

            def tick(count: int | None = None) -> int:
                got.append(count or 0)
                if len(got) == 3:
                    ticks.dispose()
                return (count or 0) + 1

            ticks = loop_scheduler().schedule_periodic(0.02, tick, 0)
            await pause(1.0)
            return got

        assert run_virtual(main()) == [0, 1, 2]

    def test_a_periodic_action_that_raises_is_loud_and_over(self) -> None:
        loop = VirtualLoop()
        with contextlib.closing(loop):
            calls: list[int] = []

            def tick(_: object = None) -> None:
                calls.append(1)
                raise ValueError("tick")

            async def main() -> None:
                loop_scheduler().schedule_periodic(0.02, tick)
                await pause(1.0)

            loop.run_until_complete(main())
            assert calls == [1]
            assert [str(context["exception"]) for context in loop.unhandled] == ["tick"]

    @pytest.mark.parametrize("period", [0.0, -1.0])
    def test_a_period_has_to_be_positive(self, period: float) -> None:
        async def main() -> None:
            with pytest.raises(ValueError, match="period must be positive"):
                loop_scheduler().schedule_periodic(period, lambda _: None)

        run_virtual(main())

    def test_equal_delays_keep_their_order(self) -> None:
        """Rule: timed items come out in the order in which they went in."""
        with marbles() as m:
            many = m.hot("(a b c d e f g h)--(i j k)|")
            m.expect(many.pipe(ops.delay(0.04))).to_be("--(a b c d e f g h)--(i j k)|")
            each = many.pipe(
                ops.flat_map(lambda letter: rx.timer(0.04).pipe(ops.map(lambda _: letter)))
            )
            m.expect(each).to_be("--(a b c d e f g h)--(i j k |)")

    def test_relative_and_absolute_times_that_are_past_run_at_once(self) -> None:
        async def main() -> list[str]:
            scheduler = loop_scheduler()
            await pause(5.0)
            got: list[str] = []
            scheduler.schedule_relative(0.0, noting(got, "zero"))
            scheduler.schedule_relative(timedelta(seconds=-1), noting(got, "negative"))
            scheduler.schedule_absolute(1.0, noting(got, "past"))
            return got

        assert run_virtual(main()) == ["zero", "negative", "past"]

    def test_a_disposed_action_never_runs(self) -> None:
        async def main() -> list[str]:
            scheduler = loop_scheduler()
            got: list[str] = []
            for timer in (
                scheduler.schedule_relative(0.1, noting(got, "relative")),
                scheduler.schedule_absolute(0.1, noting(got, "absolute")),
                scheduler.call_at(0.1, lambda: got.append("at")),
                scheduler.call_later(0.1, lambda: got.append("later")),
            ):
                timer.dispose()
            await pause(1.0)
            return got

        assert run_virtual(main()) == []

    def test_the_cheap_timers_count_on_the_schedulers_clock(self) -> None:
        async def main() -> list[tuple[str, float]]:
            loop = asyncio.get_running_loop()
            await pause(3.0)
            scheduler = LoopScheduler()
            got: list[tuple[str, float]] = []
            scheduler.call_at(1.0, lambda: got.append(("at", loop.time())))
            scheduler.call_later(0.0, lambda: got.append(("later", loop.time())))
            assert got == []
            await pause(2.0)
            return got

        assert run_virtual(main()) == [("later", 3.0), ("at", 4.0)]

    def test_what_an_action_returns_is_disposed_with_it(self) -> None:
        async def main() -> list[str]:
            ended: list[str] = []

            def act(scheduler: abc.SchedulerBase, _: object = None) -> abc.DisposableBase:
                return Disposable(lambda: ended.append("ended"))

            scheduler = loop_scheduler()
            relative = scheduler.schedule_relative(0.1, act)
            at_once = scheduler.schedule(act)
            await pause(1.0)
            relative.dispose()
            at_once.dispose()
            return ended

        assert run_virtual(main()) == ["ended", "ended"]


class TestCoercion:
    def test_a_loop_has_one_scheduler(self) -> None:
        async def main() -> None:
            mine = loop_scheduler()
            assert loop_scheduler() is mine
            assert loop_scheduler(ImmediateScheduler()) is mine
            other = LoopScheduler()
            assert loop_scheduler(other) is other

        run_virtual(main())

    def test_without_a_loop_there_is_none(self) -> None:
        with pytest.raises(RuntimeError, match="no running event loop"):
            loop_scheduler()
        with pytest.raises(RuntimeError, match="no running event loop"):
            LoopScheduler()

    def test_loops_that_were_closed_are_forgotten(self) -> None:
        """Schedulers and scopes of old loops do not pile up."""

        async def main() -> None:
            rx.of(1).subscribe(scheduler=loop_scheduler())
            assert loop_scheduler().scope.names == []

        def known() -> int:
            gc.collect()
            return sum(type(made) in (LoopScheduler, Scope) for made in gc.get_objects())

        before = known()
        for _ in range(50):
            run_virtual(main())
        assert known() - before <= 4


def noting(noted: list[T], value: T) -> Callable[[abc.SchedulerBase, object], None]:
    """Make an action that notes a value."""

    def note(_: abc.SchedulerBase, __: object = None) -> None:
        noted.append(value)

    return note
