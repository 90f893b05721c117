"""Signals as a stream, and processes that end by them (CO27)."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice import Session, run
from rxvoice.aio import drain_into
from rxvoice.clock import LoopScheduler
from rxvoice.sources import from_signals

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="loops have no signals there")


@pytest.mark.parametrize("one", [signal.SIGINT, signal.SIGTERM])
def test_co27_a_signal_cancels_every_session_of_the_process(one: signal.Signals) -> None:
    async def call(ended: list[str], name: str) -> None:
        async def sent(_: object) -> None:
            pass

        await run(rx.never().pipe(ops.take_until(from_signals())), drain_into(sent), name=name)
        ended.append(name)

    async def main() -> list[str]:
        ended: list[str] = []
        calls = [asyncio.ensure_future(call(ended, name)) for name in "ab"]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        os.kill(os.getpid(), one)
        await asyncio.wait_for(asyncio.gather(*calls), 5.0)
        return ended

    before = signal.getsignal(one)
    assert sorted(asyncio.run(main())) == ["a", "b"]
    assert signal.getsignal(one) == before


def test_co27_a_program_that_is_told_to_end_closes_what_is_open() -> None:
    program = textwrap.dedent(
        """
        import asyncio, reactivex as rx
        from reactivex import operators as ops
        from rxvoice import run
        from rxvoice.aio import from_async
        from rxvoice.sources import from_signals

        async def connected():
            try:
                print("open", flush=True)
                await asyncio.sleep(60)
                yield 1
            finally:
                print("closed", flush=True)

        asyncio.run(run(from_async(connected).pipe(ops.take_until(from_signals()))))
        print("ended", flush=True)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=20)
        finally:
            process.kill()
    assert said == "closed\nended\n"
    assert process.returncode == 0


def test_co27_without_it_signals_do_what_they_always_do() -> None:
    async def main() -> None:
        async with Session() as session:
            subscription = session.subscribe(from_signals(signal.SIGTERM))
            assert signal.getsignal(signal.SIGTERM) is not before
            subscription.dispose()
            assert signal.getsignal(signal.SIGTERM) is before

    before = signal.getsignal(signal.SIGTERM)
    asyncio.run(main())


@pytest.mark.parametrize("one", [signal.SIGINT, signal.SIGTERM])
def test_co27_a_way_of_ones_own_comes_back(one: signal.Signals) -> None:
    """For SIGINT that is the way of `asyncio.run`, which cancels what runs."""
    came: list[int] = []

    async def main() -> None:
        async with Session() as session:
            before = signal.getsignal(one)
            subscriptions = [session.subscribe(from_signals(one)) for _ in range(2)]
            for subscription in subscriptions:
                assert signal.getsignal(one) is not before
                subscription.dispose()
            assert signal.getsignal(one) is before

    default = signal.getsignal(one)
    if one is signal.SIGTERM:
        signal.signal(one, lambda number, _: came.append(number))
    try:
        asyncio.run(main())
        if one is signal.SIGTERM:
            os.kill(os.getpid(), one)
            assert came == [one]
    finally:
        signal.signal(one, default)


def test_a_loop_that_is_closed_before_keeps_its_signals_as_they_are_then() -> None:
    loop = asyncio.new_event_loop()
    before = signal.getsignal(signal.SIGTERM)
    left = from_signals(signal.SIGTERM).subscribe(scheduler=LoopScheduler(loop))
    loop.close()
    left.dispose()
    assert signal.getsignal(signal.SIGTERM) is before


def test_it_fails_where_there_are_no_signals() -> None:
    errors: list[Exception] = []

    async def main() -> None:
        async with Session() as session:
            session.subscribe(from_signals(), on_error=errors.append)

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    thread.join(10.0)
    assert [type(error) for error in errors] in ([ValueError], [RuntimeError])
