"""What is said when virtual time cannot go on."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from rxvoice.testing import Deadlock, Livelock, pause, run_virtual


async def listen(bell: asyncio.Event) -> None:
    await bell.wait()


def told(wait: Callable[[], Awaitable[object]]) -> str:
    """What a deadlock says about a task that is named ear."""

    async def main() -> None:
        task = asyncio.create_task(run(wait), name="ear")
        await pause(1.5)
        await task

    with pytest.raises(Deadlock) as caught:
        run_virtual(main())
    head, *lines = str(caught.value).splitlines()
    assert head == "nothing is left to do at 1.500000 s, but somebody still waits:"
    assert any(
        "main (test_stuck.py:" in line and line.endswith(", for task 'ear'") for line in lines
    )
    return next(line.strip() for line in lines if line.strip().startswith("'ear'"))


async def run(wait: Callable[[], Awaitable[object]]) -> None:
    await wait()


def test_the_tasks_are_named_and_where_they_wait() -> None:
    text = told(lambda: listen(asyncio.Event()))
    assert text.startswith("'ear' in Event.wait (locks.py:")
    assert " < listen (test_stuck.py:13) < run (test_stuck.py:" in text
    assert text.endswith(", for an event that nobody sets")


async def in_a_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(listen(asyncio.Event()), name="inner")


async def put_too_much() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue(2)
    for number in range(3):
        await queue.put(number)


async def join() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue()
    queue.put_nowait(1)
    await queue.join()


async def lock_twice(lock: asyncio.Lock | asyncio.Semaphore) -> None:
    await lock.acquire()
    await lock.acquire()


async def notified() -> None:
    async with (condition := asyncio.Condition()):
        await condition.wait()


async def both() -> None:
    await asyncio.gather(
        *(asyncio.create_task(listen(asyncio.Event()), name=name) for name in ("left", "right"))
    )


async def one_of_two() -> None:
    tasks = [asyncio.create_task(listen(asyncio.Event()), name=name) for name in ("one", "two")]
    await asyncio.wait(tasks)


async def many() -> None:
    await asyncio.gather(
        *(asyncio.create_task(listen(asyncio.Event()), name=f"t{i}") for i in range(9))
    )


async def nothing() -> None:
    await asyncio.get_running_loop().create_future()


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        (nothing, "for a future that nobody resolves"),
        (lambda: asyncio.Queue[int]().get(), "for an item of an empty queue"),
        (put_too_much, "for room in a queue of 2"),
        (join, "for the items of a queue to be done"),
        (lambda: lock_twice(asyncio.Lock()), "for a lock that nobody releases"),
        (lambda: lock_twice(asyncio.Semaphore()), "for a semaphore that nobody releases"),
        (notified, "for a condition that nobody notifies"),
        (lambda: asyncio.Barrier(2).wait(), "for a barrier that is not full"),
        (lambda: asyncio.StreamReader().read(), "for bytes that nobody sends"),
        (in_a_group, "for a group with task 'inner'"),
        (both, "for task 'left', task 'right'"),
        (one_of_two, "for task 'one', task 'two'"),
        (many, "for task 't0', task 't1', task 't2', task 't3', task 't4' and 4 more"),
    ],
)
def test_what_is_waited_for_is_told(wait: Callable[[], Awaitable[object]], said: str) -> None:
    assert told(wait).endswith(f", {said}")


def test_a_generator_in_between_is_seen_through() -> None:
    async def words() -> AsyncIterator[str]:
        yield await asyncio.Queue[str]().get()

    async def hear() -> None:
        async for _ in words():
            pass

    text = told(hear)
    assert "words (test_stuck.py:" in text
    assert "hear (test_stuck.py:" in text


def test_a_long_chain_is_cut() -> None:
    async def deep(levels: int) -> None:
        await (deep(levels - 1) if levels else nothing())

    text = told(lambda: deep(30))
    assert text.count(" < ") == 5
    assert " < … < run (" in text


def test_many_tasks_are_counted() -> None:
    async def main() -> None:
        await asyncio.gather(
            *(asyncio.create_task(listen(asyncio.Event()), name=f"ear {i}") for i in range(331))
        )

    with pytest.raises(Deadlock) as caught:
        run_virtual(main())
    lines = str(caught.value).splitlines()
    assert len(lines) == 22
    assert lines[-1] == "  … and 312 more"
    names = [line.split("'")[1] for line in lines[2:-1]]
    assert names == [f"ear {i}" for i in range(19)]


def test_the_traceback_leads_to_the_await() -> None:
    async def main() -> None:
        await pause(1.0)
        await listen(asyncio.Event())

    with pytest.raises(Deadlock) as caught:
        run_virtual(main())
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [frame.line for frame in frames[-2:]] == [
        "await listen(asyncio.Event())",
        "await bell.wait()",
    ]


def test_a_failure_shows_the_coroutine_and_nothing_of_the_loop() -> None:
    async def main() -> None:
        await pause(1.0)
        raise LookupError("mine")

    with pytest.raises(LookupError) as caught:
        run_virtual(main())
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names[-1] == "main"
    assert "run_until_complete" not in names


def test_time_that_stands_still_is_an_error_that_names_what_is_called() -> None:
    async def spin() -> None:
        while True:
            await asyncio.get_running_loop().run_in_executor(None, int)

    async def main() -> None:
        loop = asyncio.get_running_loop()

        def again() -> None:
            loop.call_soon(again)

        again()
        spinner = asyncio.create_task(spin(), name="spinner")
        await spinner

    with pytest.raises(Livelock) as caught:
        run_virtual(main())
    text = str(caught.value)
    assert text.startswith("time stands still at 0.000000 s; next are called:\n")
    assert "main.<locals>.again (test_stuck.py:" in text
    assert "\n  'spinner' in " in text
