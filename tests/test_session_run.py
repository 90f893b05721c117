"""Running a stream into its sinks."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.aio import drain_into, from_async, in_thread
from rxvoice.aio._scope import current_scope
from rxvoice.errors import RxvoiceError
from rxvoice.session import Session, Sink, run
from rxvoice.testing import VirtualLoop, pause, run_virtual, tasks_left, threads_left, turns


def into(log: list[Any], seconds: float = 0.0) -> Sink[Any]:
    """A sink that writes to a list, and takes its time for each item."""

    async def send(item: Any) -> None:
        await pause(seconds)
        log.append(item)

    return drain_into(send)


def invert(item: int) -> None:
    """Fail for 0."""
    assert 1 / item


def failing_at(bad: int, log: list[Any] | None = None) -> Sink[int]:
    """A sink that fails at an item."""

    async def send(item: int) -> None:
        if item == bad:
            raise LookupError(f"cannot write {item}")
        if log is not None:
            log.append(item)

    return drain_into(send)


def ticks(count: int) -> Observable[int]:
    """0, 1, 2 … every 0.1 s."""
    return rx.interval(0.1).pipe(ops.take(count))


def test_a_sink_that_has_failed_when_the_stream_ends_at_once_is_not_forgotten() -> None:
    """The stream ends while it is subscribed, before the loop tells that the sink failed."""

    def broken(stream: Observable[int], session: Session) -> Awaitable[None]:
        done: asyncio.Future[None] = session.scheduler.loop.create_future()
        stream.subscribe(lambda _: None, None, lambda: done.set_exception(LookupError("broken")))
        return done

    async def main() -> None:
        async with Session() as session:
            await session.run(rx.just(1), broken)

    with pytest.raises(LookupError, match="broken"):
        run_virtual(main())


class TestTheStream:
    def test_ends_after_the_sinks_have_written_everything(self) -> None:
        async def main() -> tuple[list[int], list[int], float]:
            quick: list[int] = []
            slow: list[int] = []
            async with Session() as session:
                await session.run(ticks(3), into(quick), into(slow, 0.5))
                return quick, slow, session.now

        assert run_virtual(main()) == ([0, 1, 2], [0, 1, 2], pytest.approx(1.6))

    def test_is_subscribed_once(self) -> None:
        subscribed: list[int] = []

        def source(_: object) -> Observable[int]:
            subscribed.append(1)
            return rx.of(1)

        run_virtual(run(rx.defer(source), into([]), into([])))
        assert subscribed == [1]

    def test_may_be_empty(self) -> None:
        log: list[int] = []
        run_virtual(run(rx.empty(), into(log)))
        assert log == []

    def test_may_complete_while_it_is_subscribed(self) -> None:
        log: list[int] = []
        run_virtual(run(rx.of(1, 2), into(log)))
        assert log == [1, 2]

    def test_may_have_no_sink(self) -> None:
        log: list[int] = []
        run_virtual(run(ticks(2).pipe(ops.do_action(log.append))))
        assert log == [0, 1]
        with pytest.raises(LookupError, match="stream"):
            run_virtual(run(rx.throw(LookupError("stream"))))

    def test_that_fails_is_raised_after_all_was_written(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        log: list[int] = []
        stream = rx.concat(rx.of(1, 2), rx.throw(ValueError("broken")))
        with pytest.raises(ValueError, match="broken"):
            run_virtual(run(stream, into(log, 0.1)))
        assert log == [1, 2]
        assert caplog.messages == []

    def test_runs_in_the_sessions_own_tasks_and_time(self) -> None:
        async def words() -> AsyncIterator[float]:
            await pause(0.5)
            yield asyncio.get_running_loop().time()

        log: list[float] = []
        run_virtual(run(from_async(words), into(log)))
        assert log == [0.5]


class TestASinkThatFails:
    def test_does_not_disturb_the_others(self, caplog: pytest.LogCaptureFixture) -> None:
        """It is told at once in the log, for a call may still last long."""

        async def main() -> list[int]:
            log: list[int] = []
            async with Session(name="call") as session:
                with pytest.raises(LookupError, match="cannot write 1"):
                    await session.run(ticks(4), failing_at(1), into(log))
                assert session.now == pytest.approx(0.4)
            return log

        assert run_virtual(main()) == [0, 1, 2, 3]
        assert caplog.messages == ["call: a sink failed"]

    def test_when_all_have_failed_the_stream_is_unsubscribed_at_once(self) -> None:
        async def main() -> float:
            async with Session() as session:
                ended: list[float] = []
                stream = ticks(100).pipe(ops.finally_action(lambda: ended.append(session.now)))
                with pytest.raises(LookupError, match="cannot write 1"):
                    await session.run(stream, failing_at(2), failing_at(1))
                return ended[0]

        assert run_virtual(main()) == pytest.approx(0.3)

    def test_or_are_done(self) -> None:
        """One that was done before it needed no more; nobody listens any longer."""

        def first_only(stream: Observable[int], session: Session) -> Awaitable[None]:
            return into([])(stream.pipe(ops.take(1)), session)

        async def main() -> float:
            async with Session() as session:
                with pytest.raises(LookupError, match="cannot write 2"):
                    await session.run(ticks(100), first_only, failing_at(2))
                return session.now

        assert run_virtual(main()) == pytest.approx(0.3)

    def test_one_that_is_done_early_keeps_nobody(self) -> None:
        """Alone it does not end the run: the stream is run for what it does, too."""

        def first_only(stream: Observable[int], session: Session) -> Awaitable[None]:
            return into([])(stream.pipe(ops.take(1)), session)

        async def main() -> float:
            async with Session() as session:
                await session.run(ticks(3), first_only)
                return session.now

        assert run_virtual(main()) == pytest.approx(0.3)

    def test_in_its_on_next_hears_of_it_itself(self) -> None:
        """A sink that subscribes by hand and raises: the others get their item."""

        def careless(stream: Observable[int], session: Session) -> Awaitable[None]:
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            stream.subscribe(
                invert,
                lambda error: done.set_exception(error),
                lambda: done.set_result(None),
                scheduler=session.scheduler,
            )
            return done

        log: list[int] = []
        with pytest.raises(ZeroDivisionError):
            run_virtual(run(ticks(3), careless, into(log)))
        assert log == [0, 1, 2]

    def test_in_its_on_next_without_a_handler_does_not_hang(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        def careless(stream: Observable[int], session: Session) -> Awaitable[None]:
            stream.subscribe(invert, scheduler=session.scheduler)
            return asyncio.get_running_loop().create_future()

        log: list[int] = []
        with pytest.raises(ZeroDivisionError):
            run_virtual(run(ticks(3), careless, into(log)))
        assert log == [0, 1, 2]
        assert caplog.messages == ["session: a sink failed"]

    def test_when_it_is_called_ends_everything(self) -> None:
        """Nothing is subscribed, and the sinks that had begun are stopped."""

        def broken(stream: Observable[int], session: Session) -> Awaitable[None]:
            raise LookupError("no loudspeaker")

        async def main() -> list[str]:
            async with Session() as session:
                source: Subject[int] = Subject()
                with pytest.raises(LookupError, match="no loudspeaker"):
                    await session.run(source, into([]), coroutine_sink([]), broken, into([]))
                await turns()
                assert source.observers == []
                return session.scope.names

        assert run_virtual(main()) == []

    def test_after_the_stream_has_failed_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        """The stream's error is raised, so nobody else would hear of it."""

        async def unlucky(stream: Observable[int], session: Session) -> None:
            await pause(0.1)
            raise LookupError("disk full")

        with pytest.raises(ValueError, match="broken"):
            run_virtual(run(rx.throw(ValueError("broken")), unlucky))
        assert caplog.messages == ["session: a sink failed"]

    def test_by_being_cancelled_from_outside_is_an_ordinary_error(self) -> None:
        async def main() -> None:
            futures: list[asyncio.Future[None]] = []

            def sink(stream: Observable[int], session: Session) -> Awaitable[None]:
                futures.append(asyncio.get_running_loop().create_future())
                return futures[0]

            async with Session(name="call") as session:
                asyncio.get_running_loop().call_later(0.1, lambda: futures[0].cancel())
                with pytest.raises(RxvoiceError, match="call: a sink was cancelled from outside"):
                    await session.run(rx.never(), sink)

        run_virtual(main())

    def test_in_its_clean_up_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        async def main() -> None:
            async def sink(stream: Observable[int], session: Session) -> None:
                try:
                    await pause(100.0)
                finally:
                    raise LookupError("cannot close the file")

            session = Session(name="call")
            async with session, stopping(session.run(rx.never(), sink)):
                await pause(0.1)

        run_virtual(main())
        assert caplog.messages == ["call: a sink failed"]


class TestCoroutineSinks:
    def test_are_awaited(self) -> None:
        log: list[str] = []
        run_virtual(run(ticks(2), coroutine_sink(log)))
        assert log == ["opened", "closed"]

    def test_are_tasks_of_the_session(self) -> None:
        async def main() -> None:
            scopes: list[object] = []

            async def sink(stream: Observable[int], session: Session) -> None:
                scopes.append(session.scope.names)

            async with Session() as session:
                await session.run(ticks(1), sink)
                assert len(scopes) == 1
                assert scopes != [[]]

        run_virtual(main())

    def test_run_in_its_scope_also_when_the_session_was_not_entered(self) -> None:
        """So that thread jobs of theirs are waited for."""

        async def main() -> None:
            async def sink(stream: Observable[int], session: Session) -> None:
                assert current_scope.get() is session.scope

            session = Session()
            await session.run(ticks(1), sink)
            await session.aclose()

        run_virtual(main())

    def test_that_never_began_leave_no_warning(self) -> None:
        async def main() -> None:
            async with Session() as session:
                task = asyncio.get_running_loop().create_task(
                    session.run(rx.never(), coroutine_sink([]))
                )
                await turns(1)
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

        run_virtual(main())


class TestBeingStopped:
    @pytest.fixture(autouse=True)
    def nothing_is_logged(self, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
        """Being stopped is no failure."""
        yield
        assert caplog.get_records("call") == []

    def test_from_outside(self) -> None:
        """Ctrl-C cancels the task that runs: sinks are cancelled, the stream is unsubscribed."""

        async def main() -> list[str]:
            log: list[str] = []

            async def words() -> AsyncIterator[int]:
                try:
                    yield 1
                    await pause(100.0)
                finally:
                    await pause(0.5)
                    log.append("stream cleaned up")

            async def send(item: int) -> None:
                try:
                    await pause(100.0)
                finally:
                    await pause(0.2)
                    log.append("sink cleaned up")

            running = run(from_async(words), drain_into(send), coroutine_sink(log))
            async with stopping(running):
                await pause(1.0)
            assert tasks_left(asyncio.get_running_loop()) == []
            return log

        expected = ["opened", "closed", "sink cleaned up", "stream cleaned up"]
        assert run_virtual(main()) == expected

    def test_from_outside_while_the_session_goes_on(self) -> None:
        async def main() -> list[str]:
            source: Subject[int] = Subject()
            async with Session() as session:
                async with stopping(session.run(source, into([]))):
                    await turns()
                    assert len(source.observers) == 1
                assert source.observers == []
                await turns()
                return session.scope.names

        assert run_virtual(main()) == []

    def test_after_the_stream_has_ended(self) -> None:
        async def main() -> list[str]:
            log: list[str] = []
            async with stopping(run(rx.of(1), into(log, 100.0), coroutine_sink(log))):
                await pause(1.0)
            assert tasks_left(asyncio.get_running_loop()) == []
            return log

        assert run_virtual(main()) == ["opened", "closed"]

    @pytest.mark.parametrize("stream", [rx.never(), rx.of(1)])
    def test_by_closing_the_session(self, stream: Observable[int]) -> None:
        """Whether the stream goes on or only the sinks do; even a sink that is nobody's task."""

        async def main() -> float:
            def never(stream: Observable[int], session: Session) -> Awaitable[None]:
                return asyncio.get_running_loop().create_future()

            session = Session(name="call")
            running = asyncio.get_running_loop().create_task(
                session.run(stream, into([], 100.0), never, coroutine_sink([]))
            )
            await pause(1.0)
            await session.aclose()
            with pytest.raises(RxvoiceError, match="call was closed while a stream was running"):
                await running
            return session.now

        assert run_virtual(main()) == 1.0

    def test_many_runs_leave_nothing(self) -> None:
        async def main() -> tuple[int, int]:
            async with Session() as session:

                async def runs(count: int) -> int:
                    for _ in range(count):
                        await session.run(rx.of(1), into([]))
                    await turns()
                    gc.collect()
                    return len(gc.get_objects())

                return await runs(50), await runs(500)

        before, after = run_virtual(main())
        assert after - before < 100

    def test_nothing_is_kept_for_the_next_run(self) -> None:
        async def main() -> list[int]:
            log: list[int] = []
            async with Session() as session:
                for count in (1, 2):
                    await session.run(ticks(count), into(log))
                    assert session.scope.names == []
                with pytest.raises(LookupError):
                    await session.run(ticks(3), failing_at(1, log))
                await session.run(rx.of(7), into(log))
                await turns()
                assert session.scope.names == []
            return log

        assert run_virtual(main()) == [0, 0, 1, 0, 7]


def test_ctrl_c_leaves_nothing() -> None:
    """A real loop and a real signal: everything is cleaned up before the exception is raised."""
    log: list[str] = []

    async def words() -> AsyncIterator[int]:
        try:
            asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
            yield await in_thread(lambda: 1)
            await asyncio.get_running_loop().create_future()
        finally:
            await turns()
            log.append("stream cleaned up")

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(run(from_async(words), coroutine_sink(log)))
    assert log == ["opened", "closed", "stream cleaned up"]
    assert threads_left() == []


def test_run_passes_options_to_its_session() -> None:
    names: list[str] = []

    def sink(stream: Observable[int], session: Session) -> Awaitable[None]:
        names.append(session.name)
        return into([])(stream, session)

    run_virtual(run(rx.of(1), sink, name="call", grace=1.0))
    assert names == ["call"]


def test_an_exception_in_a_callback_of_the_loop_is_not_swallowed() -> None:
    loop = VirtualLoop()
    with contextlib.closing(loop):
        loop.run_until_complete(run(ticks(1), into([])))
        assert loop.unhandled == []


def coroutine_sink(
    log: list[Any],
) -> Callable[[Observable[Any], Session], Coroutine[Any, Any, None]]:
    """A sink that is a coroutine function; it hears what comes after its first step."""

    async def sink(stream: Observable[Any], session: Session) -> None:
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        log.append("opened")
        session.subscribe(
            stream,
            None,
            lambda error: ended.set_exception(error),
            lambda: ended.set_result(None),
        )
        try:
            await ended
        finally:
            log.append("closed")

    return sink


@contextlib.asynccontextmanager
async def stopping(coroutine: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Run something in a task, and cancel it at the end of the block."""
    task = asyncio.get_running_loop().create_task(coroutine)
    yield
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
