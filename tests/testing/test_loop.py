import asyncio
import contextlib
import contextvars
import socket
from collections.abc import Coroutine
from threading import Thread
from typing import Any

import pytest

from rxvoice.testing import Deadlock, VirtualLoop, pause, run_loudly, run_virtual, turns


def run(coroutine: Coroutine[Any, Any, Any], *, real_io: bool = False) -> VirtualLoop:
    loop = VirtualLoop(real_io=real_io)
    with contextlib.closing(loop):
        loop.run_until_complete(coroutine)
    return loop


def test_time_starts_at_zero_and_jumps_to_the_next_timer() -> None:
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        times = [loop.time()]
        await pause(3_600.0)
        times.append(loop.time())
        await pause(100 * 86_400.0)
        return [*times, loop.time()]

    assert run_virtual(main()) == [0.0, 3_600.0, 3_600.0 + 100 * 86_400.0]


def test_equal_deadlines_are_first_in_first_out() -> None:
    order: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for number in range(200):
            loop.call_at(1.0, order.append, number)
        loop.call_at(0.5, order.append, -1)
        await pause(2.0)

    run_virtual(main())
    assert order == [-1, *range(200)]


def test_equal_deadlines_stay_in_order_when_many_timers_were_cancelled() -> None:
    order: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        timers = [loop.call_at(1.0, order.append, number) for number in range(400)]
        for timer in timers[::2] + timers[1:301:2]:
            timer.cancel()
        await pause(2.0)

    run_virtual(main())
    assert order == list(range(301, 400, 2))


def test_deadlines_are_whole_microseconds() -> None:
    async def main() -> tuple[float, bool]:
        loop = asyncio.get_running_loop()
        order: list[str] = []
        loop.call_at(0.1 + 0.2, order.append, "sum")  # 0.30000000000000004
        loop.call_at(0.3, order.append, "literal")
        await pause(0.12345678)
        at = loop.time()
        await pause(1.0)
        return at, order == ["sum", "literal"]

    assert run_virtual(main()) == (0.123457, True)


def test_three_thousand_steps_of_a_tenth_do_not_drift() -> None:
    async def main() -> float:
        for _ in range(3_000):
            await pause(0.1)
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 300.0


def test_a_deadlock_without_tasks_says_so() -> None:
    loop = VirtualLoop()
    with contextlib.closing(loop), pytest.raises(Deadlock, match="future that nobody will resolve"):
        loop.run_until_complete(loop.create_future())


def test_a_deadlock_with_open_sockets_tells_of_real_io() -> None:
    async def main() -> None:
        left, right = socket.socketpair()
        with left, right:
            right.setblocking(False)
            await asyncio.get_running_loop().sock_recv(right, 1)

    with pytest.raises(Deadlock, match="real_io=True"):
        run_virtual(main())


def test_an_executor_runs_inline_and_costs_nothing() -> None:
    async def main() -> tuple[int, float]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, pow, 2, 5), loop.time()

    assert run_virtual(main()) == (32, 0.0)


def test_inline_work_costs_what_is_declared() -> None:
    async def main() -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        called: list[float] = []
        ends: list[tuple[str, float]] = []

        async def work(name: str, cost: float) -> None:
            ends.append((await loop.run_inline(str.upper, (name,), cost), loop.time()))

        loop.run_inline(lambda: called.append(loop.time()), cost=5.0)
        assert called == [0.0]
        await asyncio.gather(work("slow", 0.25), work("fast", 0.1))
        await pause(10.0)
        return ends

    assert run_virtual(main()) == [("FAST", 0.1), ("SLOW", 0.25)]


@pytest.mark.parametrize("error", [ValueError("no"), StopIteration()])
def test_inline_work_that_raises_does_so_where_it_is_awaited(error: Exception) -> None:
    def fail() -> None:
        raise error

    async def main() -> None:
        await asyncio.get_running_loop().run_in_executor(None, fail)

    with pytest.raises((ValueError, RuntimeError)) as caught:
        run_virtual(main())
    assert error in (caught.value, caught.value.__cause__)


def test_inline_work_may_be_cancelled() -> None:
    """Its timer is not left behind, though its time is not over."""

    async def main() -> float:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(loop.run_inline(int, (), 2.0), 1.0)
        return loop.time()

    assert run_virtual(main()) == 1.0


def test_an_exception_of_cancelled_work_is_not_lost() -> None:
    def fail() -> None:
        raise LookupError("no model")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(loop.run_inline(fail, (), 2.0), 1.0)

    _, unhandled = run_loudly(main())
    assert unhandled == [("fail failed after nobody waited for it any more", "no model")]
    with pytest.raises(AssertionError, match="no model"):
        run_virtual(main())


def test_a_result_that_nobody_waits_for_is_forgotten() -> None:
    async def main() -> bool:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        job = loop.run_inline(int, (), 1.0)
        await pause(2.0)
        return job.cancel()

    assert not run_virtual(main())


def test_inline_work_sees_what_a_thread_would_see() -> None:
    """No running loop, and a copy of the context."""
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")

    def work() -> str:
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        before = variable.get()
        variable.set("of the thread")
        return before

    async def main() -> tuple[str, str, bool]:
        variable.set("of the task")
        loop = asyncio.get_running_loop()
        seen = await loop.run_in_executor(None, work)
        return seen, variable.get(), asyncio.get_running_loop() is loop

    assert run_virtual(main()) == ("of the task", "of the task", True)


def test_a_negative_cost_is_refused() -> None:
    with contextlib.closing(VirtualLoop()) as loop, pytest.raises(ValueError, match="cost"):
        loop.run_inline(int, (), -1.0)


def test_unhandled_errors_are_collected() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(int, "x")
        await pause(1.0)

    loop = run(main())
    assert [type(context["exception"]) for context in loop.unhandled] == [ValueError]


def test_calls_may_be_arranged_before_all_others_of_their_instant() -> None:
    order: list[str] = []
    with contextlib.closing(VirtualLoop()) as loop:
        loop.call_at(1.0, order.append, "at")
        loop.call_together([(1.0, lambda: order.append("a")), (1.0, lambda: order.append("b"))])
        loop.call_first(1.0, lambda: order.append("first"))
        loop.run_until_idle()
    assert order == ["first", "at", "a", "b"]


def test_the_runner_of_asyncio_takes_it() -> None:
    async def main() -> float:
        await pause(5.0)
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(main()) == 5.0


def test_run_until_idle_stops_at_the_limit_and_runs_what_is_due_then() -> None:
    order: list[float] = []
    with contextlib.closing(VirtualLoop()) as loop:
        for when in (0.5, 1.0, 1.5):
            loop.call_at(when, order.append, when)
        assert not loop.run_until_idle(1.0)
        assert (order, loop.time()) == ([0.5, 1.0], 1.0)
        assert not loop.run_until_idle(1.2)
        assert loop.time() == 1.2
        assert loop.run_until_idle()
        assert (order, loop.time()) == ([0.5, 1.0, 1.5], 1.5)


def test_loopback_sockets_work_beside_virtual_timers() -> None:
    async def main() -> tuple[bytes, bool]:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            data = await reader.readexactly(5)
            await pause(2.0)
            writer.write(data.upper())
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server, asyncio.timeout(10.0):
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"hello")
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
        return answer, 2.0 <= asyncio.get_running_loop().time() < 10.0

    assert run_virtual(main(), real_io=True) == (b"HELLO", True)


def test_another_thread_may_wake_the_loop() -> None:
    async def main() -> str:
        loop = asyncio.get_running_loop()
        heard: asyncio.Future[str] = loop.create_future()

        def call() -> None:
            loop.call_soon_threadsafe(heard.set_result, "hello")

        thread = Thread(target=call)
        thread.start()
        answer = await heard
        thread.join()
        return answer

    assert run_virtual(main(), real_io=True) == "hello"


def test_fifty_runs_are_alike() -> None:
    async def main() -> list[tuple[float, int]]:
        log: list[tuple[float, int]] = []
        loop = asyncio.get_running_loop()

        async def worker(number: int) -> None:
            for step in range(5):
                await pause(0.01 * (1 + (number * step) % 3))
                log.append((loop.time(), number))

        await asyncio.gather(*map(worker, range(10)))
        return log

    first = run_virtual(main())
    assert len(first) == 50
    assert all(run_virtual(main()) == first for _ in range(50))


def test_a_test_runs_inside_of_another_loop_as_in_a_notebook() -> None:
    async def cell() -> float:
        outer = asyncio.get_running_loop()
        began = outer.time()
        inner = run_virtual(_nested())
        assert asyncio.get_running_loop() is outer
        assert asyncio.current_task() is not None
        async with asyncio.timeout(10.0):
            await turns()
        assert outer.time() - began < 60.0
        return inner

    assert asyncio.run(cell()) == 60.0
    assert run_virtual(cell()) == 60.0


async def _nested() -> float:
    await pause(60.0)
    return asyncio.get_running_loop().time()


def test_a_timer_that_never_comes_is_nothing_to_wait_for() -> None:
    with pytest.raises(Deadlock, match=r"nothing is left to do at 2.000000 s.*\n.* in pause "):
        run_virtual(_pauses(2.0, float("inf")))

    async def main() -> float:
        forever = asyncio.create_task(_pauses(float("inf")))
        await pause(5.0)
        forever.cancel()
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 5.0


def test_a_deadline_that_is_no_time_is_refused() -> None:
    loop = VirtualLoop()
    with pytest.raises(ValueError, match="when must be a time, got NaN"):
        loop.call_later(float("nan"), print)
    loop.close()


async def _pauses(*times: float) -> None:
    for seconds in times:
        await pause(seconds)
