"""One call: what it subscribes, and that closing it leaves nothing."""

import asyncio
import contextlib
import contextvars
import gc
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.disposable import Disposable
from reactivex.subject import Subject

from rxvoice.aio import Pulled, ThreadIngress, drain_into, from_async, in_thread, lift
from rxvoice.aio._scope import current_scope
from rxvoice.errors import StragglerError
from rxvoice.session import Session
from rxvoice.testing import pause, run_loudly, run_virtual, tasks_left, threads_left, turns

OPEN_FILES = Path("/proc/self/fd")


class TestClosing:
    @pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="counts open files in /proc")
    def test_it_leaves_no_task_thread_or_socket(self) -> None:
        """A loopback server, a client of it and a thread, all inside of one subscription."""

        async def talk() -> AsyncIterator[bytes]:
            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                try:
                    while line := await reader.readline():
                        writer.write(line.upper())
                        await writer.drain()
                finally:
                    writer.close()

            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            async with server:
                host, port = server.sockets[0].getsockname()
                reader, writer = await asyncio.open_connection(host, port)
                try:
                    for word in (b"one\n", b"two\n"):
                        writer.write(word)
                        yield await in_thread(bytes.strip, await reader.readline())
                    await reader.readline()  # never comes
                finally:
                    writer.close()
                    await writer.wait_closed()

        async def main() -> list[bytes]:
            loop = asyncio.get_running_loop()
            tasks, files, threads = asyncio.all_tasks(), open_files(), threading.active_count()
            heard: list[bytes] = []
            second: asyncio.Future[None] = loop.create_future()

            def on_next(word: bytes) -> None:
                heard.append(word)
                if len(heard) == 2:
                    second.set_result(None)

            session = Session()
            session.subscribe(from_async(talk), on_next)
            await second
            assert open_files() >= files + 3
            assert threading.active_count() > threads
            await session.aclose()
            await turns()  # the server's side of the connection ends by itself
            assert asyncio.all_tasks() == tasks
            assert open_files() == files
            assert threading.active_count() == threads
            assert threads_left() == []
            return heard

        assert asyncio.run(main()) == [b"ONE", b"TWO"]

    def test_it_unsubscribes_the_newest_first_and_waits_for_clean_up(self) -> None:
        async def main() -> list[str]:
            log: list[str] = []

            def stream(name: str) -> Observable[int]:
                async def body() -> AsyncIterator[int]:
                    try:
                        yield 1
                        await pause(100.0)
                    finally:
                        log.append(f"{name} cancelled")
                        await pause(1.0)
                        log.append(f"{name} cleaned up at {session.now}")

                return from_async(body)

            async with Session() as session:
                session.subscribe(stream("a"))
                session.subscribe(stream("b"))
                await pause(1.0)
            return log

        assert run_virtual(main()) == [
            "b cancelled",
            "a cancelled",
            "b cleaned up at 2.0",
            "a cleaned up at 2.0",
        ]

    def test_it_cancels_twice_and_names_the_straggler(self) -> None:
        async def main() -> tuple[list[float], tuple[str, ...], float]:
            release = asyncio.Event()
            cancelled: list[float] = []

            async def stuck() -> AsyncIterator[int]:
                try:
                    yield 1
                    await release.wait()
                finally:
                    while not release.is_set():
                        cancelled.append(session.now)
                        with contextlib.suppress(asyncio.CancelledError):
                            await release.wait()

            session = Session(grace=2.0)
            session.subscribe(from_async(stuck, name="tts"))
            await turns()
            with pytest.raises(StragglerError, match="still running 2 s after aclose: tts") as told:
                await session.aclose()
            at = session.now
            with pytest.raises(StragglerError):  # idempotent
                await session.aclose()
            release.set()
            await turns()
            return cancelled, told.value.stragglers, at

        assert run_virtual(main()) == ([0.0, 1.0], ("tts",), 2.0)

    def test_it_is_idempotent_also_at_once(self) -> None:
        async def main() -> float:
            async def work() -> AsyncIterator[int]:
                try:
                    yield 1
                    await pause(100.0)
                finally:
                    await pause(1.0)

            session = Session()
            session.subscribe(from_async(work))
            await turns()
            await asyncio.gather(session.aclose(), session.aclose())
            await session.aclose()
            return session.now

        assert run_virtual(main()) == 1.0

    def test_a_closer_that_is_cancelled_does_not_stop_it(self) -> None:
        async def main() -> list[str]:
            log: list[str] = []

            async def work() -> AsyncIterator[int]:
                try:
                    yield 1
                    await pause(100.0)
                finally:
                    await pause(1.0)
                    log.append("cleaned up")

            session = Session()
            session.subscribe(from_async(work))
            await turns()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await session.aclose()
            await session.aclose()
            return log

        assert run_virtual(main()) == ["cleaned up"]

    def test_from_inside_of_one_of_its_own_generators(self) -> None:
        """A tool that hangs up: its task is cancelled like the others; nothing waits for ever."""

        async def main() -> list[str]:
            log: list[str] = []

            async def hang_up() -> AsyncIterator[int]:
                yield 1
                try:
                    await session.aclose()
                    log.append("never")
                except asyncio.CancelledError:
                    log.append("cancelled")
                    raise
                finally:
                    await pause(0.5)
                    log.append("cleaned up")

            session = Session()
            session.subscribe(from_async(hang_up))
            await pause(0.1)
            await session.aclose()
            log.append(f"closed at {session.now}")
            return log

        assert run_virtual(main()) == ["cancelled", "cleaned up", "closed at 0.5"]

    def test_from_inside_of_on_next(self) -> None:
        async def main() -> list[str]:
            log: list[str] = []
            closing: list[asyncio.Task[None]] = []

            def hang_up(_: int) -> None:
                closing.append(asyncio.get_running_loop().create_task(session.aclose()))

            async def work() -> AsyncIterator[int]:
                try:
                    yield 1
                    await pause(100.0)
                finally:
                    log.append("cleaned up")

            session = Session()
            session.subscribe(from_async(work), hang_up)
            await turns()
            await closing[0]
            return log

        assert run_virtual(main()) == ["cleaned up"]

    def test_a_dispose_that_raises_does_not_keep_the_others(self) -> None:
        async def main() -> list[str]:
            log: list[str] = []

            def bad() -> None:
                raise LookupError("cannot dispose")

            async with Session(name="call") as session:
                for undo in (lambda: log.append("first"), bad, lambda: log.append("last")):
                    stream: Observable[int] = Observable(lambda _o, _s, undo=undo: Disposable(undo))
                    session.subscribe(stream)
            return log

        log, unhandled = run_loudly(main())
        assert log == ["last", "first"]
        assert unhandled == [("call: a callback failed", "cannot dispose")]


class TestAfterClosing:
    """Nothing can start any more, and who tries is told by ``on_error``."""

    def test_subscribing(self) -> None:
        async def main() -> list[str]:
            log: list[str] = []
            session = Session(name="call")
            await session.aclose()
            source: Subject[int] = Subject()
            session.subscribe(source, None, lambda e: log.append(f"{type(e).__name__}: {e}"))
            assert source.observers == []
            return log

        expected = ["RuntimeError: call is closed, nothing can be subscribed"]
        assert run_virtual(main()) == expected

    def test_an_inner_stream_of_a_graph_that_goes_on(self) -> None:
        """One that was subscribed behind the session's back; its source hears of nothing."""

        async def words() -> AsyncIterator[str]:
            yield "a"

        async def shout(items: Pulled[str]) -> AsyncIterator[str]:
            async for item in items:
                yield item.upper()

        async def main() -> list[str]:
            log: list[str] = []
            session = Session(name="call")
            sources: list[Subject[int]] = [Subject(), Subject()]
            inners = [from_async(words), rx.never().pipe(lift(shout))]
            for source, inner in zip(sources, inners, strict=True):
                source.pipe(ops.switch_map(lambda _, inner=inner: inner)).subscribe(
                    log.append, lambda e: log.append(str(e)), scheduler=session.scheduler
                )
            await session.aclose()
            for source in sources:
                source.on_next(1)
                assert source.observers == []
            return log

        expected = ["call is closed, words cannot start", "call is closed, shout cannot start"]
        assert run_virtual(main()) == expected

    def test_a_late_item_of_a_thread(self) -> None:
        async def main() -> bool:
            async with Session() as session:
                ingress: ThreadIngress[int] = ThreadIngress()
                session.subscribe(ingress.stream)
                await turns()
            return ingress.put(1)

        assert run_virtual(main()) is False

    def test_running(self) -> None:
        async def main() -> None:
            session = Session(name="call")
            await session.aclose()
            with pytest.raises(RuntimeError, match="call is closed, nothing can run"):
                await session.run(rx.of(1), drain_into(pause))

        run_virtual(main())


class TestSubscribe:
    def test_items_and_the_end(self) -> None:
        async def main() -> list[object]:
            log: list[object] = []
            async with Session() as session:
                session.subscribe(rx.of(1, 2), log.append, log.append, lambda: log.append("end"))
                session.subscribe(rx.of(3))
            return log

        assert run_virtual(main()) == [1, 2, "end"]

    def test_time_is_the_sessions(self) -> None:
        async def main() -> list[tuple[int, float]]:
            log: list[tuple[int, float]] = []
            await pause(5.0)
            async with Session() as session:
                assert session.now == 0.0
                ticks = rx.interval(0.5).pipe(ops.take(2))
                session.subscribe(ticks, lambda tick: log.append((tick, session.now)))
                await pause(2.0)
            return log

        assert run_virtual(main()) == [(0, 0.5), (1, 1.0)]

    @pytest.mark.parametrize("source", ["generator", "timer", "list", "subject"])
    def test_on_next_that_raises_ends_it_and_is_an_error(self, source: str) -> None:
        """Wherever the item came from: no producer hears of it, and nothing stops silently."""

        async def numbers() -> AsyncIterator[int]:
            yield 0
            yield 1

        async def main() -> list[str]:
            log: list[str] = []
            subject: Subject[int] = Subject()
            streams: dict[str, Observable[int]] = {
                "generator": from_async(numbers),
                "timer": rx.interval(0.1),
                "list": rx.of(0, 1),
                "subject": subject,
            }

            def on_next(item: int) -> None:
                log.append(f"item {item}")
                raise LookupError("subscriber")

            async with Session() as session:
                session.subscribe(streams[source], on_next, lambda e: log.append(str(e)))
                subject.on_next(0)
                assert subject.observers == []
                await pause(1.0)
            return log

        assert run_virtual(main()) == ["item 0", "subscriber"]

    def test_errors_without_a_handler_are_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        async def main() -> None:
            async with Session(name="call") as session:
                session.subscribe(rx.throw(LookupError("stream")))
                session.subscribe(rx.of(1), lambda _: 1 / 0)

        run_virtual(main())
        told = [(r.getMessage(), r.exc_info and r.exc_info[0]) for r in caplog.records]
        assert told == [
            ("call: a stream failed", LookupError),
            ("call: a stream failed", ZeroDivisionError),
        ]

    def test_the_other_callbacks_do_not_reach_the_producer(self) -> None:
        async def main() -> list[int]:
            heard: list[int] = []

            def fail(*_: object) -> None:
                raise LookupError("callback")

            async with Session(name="call") as session:
                ending: Subject[int] = Subject()
                failing: Subject[int] = Subject()
                session.subscribe(ending, None, None, fail)
                session.subscribe(ending, None, None, lambda: heard.append(1))
                session.subscribe(failing, None, fail)
                session.subscribe(failing, None, lambda _: heard.append(2))
                ending.on_completed()
                failing.on_error(ValueError("stream"))
            return heard

        heard, unhandled = run_loudly(main())
        assert heard == [1, 2]
        assert unhandled == [("call: a callback failed", "callback")] * 2

    def test_unsubscribing_earlier(self) -> None:
        async def main() -> list[int]:
            got: list[int] = []
            async with Session() as session:
                source: Subject[int] = Subject()
                subscription = session.subscribe(source, got.append)
                source.on_next(1)
                subscription.dispose()
                source.on_next(2)
                assert source.observers == []
            return got

        assert run_virtual(main()) == [1]

    def test_thousands_of_subscriptions_leave_nothing(self) -> None:
        """However they end: by hand, by completion, by an error, by a subscriber that raises."""

        async def words() -> AsyncIterator[int]:
            yield 1
            await pause(10.0)

        async def main() -> tuple[int, int]:
            async with Session() as session:
                stream = from_async(words)
                failing: Observable[int] = rx.throw(LookupError("stream"))

                async def cycles(count: int) -> int:
                    for _ in range(count):
                        session.subscribe(rx.of(1))
                        session.subscribe(failing, None, lambda _: None)
                        session.subscribe(rx.of(1), lambda _: 1 / 0, lambda _: None)
                        subscription = session.subscribe(stream)
                        await turns(2)
                        subscription.dispose()
                    await turns()
                    gc.collect()
                    assert len(asyncio.all_tasks()) == 1
                    return len(gc.get_objects())

                return await cycles(100), await cycles(2500)

        before, after = run_virtual(main())
        assert after - before < 100


class TestOpening:
    def test_it_needs_a_loop_and_a_grace(self) -> None:
        async def main() -> None:
            with pytest.raises(ValueError, match="grace must be positive, got 0"):
                Session(grace=0.0)

        with pytest.raises(RuntimeError, match="no running event loop"):
            Session()
        run_virtual(main())

    def test_sessions_may_be_nested(self) -> None:
        async def main() -> None:
            async with Session(name="outer") as outer:
                async with Session(name="inner") as inner:
                    assert current_scope.get() is inner.scope
                assert current_scope.get() is outer.scope
            assert current_scope.get() is None

        run_virtual(main())

    def test_it_may_be_left_in_another_context(self) -> None:
        """As fixtures of test runners do."""

        async def main() -> None:
            loop = asyncio.get_running_loop()
            session = Session()
            await loop.create_task(session.__aenter__(), context=contextvars.Context())
            await session.__aexit__(None, None, None)
            assert tasks_left(loop) == []

        run_virtual(main())


def open_files() -> int:
    """How many files and sockets this process has open."""
    return len(os.listdir(OPEN_FILES))
