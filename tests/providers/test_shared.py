import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rxvoice.aio import in_thread
from rxvoice.aio._pool import WORKERS
from rxvoice.errors import ModelUnavailable
from rxvoice.providers._shared import Preparable, Shared
from rxvoice.providers.energy import energy
from rxvoice.providers.moonshine import moonshine
from rxvoice.providers.silero import load, silero
from rxvoice.providers.smart_turn import smart_turn
from rxvoice.testing import run_virtual


class Maker:
    """Makes objects, counts them, and waits or fails where it is told to."""

    def __init__(self, *, held: bool = False, failures: int = 0) -> None:
        self.threads: list[threading.Thread] = []
        self.begun = threading.Event()
        self.go = threading.Event()
        self._failures = failures
        if not held:
            self.go.set()

    def __call__(self) -> object:
        self.threads.append(threading.current_thread())
        self.begun.set()
        assert self.go.wait(10.0)
        if len(self.threads) <= self._failures:
            raise OSError("the disk is gone")
        return object()


async def begun(maker: Maker) -> None:
    await asyncio.get_running_loop().run_in_executor(None, maker.begun.wait, 10.0)


async def all_begun() -> None:
    """Let the tasks that were created before run as far as they can."""
    await asyncio.get_running_loop().run_in_executor(None, lambda: None)


def test_all_who_ask_get_one_value_made_in_a_worker_thread() -> None:
    maker = Maker()
    shared = Shared(maker, name="make")

    async def main() -> list[object]:
        return [*await asyncio.gather(*(shared.get() for _ in range(20))), await shared.get()]

    values = asyncio.run(main())
    assert len({id(value) for value in values}) == 1
    assert len(maker.threads) == 1
    assert maker.threads[0] is not threading.main_thread()
    assert shared.made
    assert shared.value is values[0]


def test_there_is_no_value_before_it_was_made() -> None:
    shared = Shared(object, name="make")
    assert not shared.made
    with pytest.raises(RuntimeError, match="make: not done yet"):
        _ = shared.value


def test_those_who_wait_hold_no_worker_thread() -> None:
    maker = Maker(held=True)
    shared = Shared(maker, name="make")

    async def main() -> None:
        waiting = [asyncio.create_task(shared.get()) for _ in range(2 * WORKERS)]
        await begun(maker)
        assert await in_thread(threading.current_thread) is not threading.main_thread()
        maker.go.set()
        await asyncio.gather(*waiting)

    asyncio.run(main())
    assert len(maker.threads) == 1


def test_loops_in_different_threads_share_it() -> None:
    maker = Maker(held=True)
    shared = Shared(maker, name="make")
    values: list[object] = []

    def on_a_loop() -> None:
        values.append(asyncio.run(shared.get()))

    threads = [threading.Thread(target=on_a_loop) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert maker.begun.wait(10.0)
    maker.go.set()
    for thread in threads:
        thread.join(10.0)
    assert len(values) == 3
    assert len({id(value) for value in values}) == 1


def test_a_failure_reaches_all_who_wait_and_the_next_tries_again() -> None:
    maker = Maker(held=True, failures=1)
    shared = Shared(maker, name="make")

    async def main() -> None:
        waiting = [asyncio.create_task(shared.get()) for _ in range(3)]
        await all_begun()
        maker.go.set()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert [str(answer) for answer in answers] == ["the disk is gone"] * 3
        assert not shared.made
        await shared.get()

    asyncio.run(main())
    assert len(maker.threads) == 2


@pytest.mark.parametrize("victim", [0, 1])
def test_cancelling_one_who_waits_harms_no_other(victim: int) -> None:
    maker = Maker(held=True)
    shared = Shared(maker, name="make")

    async def main() -> None:
        tasks = [asyncio.create_task(shared.get()) for _ in range(3)]
        await begun(maker)
        cancelled = tasks.pop(victim)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        maker.go.set()
        first, second = await asyncio.gather(*tasks)
        assert first is second

    asyncio.run(main())
    assert len(maker.threads) == 1


def test_another_takes_over_when_the_first_is_cancelled_before_a_thread_is_free() -> None:
    maker = Maker()
    shared = Shared(maker, name="make")
    free = threading.Event()

    async def main() -> None:
        busy = [asyncio.create_task(in_thread(free.wait, 10.0)) for _ in range(WORKERS)]
        first = asyncio.create_task(shared.get())
        second = asyncio.create_task(shared.get())
        await all_begun()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert not maker.threads
        free.set()
        await second
        await asyncio.gather(*busy)

    asyncio.run(main())
    assert len(maker.threads) == 1


def test_on_a_virtual_loop_it_is_made_at_once() -> None:
    maker = Maker()
    run_virtual(Shared(maker, name="make").get())
    assert maker.threads == [threading.main_thread()]


@pytest.mark.parametrize("provider", [silero, energy, smart_turn, moonshine])
def test_every_local_provider_can_be_prepared_and_again(
    provider: Callable[[], Preparable],
) -> None:
    one = provider()
    assert isinstance(one, Preparable)
    assert one == provider()

    async def main() -> None:
        await asyncio.gather(one.prepare(), provider().prepare())
        await one.prepare()

    asyncio.run(main())


def test_a_missing_model_is_told_and_tried_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rxvoice.providers.silero._model", Shared(load, name="load silero"))
    with monkeypatch.context() as offline:
        offline.setenv("RXVOICE_CACHE", str(tmp_path))
        offline.setenv("RXVOICE_OFFLINE", "1")
        offline.setenv("PIP_NO_INDEX", "1")
        offline.setenv("UV_OFFLINE", "1")
        with pytest.raises(ModelUnavailable, match="silero-vad"):
            asyncio.run(silero().prepare())
    asyncio.run(silero().prepare())
