"""Observables for consumers that await: `pull`."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any, TypeVar

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.aio import Policy, Pulled, pull
from rxvoice.clock import LoopScheduler
from rxvoice.errors import BufferOverflow
from rxvoice.testing import Marbles, marbles, run_virtual

T = TypeVar("T")


def consume(m: Marbles, stream: Observable[Any], log: list[Any], **options: Any) -> None:
    """Pull a stream from time 0 on, and note what comes and how it ends."""

    async def consumer() -> None:
        try:
            async with pull(stream, scheduler=m.scheduler, **options) as items:
                async for item in items:
                    log.append(item)
        except Exception as error:
            log.append(str(error))
        else:
            log.append("end")

    m.at(0, consumer)


class TestOrder:
    def test_items_and_the_end(self) -> None:
        with marbles() as m:
            log: list[Any] = []
            stream = m.cold("-(a b)-c|")
            consume(m, stream, log)
            m.expect_subscriptions(stream, "^---!")
        assert log == ["a", "b", "c", "end"]

    def test_an_error_comes_after_the_items_before_it(self) -> None:
        with marbles() as m:
            log: list[Any] = []
            consume(m, m.cold("(a b #)", error=ValueError("broken")), log)
        assert log == ["a", "b", "broken"]

    def test_an_empty_stream(self) -> None:
        with marbles() as m:
            log: list[Any] = []
            consume(m, m.cold("--|"), log)
        assert log == ["end"]

    def test_a_stream_that_emits_while_it_is_subscribed(self) -> None:
        with marbles() as m:
            log: list[Any] = []
            consume(m, rx.of("a", "b"), log)
            consume(m, rx.throw(ValueError("broken")), log)
        assert log == ["a", "b", "end", "broken"]

    def test_the_scheduler_is_given_to_the_subscription(self) -> None:
        with marbles() as m:
            log: list[Any] = []
            consume(m, rx.timer(0.02).pipe(ops.map(lambda _: m.loop.time())), log)
        assert log == [0.02, "end"]

    def test_an_error_is_raised_again(self) -> None:
        async def main() -> list[str]:
            log: list[str] = []
            failing: Observable[int] = rx.throw(ValueError("broken"))
            async with pull(failing) as items:
                for _ in range(2):
                    with pytest.raises(ValueError, match="broken"):
                        await anext(items)
                    log.append("raised")
            return log

        assert run_virtual(main()) == ["raised", "raised"]


class TestPolicies:
    def flood(self, policy: Policy) -> tuple[list[int], int]:
        """Emit 0…4 into a queue for three while the consumer does something else."""

        async def main() -> tuple[list[int], int]:
            got: list[int] = []
            source: Subject[int] = Subject()
            async with pull(source, capacity=3, policy=policy, name="words") as items:
                for number in range(5):
                    source.on_next(number)
                assert len(items) == 3
                source.on_completed()
                async for item in items:
                    got.append(item)
                return got, items.dropped

        return run_virtual(main())

    def test_drop_oldest(self) -> None:
        assert self.flood("drop_oldest") == ([2, 3, 4], 2)

    def test_drop_newest(self) -> None:
        assert self.flood("drop_newest") == ([0, 1, 2], 2)

    def test_error(self) -> None:
        """The items before it come first, and the source is unsubscribed at once."""

        async def main() -> list[object]:
            log: list[object] = []
            source: Subject[int] = Subject()
            async with pull(source, capacity=3, name="words") as items:
                for number in range(5):
                    source.on_next(number)
                    log.append(len(source.observers))
                for number in range(3):
                    assert await anext(items) == number
                with pytest.raises(BufferOverflow, match="words: more than 3 items are waiting"):
                    await anext(items)
                log.append(items.dropped)
            return log

        assert run_virtual(main()) == [1, 1, 1, 0, 0, 0]

    def test_what_is_dropped_is_logged_once(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING):
            self.flood("drop_oldest")
        fields = [
            (r.getMessage(), r.__dict__["queue"], r.__dict__["policy"]) for r in caplog.records
        ]
        assert fields == [("queue is full, dropping", "words", "drop_oldest")]

    def test_bad_arguments(self) -> None:
        async def main() -> None:
            with pytest.raises(ValueError, match="capacity must be at least 1, got 0"):
                async with pull(rx.of(1), capacity=0):
                    pass
            with pytest.raises(ValueError, match=r"policy must be one of .*, got 'wait'"):
                async with pull(rx.of(1), policy="wait"):
                    pass

        run_virtual(main())


class TestLeaving:
    def test_the_context_unsubscribes(self) -> None:
        with marbles() as m:
            words = m.hot("-a-b-c-d|")

            async def consumer() -> None:
                async with pull(words, scheduler=m.scheduler) as items:
                    assert await anext(items) == "a"
                    assert await anext(items) == "b"

            m.at(0, consumer)
            m.expect_subscriptions(words, "^--!")

    def test_with_an_exception_too(self) -> None:
        with marbles() as m:
            words = m.hot("-a-b-c-d|")

            async def consumer() -> None:
                async with pull(words, scheduler=m.scheduler) as items:
                    async for _ in items:
                        raise LookupError("consumer")

            async def watch() -> None:
                with pytest.raises(LookupError, match="consumer"):
                    await consumer()

            m.at(0, watch)
            m.expect_subscriptions(words, "^!", within=0.0)

    def test_cancelling_the_consumer_unsubscribes(self) -> None:
        with marbles() as m:
            words = m.hot("-a-b-c-d|")
            tasks: list[asyncio.Task[None]] = []

            async def consumer() -> None:
                async with pull(words, scheduler=m.scheduler) as items:
                    async for _ in items:
                        pass

            m.at(0, lambda: tasks.append(m.loop.create_task(consumer())))
            m.at(4, lambda: tasks[0].cancel())
            m.expect_subscriptions(words, "^---!")

    def test_a_wait_that_is_cancelled_loses_nothing(self) -> None:
        """Time limits on single items are ordinary."""

        async def main() -> tuple[list[int], int]:
            source: Subject[int] = Subject()
            got: list[int] = []
            late = 0
            loop = asyncio.get_running_loop()
            for number in range(6):  # three of them come at the very limit
                loop.call_at(0.05 + number * 0.025, source.on_next, number)
            async with pull(source) as items:
                while len(got) < 6:
                    try:
                        got.append(await within(0.0125, anext(items)))
                    except TimeoutError:
                        late += 1
            return got, late

        got, late = run_virtual(main())
        assert got == list(range(6))
        assert late > 6

    def test_a_wait_that_ended_elsewhere_ends(self) -> None:
        """Another task that waits for an item does not wait for ever when the context is left."""

        async def main() -> str:
            source: Subject[int] = Subject()
            async with pull(source) as items:
                waiting = asyncio.get_running_loop().create_task(first(items))
                await turn()
            return await waiting

        assert run_virtual(main()) == "ended"

    def test_two_consumers_at_once_are_refused(self) -> None:
        async def main() -> None:
            source: Subject[int] = Subject()
            async with pull(source, name="words") as items:
                waiting = asyncio.get_running_loop().create_task(first(items))
                await turn()
                with pytest.raises(RuntimeError, match="words has another consumer that waits"):
                    await anext(items)
                source.on_next(7)
                assert await waiting == "7"

        run_virtual(main())

    def test_outside_of_a_loop_there_is_a_clear_error(self) -> None:
        with pytest.raises(RuntimeError, match="no running event loop"):
            pull(rx.of(1)).__aenter__().send(None)  # pyright: ignore


def test_a_session_less_scheduler_is_found() -> None:
    async def main() -> list[int]:
        async with pull(rx.of(1, 2), scheduler=LoopScheduler()) as items:
            return [item async for item in items]

    assert run_virtual(main()) == [1, 2]


async def first(items: Pulled[int]) -> str:
    """Wait for one item."""
    try:
        return str(await anext(items))
    except StopAsyncIteration:
        return "ended"


async def within(seconds: float, awaitable: Awaitable[T]) -> T:
    """Wait for so long."""
    async with asyncio.timeout(seconds):
        return await awaitable


async def turn() -> None:
    """Let the loop turn a few times."""
    loop = asyncio.get_running_loop()
    for _ in range(4):
        turned = loop.create_future()
        loop.call_soon(turned.set_result, None)
        await turned
