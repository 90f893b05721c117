"""Blocking work in threads."""

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice.aio import from_async, in_thread, map_in_thread
from rxvoice.aio._pool import WORKERS
from rxvoice.errors import BufferOverflow, StragglerError
from rxvoice.session import Session
from rxvoice.testing import marbles, run_virtual, threads_left, turns

PATIENCE = 30.0


@pytest.fixture(autouse=True)
def no_threads_are_left() -> Iterator[None]:
    """Fail when a worker thread outlives its test."""
    yield
    for thread in threads_left():
        thread.join(PATIENCE)
    assert threads_left() == []


class Job:
    """A blocking function that begins, and ends when it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.ended = False
        self._error = error

    def __call__(self) -> str:
        self.begun.set()
        told = self.may_end.wait(PATIENCE)
        self.ended = True
        assert told
        if self._error is not None:
            raise self._error
        return "done"

    async def starting(self) -> None:
        """Wait until it has begun."""
        loop = asyncio.get_running_loop()
        assert await loop.run_in_executor(None, self.begun.wait, PATIENCE)


class TestInThread:
    def test_the_result_and_the_arguments(self) -> None:
        def work(left: int, right: str) -> tuple[int, str, str]:
            return left, right, threading.current_thread().name

        async def main() -> tuple[int, str, str]:
            async with Session():
                return await in_thread(work, 1, "a")

        left, right, thread = asyncio.run(main())
        assert (left, right) == (1, "a")
        assert thread.startswith("rxvoice")

    def test_the_exception(self) -> None:
        def work() -> None:
            raise LookupError("no model")

        async def main() -> None:
            async with Session():
                with pytest.raises(LookupError, match="no model"):
                    await in_thread(work)

        asyncio.run(main())

    def test_stop_iteration_does_not_hang(self) -> None:
        """A future of asyncio refuses it, so that the waiter would never be told."""

        async def main() -> None:
            async with Session():
                with pytest.raises(RuntimeError, match="next raised StopIteration"):
                    await in_thread(next, iter(()))

        asyncio.run(main())

    def test_context_variables_are_seen(self) -> None:
        variable: contextvars.ContextVar[str] = contextvars.ContextVar("span")

        async def main() -> str:
            async with Session():
                variable.set("open")
                return await in_thread(variable.get)

        assert asyncio.run(main()) == "open"

    def test_its_cost_on_a_virtual_loop(self) -> None:
        """There it runs inline, in no thread, and takes as long as was said."""

        async def main() -> tuple[str, float]:
            name = await in_thread(lambda: threading.current_thread().name, cost=0.25)
            return name, asyncio.get_running_loop().time()

        assert run_virtual(main()) == (threading.current_thread().name, 0.25)

    def test_without_a_session_the_threads_end_with_the_job(self) -> None:
        """The fixture looks whether they did."""
        assert asyncio.run(in_thread(lambda: "done")) == "done"

    def test_after_the_session_whose_context_it_runs_in(self) -> None:
        async def main() -> str:
            async with Session():
                context = contextvars.copy_context()
            loop = asyncio.get_running_loop()
            return await loop.create_task(in_thread(lambda: "done"), context=context)

        assert asyncio.run(main()) == "done"


class TestCancellation:
    def test_the_function_goes_on_and_the_session_waits_for_it(self) -> None:
        async def main() -> None:
            job = Job()
            session = Session()
            async with session:
                waiter = asyncio.get_running_loop().create_task(in_thread(job, name="job"))
                await job.starting()
                waiter.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await waiter
                assert session.scope.names == ["job"]
                closing = asyncio.get_running_loop().create_task(session.aclose())
                await turns()
                assert not closing.done()
                job.may_end.set()
                await closing
            assert job.ended
            assert session.scope.names == []
            assert threads_left() == []

        asyncio.run(main())

    def test_one_that_has_not_begun_never_will(self) -> None:
        async def main() -> None:
            async with Session():
                loop = asyncio.get_running_loop()
                jobs = [Job() for _ in range(WORKERS)]
                busy = [loop.create_task(in_thread(job)) for job in jobs]
                for job in jobs:
                    await job.starting()
                late = Job()
                waiter = loop.create_task(in_thread(late))
                await turns()
                waiter.cancel()
                await turns()
                for job in jobs:
                    job.may_end.set()
                assert await asyncio.gather(*busy) == ["done"] * WORKERS
            assert not late.begun.is_set()

        asyncio.run(main())

    def test_an_error_that_nobody_waits_for_any_more_is_loud(self) -> None:
        loud: list[str] = []

        async def main() -> None:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(
                lambda _, c: loud.append(f"{c['message']}: {c['exception']}")
            )
            job = Job(LookupError("no model"))
            async with Session():
                waiter = loop.create_task(in_thread(job, name="asr"))
                await job.starting()
                waiter.cancel()
                await turns()
                job.may_end.set()
            await turns()

        asyncio.run(main())
        assert loud == ["asr failed after nobody waited for it any more: no model"]

    def test_a_straggler_is_named(self) -> None:
        job = Job()

        async def main() -> None:
            session = Session(grace=0.02)
            async with contextlib.AsyncExitStack() as stack:
                stack.callback(job.may_end.set)
                waiter = asyncio.get_running_loop().create_task(self.inside(session, job))
                await job.starting()
                with pytest.raises(StragglerError, match=r"still running 0.02 s .*: slow") as told:
                    await session.aclose()
                assert told.value.stragglers == ("slow",)
                waiter.cancel()

        asyncio.run(main())

    def test_a_straggler_of_another_session_does_not_block_the_loop(self) -> None:
        """The threads of the one that closes last are not waited for while a job runs in them."""
        job = Job()

        async def main() -> None:
            first, second = Session(grace=0.02), Session()
            with contextlib.ExitStack() as stack:
                stack.callback(job.may_end.set)
                waiter = asyncio.get_running_loop().create_task(self.inside(first, job))
                await job.starting()
                async with second:
                    assert await in_thread(lambda: "done") == "done"
                    with pytest.raises(StragglerError):
                        await first.aclose()
                assert not job.ended
                waiter.cancel()
                async with Session():
                    assert await in_thread(lambda: "anew") == "anew"

        asyncio.run(main())

    def test_after_the_loop_was_closed_nobody_is_told(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        job = Job(LookupError("no model"))

        async def main() -> None:
            session = Session(grace=0.02)
            waiter = asyncio.get_running_loop().create_task(self.inside(session, job))
            await job.starting()
            with contextlib.suppress(StragglerError):
                await session.aclose()
            waiter.cancel()

        asyncio.run(main())
        assert caplog.messages == []
        job.may_end.set()
        for thread in threads_left():
            thread.join(PATIENCE)
        assert caplog.messages == ["slow failed after nobody waited for it any more"]

    async def inside(self, session: Session, job: Job) -> None:
        """Run a job as a part of a session that somebody else closes."""
        current = await session.__aenter__()
        assert current is session
        await in_thread(job, name="slow")


class TestClosing:
    def test_a_clean_up_may_use_threads(self) -> None:
        log: list[str] = []

        async def words() -> AsyncIterator[str]:
            try:
                yield "a"
                await asyncio.Event().wait()
            finally:
                await in_thread(log.append, "closed")

        async def main() -> None:
            async with Session() as session:
                session.subscribe(from_async(words))
                await turns()
            assert log == ["closed"]
            assert threads_left() == []

        asyncio.run(main())

    def test_jobs_that_a_clean_up_only_starts_are_waited_for(self) -> None:
        job = Job()

        async def words() -> AsyncIterator[str]:
            loop = asyncio.get_running_loop()
            try:
                yield "a"
                await asyncio.Event().wait()
            finally:
                left = loop.create_task(in_thread(job))
                await turns()
                left.cancel()

        async def main() -> None:
            async with Session() as session:
                session.subscribe(from_async(words))
                await turns()
                closing = asyncio.get_running_loop().create_task(session.aclose())
                await job.starting()
                await turns()
                assert not closing.done()
                job.may_end.set()
            assert job.ended

        asyncio.run(main())

    def test_the_threads_stay_while_another_session_needs_them(self) -> None:
        async def main() -> None:
            async with Session():
                await in_thread(lambda: None)
                async with Session():
                    await in_thread(lambda: None)
                assert threads_left() != []
            assert threads_left() == []

        asyncio.run(main())


class TestMapInThread:
    def test_order_and_completion(self) -> None:
        with marbles() as m:
            stream = m.hot("-a-b-c|").pipe(map_in_thread(str.upper, cost=0.02))
            m.expect(stream).to_be("--A-B-(C |)")

    def test_one_at_a_time(self) -> None:
        """Three items at once take three times the cost; the completion waits for the last."""
        with marbles() as m:
            stream = m.hot("-(a b c)|").pipe(map_in_thread(str.upper, cost=0.04))
            m.expect(stream).to_be("---A-B-(C |)")

    def test_an_exception_ends_the_stream(self) -> None:
        def picky(letter: str) -> str:
            if letter == "b":
                raise LookupError("b")
            return letter

        with marbles() as m:
            letters = m.hot("-a-b-c|")
            m.expect(letters.pipe(map_in_thread(picky))).to_be("-a-#", error=LookupError("b"))
            m.expect_subscriptions(letters, "^--!")

    def test_more_than_the_capacity_is_an_error(self) -> None:
        with marbles() as m:
            letters = m.hot("-a(b c d)---|")
            overflow = BufferOverflow("upper: more than 2 items are waiting")
            strict = letters.pipe(map_in_thread(str.upper, capacity=2, cost=0.1))
            m.expect(strict).to_be("------A----B----(C #)", error=overflow)

    def test_or_is_dropped(self) -> None:
        with marbles() as m:
            letters = m.hot("-a(b c d)---|")
            lossy = map_in_thread(str.upper, capacity=2, policy="drop_oldest", cost=0.06)
            m.expect(letters.pipe(lossy)).to_be("----A--C--(D |)")

    def test_unsubscribing_forgets_what_waits(self) -> None:
        calls: list[str] = []

        def note(letter: str) -> str:
            calls.append(letter)
            return letter

        with marbles() as m:
            letters = m.hot("-(a b c)--|")
            m.expect(letters.pipe(map_in_thread(note, cost=0.02)), "^--!").to_be("--a")
        assert calls == ["a", "b"]

    def test_real_threads_keep_the_order_and_never_overlap(self) -> None:
        running = 0

        def work(number: int) -> tuple[int, bool, str]:
            nonlocal running
            running += 1
            alone = running == 1
            running -= 1
            return number, alone, threading.current_thread().name

        async def main() -> list[Any]:
            got: list[Any] = []
            async with Session() as session:
                stream = rx.range(0, 200).pipe(map_in_thread(work, capacity=200))
                await session.run(stream.pipe(ops.do_action(got.append)))
            assert threads_left() == []
            return got

        got = asyncio.run(main())
        assert [number for number, _, _ in got] == list(range(200))
        assert all(alone for _, alone, _ in got)
        assert all(name.startswith("rxvoice") for _, _, name in got)

    def test_bad_arguments_are_refused_where_it_is_called(self) -> None:
        bad: Any = "wait"
        with pytest.raises(ValueError, match="capacity must be at least 1, got 0"):
            map_in_thread(str.upper, capacity=0)
        with pytest.raises(ValueError, match=r"policy must be one of .*, got 'wait'"):
            map_in_thread(str.upper, policy=bad)
