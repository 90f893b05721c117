"""The bridge's rules about ending an async generator."""

import asyncio
import contextlib
import contextvars
import gc
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import pytest
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import SerialDisposable

from rxvoice.aio import Scope, from_async, from_coroutine
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.errors import RxvoiceError
from rxvoice.testing import VirtualLoop, marbles, pause, run_loudly, run_virtual


class TestOneSubscription:
    def test_items_come_as_they_are_yielded(self) -> None:
        with marbles() as m:
            m.expect(from_async(m.agen("a-b--c|"))).to_be("a-b--c|")

    def test_empty_never_and_failing(self) -> None:
        with marbles() as m:
            m.expect(from_async(m.agen("--|"))).to_be("--|")
            m.expect(from_async(m.agen("-"))).to_be("-")
            m.expect(from_async(m.agen("a-#"))).to_be("a-#")

    def test_unsubscribing_ends_the_generator(self) -> None:
        with marbles() as m:
            words = m.agen("a-b--c|")
            m.expect(from_async(words), "^---!").to_be("a-b-")
            m.expect_subscriptions(words, "^---!")

    def test_two_subscriptions_are_independent(self) -> None:
        """Each subscription calls the factory; ending one does not touch the other."""
        with marbles() as m:
            words = m.agen("a-b-c|")
            stream = from_async(words)
            m.expect(stream, "^--!").to_be("a-b-")
            m.expect(stream, "-^").to_be("-a-b-c|")
            m.expect_subscriptions(words, "^--!", "-^----!")

    def test_a_factory_that_raises_is_an_error(self) -> None:
        def factory() -> AsyncIterator[int]:
            raise LookupError("no such model")

        with marbles() as m:
            m.expect(from_async(factory)).to_be("#", error=LookupError("no such model"))

    def test_a_factory_that_gives_no_iterator_is_an_error(self) -> None:
        with marbles() as m:
            bad: Any = lambda: 5  # noqa: E731
            m.expect(from_async(bad)).to_be("#", error=TypeError)

    def test_plain_async_iterators_are_closed_too(self) -> None:
        closed: list[str] = []

        class Numbers:
            def __init__(self) -> None:
                self.left = 3

            def __aiter__(self) -> "Numbers":
                return self

            async def __anext__(self) -> int:
                if not self.left:
                    raise StopAsyncIteration
                self.left -= 1
                return self.left

            async def aclose(self) -> None:
                await pause(0.02)
                closed.append("closed")

        with marbles() as m:
            m.expect(from_async(Numbers)).to_be("(2 1 0)|", {"2": 2, "1": 1, "0": 0})
            m.expect(from_async(Numbers).pipe(ops.take(1))).to_be("(2 |)", {"2": 2})
            m.run()
            assert closed == ["closed", "closed"]

    def test_a_subscription_undone_in_its_turn_never_starts(self) -> None:
        """Rule: superseded inners never start their generator."""
        with marbles() as m:
            first, second, third = m.agen("a|"), m.agen("b|"), m.agen("c|")
            inners = {"1": first, "2": second, "3": third}
            turns = m.hot("-(1 2 3)-|")
            m.expect(turns.pipe(ops.switch_map(lambda n: from_async(inners[n])))).to_be("-c-|")
            m.expect_subscriptions(first)
            m.expect_subscriptions(second)
            m.expect_subscriptions(third, "-(^!)", within=0.02)

    def test_nothing_is_lost_and_nothing_comes_twice(self) -> None:
        async def numbers() -> AsyncIterator[int]:
            for number in range(1000):
                yield number
                if number % 7 == 0:
                    await pause(0.001)

        got = run_virtual(collect(from_async(numbers)))
        assert got == list(range(1000))


class TestDisposing:
    def test_inside_of_its_own_on_next(self) -> None:
        """Rule: that must not cancel the task, or the clean-up's first await would be hit."""
        log: list[str] = []

        async def words() -> AsyncIterator[str]:
            try:
                yield "a"
                log.append("went on")
            finally:
                await pause(0.5)
                log.append("cleaned up")

        with marbles() as m:
            m.expect(from_async(words).pipe(ops.take(1))).to_be("(a |)")
            m.run()
            assert log == ["cleaned up"]

    def test_inside_of_its_own_on_next_by_a_switch(self) -> None:
        """The same when its item makes a switch upstream supersede it."""
        cleaned: list[int] = []

        def inner(number: int) -> Observable[int]:
            async def body() -> AsyncIterator[int]:
                try:
                    yield number
                    yield -1
                finally:
                    await pause(0.1)
                    cleaned.append(number)

            return from_async(body)

        async def main() -> list[int]:
            got: list[int] = []
            serial = SerialDisposable()

            def on_next(number: int) -> None:
                got.append(number)
                if 0 < number < 3:
                    show(number + 1)

            def show(number: int) -> None:
                serial.disposable = inner(number).subscribe(on_next, scheduler=loop_scheduler())

            show(1)
            await pause(1.0)
            serial.dispose()
            return got

        assert run_virtual(main()) == [1, 2, 3, -1]
        assert cleaned == [1, 2, 3]

    def test_from_the_generators_body(self) -> None:
        """Rule: disposing from the body does cancel, at its next await."""
        log: list[str] = []
        subscription = SerialDisposable()

        async def body() -> AsyncIterator[str]:
            try:
                yield "a"
                subscription.dispose()
                log.append("goes on to the next await")
                await pause(1.0)
                log.append("never")
            except asyncio.CancelledError:
                log.append("cancelled")
                raise
            finally:
                await pause(0.5)
                log.append("cleaned up")

        got = run_virtual(subscribed(from_async(body), subscription, 2.0))
        assert got == ["a"]
        assert log == ["goes on to the next await", "cancelled", "cleaned up"]

    def test_from_the_body_right_before_a_yield(self) -> None:
        """The cancellation that the body never met does not hit its clean-up."""
        log: list[str] = []
        subscription = SerialDisposable()

        async def body() -> AsyncIterator[str]:
            try:
                yield "a"
                subscription.dispose()
                yield "b"
            finally:
                await pause(0.5)
                log.append("cleaned up")

        got = run_virtual(subscribed(from_async(body), subscription, 2.0))
        assert got == ["a"]
        assert log == ["cleaned up"]

    def test_a_swallowed_cancellation_emits_nothing_more(self) -> None:
        """Rule: a generator that swallows `CancelledError` must not emit any more."""
        log: list[str] = []

        async def stubborn() -> AsyncIterator[str]:
            try:
                yield "a"
                try:
                    await pause(10.0)
                except asyncio.CancelledError:
                    log.append("swallowed")
                yield "b"
                log.append("went on")
                yield "c"
            finally:
                await pause(0.5)
                log.append("cleaned up")

        with marbles() as m:
            m.expect(from_async(stubborn), "^--!").to_be("a---")
            m.run()
            assert log == ["swallowed", "cleaned up"]

    def test_errors_after_it_reach_the_loops_exception_handler(self) -> None:
        """Rule: too late for the observer, but not lost."""

        async def failing() -> AsyncIterator[str]:
            try:
                yield "a"
                await pause(10.0)
            finally:
                raise ValueError("clean-up failed")

        got, unhandled = run_loudly(subscribed(from_async(failing), SerialDisposable(), 1.0))
        assert got == ["a"]
        assert unhandled == [("failing failed", "clean-up failed")]

    def test_a_generator_that_yields_in_its_clean_up_is_loud(self) -> None:
        async def bad() -> AsyncIterator[str]:
            try:
                yield "a"
            finally:
                yield "again"

        got, unhandled = run_loudly(collect(from_async(bad, name="bad").pipe(ops.take(1))))
        assert got == ["a"]
        assert unhandled == [("bad failed", "async generator ignored GeneratorExit")]

    def test_the_same_task_opens_and_closes(self) -> None:
        """Rule: context variables and spans; a token can only be reset where it was made."""
        variable: contextvars.ContextVar[str] = contextvars.ContextVar("span")
        tasks: list[object] = []

        async def spanned() -> AsyncIterator[str]:
            token = variable.set("open")
            tasks.append(asyncio.current_task())
            try:
                yield variable.get()
                await pause(10.0)
            finally:
                tasks.append(asyncio.current_task())
                variable.reset(token)

        with marbles() as m:
            values = {"o": "open"}
            m.expect(from_async(spanned), "^--!").to_be("o---", values)
            m.expect(from_async(spanned).pipe(ops.take(1))).to_be("(o |)", values)
        assert len(tasks) == 4
        assert tasks[0] is not tasks[1]
        assert set(tasks[:2]) == set(tasks[2:])

    def test_the_clean_up_has_a_strong_owner(self) -> None:
        """Rule: the event loop holds tasks weakly; nothing may collect one that cleans up."""
        log: list[str] = []
        gates: list[weakref.ref[asyncio.Future[None]]] = []

        async def words() -> AsyncIterator[str]:
            gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            gates.append(weakref.ref(gate))
            try:
                yield "a"
                await pause(10.0)
            finally:
                await gate  # nobody else knows it
                log.append("cleaned up")

        async def main() -> None:
            subscription = from_async(words).subscribe(scheduler=loop_scheduler())
            await pause(0.1)
            subscription.dispose()
            del subscription
            await pause(0.1)
            gc.collect()
            gate = gates[0]()
            assert gate is not None, "the task was collected"
            gate.set_result(None)
            del gate
            await pause(0.1)

        run_virtual(main())
        assert log == ["cleaned up"]

    def test_after_the_loop_was_closed(self) -> None:
        """A forgotten subscription may be undone late."""
        loop = VirtualLoop()

        async def never() -> AsyncIterator[str]:
            await pause(1.0)
            yield "late"

        async def main() -> abc.DisposableBase:
            return from_async(never).subscribe(scheduler=loop_scheduler())

        subscription = loop.run_until_complete(main())
        loop.run_until_idle(0.5)
        loop.close()
        subscription.dispose()


class TestForeignCancellation:
    """Rule: it is an ``on_error`` with an ordinary exception, never a `CancelledError`."""

    def test_of_what_the_generator_awaits(self) -> None:
        async def waits() -> AsyncIterator[str]:
            inner = asyncio.get_running_loop().create_task(pause(10.0))
            asyncio.get_running_loop().call_later(0.04, inner.cancel)
            yield "a"
            await inner

        with marbles() as m:
            m.expect(from_async(waits)).to_be(
                "a-#", error=RxvoiceError("waits was cancelled from outside")
            )

    def test_of_the_task_itself(self) -> None:
        log: list[str] = []

        async def waits() -> AsyncIterator[str]:
            task = asyncio.current_task()
            assert task is not None
            asyncio.get_running_loop().call_later(0.04, task.cancel)
            try:
                yield "a"
                await pause(10.0)
            finally:
                await pause(0.02)
                log.append("cleaned up")

        with marbles() as m:
            m.expect(from_async(waits)).to_be(
                "a--#", error=RxvoiceError("waits was cancelled from outside")
            )
        assert log == ["cleaned up"]

    def test_of_the_task_before_its_first_step(self) -> None:
        """Nobody may be left waiting for a generator that never started."""

        async def words() -> AsyncIterator[str]:
            yield "a"

        async def main() -> tuple[list[Exception], list[str]]:
            scope = Scope(name="mine")
            errors: list[Exception] = []
            from_async(words).subscribe(None, errors.append, scheduler=LoopScheduler(scope=scope))
            await scope.aclose()
            return errors, scope.names

        errors, names = run_virtual(main())
        assert [str(error) for error in errors] == ["words was cancelled from outside"]
        assert names == []

    def test_without_a_handler_it_is_loud(self) -> None:
        async def waits() -> AsyncIterator[str]:
            yield "a"
            raise asyncio.CancelledError

        async def main() -> None:
            from_async(waits).subscribe(scheduler=loop_scheduler())
            await pause(1.0)

        _, unhandled = run_loudly(main())
        assert unhandled == [("waits failed", "waits was cancelled from outside")]


class TestASubscriberThatRaises:
    """What happens: clean-up runs, it is loud, nothing hangs."""

    def body(self, log: list[str]) -> Callable[[], AsyncIterator[str]]:
        async def words() -> AsyncIterator[str]:
            try:
                yield "a"
                yield "b"
            finally:
                await pause(0.5)
                log.append("cleaned up")

        return words

    def test_gets_its_exception_back_as_the_error(self) -> None:
        log: list[str] = []

        async def main() -> None:
            def on_next(item: str) -> None:
                log.append(item)
                raise ValueError("subscriber")

            from_async(self.body(log)).subscribe(
                on_next, lambda error: log.append(str(error)), scheduler=loop_scheduler()
            )
            await pause(1.0)

        run_virtual(main())
        assert log == ["a", "subscriber", "cleaned up"]

    def test_without_an_error_handler_the_loop_hears_of_it(self) -> None:
        log: list[str] = []

        async def main() -> None:
            def on_next(item: str) -> None:
                raise ValueError("subscriber")

            from_async(self.body(log)).subscribe(on_next, scheduler=loop_scheduler())
            await pause(1.0)

        _, unhandled = run_loudly(main())
        assert unhandled == [("words failed", "subscriber")]
        assert log == ["cleaned up"]

    def test_after_it_has_unsubscribed(self) -> None:
        log: list[str] = []

        async def main() -> None:
            subscription = SerialDisposable()

            def on_next(item: str) -> None:
                subscription.dispose()
                raise ValueError("subscriber")

            subscription.disposable = from_async(self.body(log)).subscribe(
                on_next, lambda error: log.append("told"), scheduler=loop_scheduler()
            )
            await pause(1.0)

        _, unhandled = run_loudly(main())
        assert unhandled == [("words failed", "subscriber")]
        assert log == ["cleaned up"]

    def test_in_on_completed_and_on_error(self) -> None:
        async def main() -> None:
            def fail(*_: object) -> None:
                raise ValueError("subscriber")

            async def ends() -> AsyncIterator[str]:
                return
                yield

            async def fails() -> AsyncIterator[str]:
                raise LookupError("stream")
                yield

            scheduler = loop_scheduler()
            from_async(ends).subscribe(None, None, fail, scheduler=scheduler)
            from_async(fails).subscribe(None, fail, scheduler=scheduler)
            await pause(1.0)

        _, unhandled = run_loudly(main())
        assert unhandled == [("ends failed", "subscriber"), ("fails failed", "subscriber")]


class TestUnderSwitchMap:
    """The clean-up order: what the old generator waited for decides, see `rxvoice.aio`."""

    def order(self, wait: Callable[[], Coroutine[Any, Any, None]]) -> list[str]:
        log: list[str] = []

        def inner(name: str) -> Observable[str]:
            async def body() -> AsyncIterator[str]:
                log.append(f"{name} opens")
                try:
                    yield name
                    await wait()
                finally:
                    log.append(f"{name} closes")

            return from_async(body)

        with marbles() as m:
            m.expect(m.hot("a-b-|").pipe(ops.switch_map(inner)), "^----!").to_be("a-b--")
        return log

    def test_after_a_sleep_or_a_queue_the_old_one_closes_first(self) -> None:
        async def queue() -> None:
            await asyncio.Queue[int]().get()

        expected = ["a opens", "a closes", "b opens", "b closes"]
        assert self.order(lambda: pause(10.0)) == expected
        assert self.order(queue) == expected

    def test_after_a_task_or_gather_the_new_one_opens_first(self) -> None:
        async def task() -> None:
            await asyncio.get_running_loop().create_task(pause(10.0))

        async def gather() -> None:
            await asyncio.gather(pause(10.0), pause(10.0))

        async def group() -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(pause(10.0))

        expected = ["a opens", "b opens", "a closes", "b closes"]
        assert self.order(task) == expected
        assert self.order(gather) == expected
        assert self.order(group) == expected

    def test_a_clean_up_that_waits_overlaps_the_next_one(self) -> None:
        with marbles() as m:
            slow = m.agen("a---", cleanup=0.06)
            quick = m.agen("b--|")
            inners = {"1": slow, "2": quick}
            stream = m.hot("1-2------|").pipe(ops.switch_map(lambda n: from_async(inners[n])))
            m.expect(stream).to_be("a-b------|")
            m.expect_subscriptions(slow, "^-!")
            m.expect_subscriptions(quick, "--^--!")
            m.run()
            assert slow.lives[0].ended == pytest.approx(0.1)


class TestFromCoroutine:
    def test_one_value(self) -> None:
        async def answer() -> int:
            await pause(0.04)
            return 42

        with marbles() as m:
            stream = from_coroutine(answer)
            m.expect(stream).to_be("--(v |)", {"v": 42})
            m.expect(stream, "-^").to_be("---(v |)", {"v": 42})

    def test_an_error(self) -> None:
        async def fails() -> int:
            await pause(0.02)
            raise LookupError("none")

        def raises() -> Awaitable[int]:
            raise LookupError("none")

        with marbles() as m:
            m.expect(from_coroutine(fails)).to_be("-#", error=LookupError("none"))
            m.expect(from_coroutine(raises)).to_be("#", error=LookupError("none"))

    def test_unsubscribing_cancels_it(self) -> None:
        log: list[str] = []

        async def slow() -> int:
            try:
                await pause(10.0)
            finally:
                log.append("cancelled")
            return 1

        with marbles() as m:
            m.expect(from_coroutine(slow), "^--!").to_be("---")
            m.run()
            assert log == ["cancelled"]

    def test_what_it_awaits_is_cancelled_by_somebody_else(self) -> None:
        async def waits() -> int:
            inner = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_later(0.02, inner.cancel)
            await inner
            return 1

        with marbles() as m:
            m.expect(from_coroutine(waits, name="asr")).to_be(
                "-#", error=RxvoiceError("asr was cancelled from outside")
            )


class TestMemory:
    def test_thousands_of_subscriptions_leave_nothing(self) -> None:
        """Counts objects and tasks, not time."""

        async def words() -> AsyncIterator[str]:
            yield "a"
            await pause(10.0)

        async def main() -> tuple[int, int]:
            scheduler = loop_scheduler()
            stream = from_async(words)

            async def cycles(count: int) -> int:
                for number in range(count):
                    subscription = stream.subscribe(scheduler=scheduler)
                    if number % 2:  # half of them never start
                        await pause(0.001)
                    subscription.dispose()
                await pause(0.01)
                gc.collect()
                assert scheduler.scope.names == []
                assert len(asyncio.all_tasks()) == 1
                return len(gc.get_objects())

            return await cycles(500), await cycles(3_000)

        before, after = run_virtual(main())
        assert after - before < 100

    def test_a_subscription_that_is_over_is_no_cyclic_garbage(self) -> None:
        """Full collections stall a process with many sessions; subscriptions need none."""

        class Item:
            pass

        async def items() -> AsyncIterator[Item]:
            yield Item()

        def feeds() -> list[object]:
            return [made for made in gc.get_objects() if type(made).__name__ == "_Feed"]

        async def main() -> bool:
            seen: list[weakref.ref[Item]] = []
            gc.collect()
            others = weakref.WeakSet(feeds())  # what other tests still hold
            gc.disable()
            try:
                from_async(items).subscribe(
                    lambda item: seen.append(weakref.ref(item)), scheduler=loop_scheduler()
                )
                await pause(0.1)
                left = [feed for feed in feeds() if feed not in others]
                return seen[0]() is None and not left
            finally:
                gc.enable()

        assert run_virtual(main())


def test_a_task_factory_may_start_tasks_at_once() -> None:
    """As ``asyncio.eager_task_factory`` (3.12) does: a generator starts a turn later even so."""
    loop = VirtualLoop()
    loop.set_task_factory(lambda loop, coro, **options: asyncio.Task(coro, loop=loop, **options))  # pyright: ignore

    async def words() -> AsyncGenerator[str]:
        yield "a"
        await pause(10.0)

    async def main() -> list[str]:
        got: list[str] = []
        from_async(words).subscribe(got.append, scheduler=loop_scheduler()).dispose()
        kept = from_async(words).subscribe(got.append, scheduler=loop_scheduler())
        await pause(0.1)
        kept.dispose()
        await pause(0.1)
        return got

    with contextlib.closing(loop):
        assert loop.run_until_complete(main()) == ["a"]


async def collect(stream: Observable[Any]) -> list[Any]:
    """Subscribe and wait for the end."""
    got: list[Any] = []
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    stream.subscribe(
        got.append,
        over.set_exception,
        lambda: over.set_result(None),
        scheduler=loop_scheduler(),
    )
    await over
    await pause(1.0)
    return got


async def subscribed(
    stream: Observable[Any], subscription: SerialDisposable, seconds: float
) -> list[Any]:
    """Subscribe, wait, unsubscribe, and wait for the clean-up."""
    got: list[Any] = []
    subscription.disposable = stream.subscribe(got.append, scheduler=loop_scheduler())
    await pause(seconds)
    subscription.dispose()
    await pause(1.0)
    return got
