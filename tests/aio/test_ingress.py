"""Items from other threads."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from reactivex.disposable import SerialDisposable

from rxvoice.aio import Policy, Scope, ThreadIngress
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.errors import BufferOverflow, RxvoiceError
from rxvoice.testing import VirtualLoop, run_virtual, turns

PATIENCE = 30.0


class CountingLoop(VirtualLoop):
    """Counts how often another thread wakes it."""

    wake_ups = 0

    def call_soon_threadsafe(self, *args: Any, **options: Any) -> asyncio.Handle:
        self.wake_ups += 1
        return super().call_soon_threadsafe(*args, **options)


class Heard:
    """Subscribes and notes what comes."""

    def __init__(self, ingress: ThreadIngress[int]) -> None:
        self.items: list[int] = []
        self.errors: list[Exception] = []
        self.ended = asyncio.get_running_loop().create_future()
        self.subscription = ingress.stream.subscribe(
            self.items.append, self.failed, self.completed, scheduler=loop_scheduler()
        )

    def failed(self, error: Exception) -> None:
        self.errors.append(error)
        self.completed()

    def completed(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


class TestWakingTheLoop:
    def test_many_items_need_one_wake_up(self) -> None:
        """Rule: one ``call_soon_threadsafe`` for each wake-up, not for each item."""
        loop = CountingLoop()

        async def main() -> list[int]:
            ingress: ThreadIngress[int] = ThreadIngress(1000)
            heard = Heard(ingress)
            await turns()
            for start in (0, 500):  # two batches, each while the loop does not look
                in_a_thread(lambda start=start: [ingress.put(start + n) for n in range(500)])
                await turns()
            heard.subscription.dispose()
            await turns()
            return heard.items

        with contextlib.closing(loop):
            assert loop.run_until_complete(main()) == list(range(1000))
            assert loop.wake_ups == 2

    def test_items_from_the_loops_own_thread(self) -> None:
        async def main() -> list[int]:
            ingress: ThreadIngress[int] = ThreadIngress()
            heard = Heard(ingress)
            await turns()
            assert ingress.put(1)
            assert heard.items == []
            await turns()
            assert ingress.put(2)
            ingress.end()
            await heard.ended
            return heard.items

        assert run_virtual(main()) == [1, 2]

    def test_items_that_came_before_the_subscription(self) -> None:
        async def main() -> list[int]:
            ingress: ThreadIngress[int] = ThreadIngress()
            in_a_thread(lambda: [ingress.put(n) for n in range(3)])
            heard = Heard(ingress)
            ingress.end()
            await heard.ended
            return heard.items

        assert run_virtual(main()) == [0, 1, 2]

    def test_a_producer_that_never_pauses_does_not_starve_the_loop(self) -> None:
        async def main() -> int:
            ingress: ThreadIngress[int] = ThreadIngress()
            count = 0

            def more(item: int) -> None:
                nonlocal count
                count += 1
                assert count < 10_000, "the loop starves"
                ingress.put(item + 1)

            subscription = SerialDisposable()
            subscription.disposable = ingress.stream.subscribe(more, scheduler=loop_scheduler())
            ingress.put(0)
            await turns(20)
            subscription.dispose()
            await turns()
            return count

        assert 0 < run_virtual(main()) < 100


class TestPolicies:
    def flood(self, policy: Policy) -> tuple[list[int], list[Exception], int, list[bool]]:
        """Put 0…4 into a queue for three while the loop does not look."""

        async def main() -> tuple[list[int], list[Exception], int, list[bool]]:
            ingress: ThreadIngress[int] = ThreadIngress(3, policy, name="mic")
            heard = Heard(ingress)
            await turns()
            wanted = in_a_thread(lambda: [ingress.put(n) for n in range(5)])
            await turns()
            ingress.end()
            await heard.ended
            return heard.items, heard.errors, ingress.dropped, wanted

        return run_virtual(main())

    def test_drop_oldest(self) -> None:
        assert self.flood("drop_oldest") == ([2, 3, 4], [], 2, [True] * 5)

    def test_drop_newest(self) -> None:
        assert self.flood("drop_newest") == ([0, 1, 2], [], 2, [True] * 5)

    def test_error(self) -> None:
        """The items before it come first; the producer learns that no more is wanted."""
        items, errors, dropped, wanted = self.flood("error")
        assert items == [0, 1, 2]
        assert [(type(e), str(e)) for e in errors] == [
            (BufferOverflow, "mic: more than 3 items are waiting")
        ]
        assert dropped == 0
        assert wanted == [True, True, True, False, False]

    def test_what_is_dropped_is_logged_once_and_never_in_the_producers_thread(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A log handler may write to a disk, and an audio callback must not wait for that."""
        with caplog.at_level(logging.WARNING):
            self.flood("drop_oldest")
        here = threading.current_thread().name
        told = [(r.getMessage(), r.__dict__["queue"], r.threadName) for r in caplog.records]
        assert told == [("queue is full, dropping", "mic", here)]

    @pytest.mark.parametrize("capacity", [0, -1])
    def test_the_capacity_has_to_be_positive(self, capacity: int) -> None:
        async def main() -> None:
            with pytest.raises(ValueError, match="capacity must be at least 1"):
                ThreadIngress[int](capacity)

        run_virtual(main())

    def test_an_unknown_policy_is_refused(self) -> None:
        async def main() -> None:
            bad: Any = "drop"
            with pytest.raises(ValueError, match=r"policy must be one of .*wait.*, got 'drop'"):
                ThreadIngress[int](1, bad)

        run_virtual(main())


class TestWaiting:
    """The policy ``"wait"``: the producing thread waits, but never for good."""

    def test_nothing_is_lost(self) -> None:
        async def main() -> list[int]:
            ingress: ThreadIngress[int] = ThreadIngress(2, "wait")
            heard = Heard(ingress)

            def produce() -> None:
                for number in range(200):
                    assert ingress.put(number)
                ingress.end()

            thread = started(produce)
            await heard.ended
            join(thread)
            assert heard.errors == []
            return heard.items

        assert run_virtual(main(), real_io=True) == list(range(200))

    def test_unsubscribing_lets_the_producer_go(self) -> None:
        async def main() -> None:
            ingress: ThreadIngress[int] = ThreadIngress(1, "wait")
            heard = Heard(ingress)
            thread, results = self.blocked(ingress)
            heard.subscription.dispose()
            join(thread)
            assert results == [True, False]
            await turns()

        run_virtual(main())

    def test_ending_lets_the_producer_go(self) -> None:
        async def main() -> None:
            ingress: ThreadIngress[int] = ThreadIngress(1, "wait")
            thread, results = self.blocked(ingress)
            ingress.end()
            join(thread)
            assert results == [True, False]

        run_virtual(main())

    def test_closing_the_loop_lets_the_producer_go(self) -> None:
        loop = VirtualLoop()
        ingress: ThreadIngress[int] = ThreadIngress(1, "wait", loop=loop)
        thread, results = self.blocked(ingress)
        loop.close()
        join(thread)
        assert results == [True, False]
        assert ingress.put(3) is False

    def test_the_loops_own_thread_cannot_wait(self) -> None:
        async def main() -> None:
            ingress: ThreadIngress[int] = ThreadIngress(1, "wait", name="mic")
            assert ingress.put(1)
            with pytest.raises(RuntimeError, match="mic is full, and its own loop cannot wait"):
                ingress.put(2)

        run_virtual(main())

    def blocked(self, ingress: ThreadIngress[int]) -> tuple[threading.Thread, list[bool]]:
        """Start a thread that fills the queue, and then waits for room."""
        results: list[bool] = []
        filled = threading.Event()

        def produce() -> None:
            results.append(ingress.put(1))
            filled.set()
            results.append(ingress.put(2))

        thread = started(produce)
        assert filled.wait(PATIENCE)
        return thread, results


class TestEnds:
    def test_with_an_error_after_the_items_before_it(self) -> None:
        async def main() -> tuple[list[int], list[Exception]]:
            ingress: ThreadIngress[int] = ThreadIngress()
            heard = Heard(ingress)
            await turns()

            def produce() -> None:
                ingress.put(1)
                ingress.end(LookupError("unplugged"))
                assert ingress.put(2) is False
                ingress.end(LookupError("again"))

            in_a_thread(produce)
            await heard.ended
            return heard.items, heard.errors

        items, errors = run_virtual(main())
        assert items == [1]
        assert [str(error) for error in errors] == ["unplugged"]

    def test_with_what_is_no_ordinary_exception(self) -> None:
        async def main() -> list[Exception]:
            ingress: ThreadIngress[int] = ThreadIngress(name="mic")
            heard = Heard(ingress)
            ingress.end(KeyboardInterrupt())
            await heard.ended
            return heard.errors

        (error,) = run_virtual(main())
        assert isinstance(error, RxvoiceError)
        assert str(error) == "mic ended by KeyboardInterrupt()"
        assert isinstance(error.__cause__, KeyboardInterrupt)

    def test_unsubscribing_before_the_start(self) -> None:
        """The producer learns of it although the stream's task never ran."""

        async def main() -> None:
            ingress: ThreadIngress[int] = ThreadIngress()
            Heard(ingress).subscription.dispose()
            assert in_a_thread(lambda: ingress.put(1)) is False

        run_virtual(main())

    def test_unsubscribing_inside_of_on_next(self) -> None:
        async def main() -> list[int]:
            ingress: ThreadIngress[int] = ThreadIngress()
            got: list[int] = []
            subscription = SerialDisposable()

            def on_next(item: int) -> None:
                got.append(item)
                subscription.dispose()

            for number in range(3):
                ingress.put(number)
            subscription.disposable = ingress.stream.subscribe(on_next, scheduler=loop_scheduler())
            await turns()
            assert ingress.put(9) is False
            return got

        assert run_virtual(main()) == [0]

    def test_a_closed_scope(self) -> None:
        """Subscribing too late fails, and lets the producer go."""

        async def main() -> list[str]:
            scope = Scope(name="call")
            await scope.aclose()
            ingress: ThreadIngress[int] = ThreadIngress(1, "wait", name="mic")
            ingress.put(1)
            errors: list[str] = []
            ingress.stream.subscribe(
                None, lambda e: errors.append(str(e)), scheduler=LoopScheduler(scope=scope)
            )
            assert ingress.put(2) is False
            return errors

        assert run_virtual(main()) == ["call is closed, mic cannot start"]

    def test_a_closed_loop(self) -> None:
        """A callback of an audio driver may come late; it must not raise there."""
        loop = VirtualLoop()

        async def main() -> ThreadIngress[int]:
            ingress: ThreadIngress[int] = ThreadIngress()
            heard = Heard(ingress)
            await turns()
            assert heard.items == []
            return ingress

        ingress = loop.run_until_complete(main())
        unheard: ThreadIngress[int] = ThreadIngress(loop=loop)
        loop.close()
        assert in_a_thread(lambda: ingress.put(1)) is False
        assert in_a_thread(lambda: unheard.put(1)) is False
        ingress.end()

    def test_a_second_subscription_fails(self) -> None:
        async def main() -> tuple[list[int], list[str]]:
            ingress: ThreadIngress[int] = ThreadIngress(name="mic")
            first, second = Heard(ingress), Heard(ingress)
            ingress.put(1)
            ingress.end()
            await first.ended
            await second.ended
            assert second.items == []
            return first.items, [str(error) for error in second.errors]

        assert run_virtual(main()) == ([1], ["mic can be subscribed only once"])

    def test_without_a_loop(self) -> None:
        with pytest.raises(RuntimeError, match="no running event loop"):
            ThreadIngress[int]()


def in_a_thread(work: Callable[[], Any]) -> Any:
    """Run a function in a thread, while this one waits, and return what it returned."""
    results: list[Any] = []
    join(started(lambda: results.append(work())))
    return results[0]


def started(work: Callable[[], Any]) -> threading.Thread:
    """Start a thread."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def join(thread: threading.Thread) -> None:
    """Wait for a thread."""
    thread.join(PATIENCE)
    assert not thread.is_alive()
