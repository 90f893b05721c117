import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from rxvoice.testing import (
    VirtualLoop,
    assert_nothing_left,
    pause,
    run_loudly,
    run_virtual,
    tasks_left,
    threads_left,
    timers_left,
    turns,
)


async def stay(log: list[str], last_words: float = 0.0) -> None:
    """Wait for ever, and take some time to end."""
    try:
        await asyncio.Event().wait()
    finally:
        loop = asyncio.get_running_loop()
        gone: asyncio.Future[None] = loop.create_future()
        loop.call_later(last_words, gone.set_result, None)
        await gone
        log.append(f"gone at {loop.time():g}")


def test_it_returns_what_the_coroutine_returns() -> None:
    async def main() -> int:
        return 42

    assert run_virtual(main()) == 42


def test_it_raises_what_the_coroutine_raises_and_cleans_up() -> None:
    log: list[str] = []
    tasks: list[asyncio.Task[None]] = []

    async def main() -> None:
        tasks.append(asyncio.create_task(stay(log, 3.0)))
        ready = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(ready.set_result, None)
        await ready
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        run_virtual(main())
    assert log == ["gone at 3"]


def test_a_task_that_is_left_fails_the_run_and_is_cancelled() -> None:
    log: list[str] = []
    tasks: list[asyncio.Task[None]] = []

    async def main() -> None:
        tasks.append(asyncio.create_task(stay(log), name="stray"))

    with pytest.raises(AssertionError, match=r"left behind:\n  task 'stray' in Event.wait"):
        run_virtual(main())
    assert log == ["gone at 0"]


def test_a_task_that_is_about_to_end_is_not_left() -> None:
    async def brief() -> None:
        pass

    async def main() -> None:
        task = asyncio.create_task(brief())
        task.add_done_callback(lambda _: None)

    run_virtual(main())


def test_a_timer_that_is_left_fails_the_run() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_later(2.0, print)

    with pytest.raises(AssertionError, match=r"timer at 2\.000000 s for print"):
        run_virtual(main())


def test_an_error_that_nobody_handles_fails_the_run() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(int, "x")

    with pytest.raises(AssertionError, match="nobody handled") as caught:
        run_virtual(main())
    assert isinstance(caught.value.__cause__, ValueError)


def test_what_fails_unheard_can_be_asked_for() -> None:
    async def main() -> int:
        loop = asyncio.get_running_loop()
        loop.call_soon(int, "x")
        loop.call_exception_handler({"message": "odd"})
        return 42

    result, unhandled = run_loudly(main())
    assert result == 42
    assert unhandled[0] == ("odd", "None")
    assert "invalid literal" in unhandled[1][1]


def test_what_is_left_fails_even_then() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_later(2.0, print)

    with pytest.raises(AssertionError, match=r"timer at 2\.000000 s for print"):
        run_loudly(main())


def test_a_pause_that_is_cancelled_leaves_no_timer() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pause(60.0), 1.0)
        task = asyncio.create_task(pause(1.0))
        asyncio.get_running_loop().call_later(1.0, task.cancel)
        await asyncio.wait([task])
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 2.0


def test_turns_let_no_time_pass() -> None:
    async def main() -> tuple[float, list[int]]:
        done: list[int] = []

        async def work(steps: int) -> None:
            for _ in range(steps):
                await turns(1)
            done.append(steps)

        tasks = [asyncio.create_task(work(steps)) for steps in (1, 3, 50)]
        await turns()
        seen = [*done]
        await asyncio.gather(*tasks)
        return asyncio.get_running_loop().time(), seen

    assert run_virtual(main()) == (0.0, [1, 3])


def test_async_generators_are_closed() -> None:
    closed: list[str] = []
    kept: list[AsyncIterator[int]] = []

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            closed.append("closed")

    async def main() -> int:
        kept.append(numbers())
        return await anext(kept[0])

    assert run_virtual(main()) == 1
    assert closed == ["closed"]


def test_what_is_left_can_be_listed() -> None:
    log: list[str] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        assert_nothing_left(loop)
        task = asyncio.create_task(stay(log), name="stray")
        timer = loop.call_later(1.0, print)
        assert tasks_left(loop) == [task]
        assert timers_left(loop) == [timer]
        with pytest.raises(AssertionError, match="task 'stray'"):
            assert_nothing_left(loop)
        timer.cancel()
        task.cancel()
        await asyncio.wait([task])
        assert_nothing_left(loop)

    run_virtual(main())


def test_threads_count_by_their_name() -> None:
    end = threading.Event()
    threads = [threading.Thread(target=end.wait, name=n) for n in ("rxvoice-ear", "other")]
    for thread in threads:
        thread.start()
    loop = VirtualLoop()
    try:
        assert [thread.name for thread in threads_left()] == ["rxvoice-ear"]
        with pytest.raises(AssertionError, match="thread 'rxvoice-ear'"):
            assert_nothing_left(loop)
        assert_nothing_left(loop, threads=False)
    finally:
        end.set()
        for thread in threads:
            thread.join()
        loop.close()
    assert threads_left() == []
