"""Coroutine functions as sinks: `drain_into`."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
import reactivex as rx
from reactivex.subject import Subject

from rxvoice.aio import drain_into
from rxvoice.errors import BufferOverflow, RxvoiceError
from rxvoice.session import Session
from rxvoice.testing import pause, run_loudly, run_virtual


def test_items_are_sent_one_at_a_time_and_in_order() -> None:
    async def main() -> list[tuple[str, float, int]]:
        log: list[tuple[str, float, int]] = []

        async def send(number: int) -> None:
            log.append(("begins", session.now, number))
            await pause(0.03 - number * 0.01)  # the later ones are quicker
            log.append(("ends", session.now, number))

        async with Session() as session:
            await drain_into(send)(rx.of(0, 1, 2), session)
        return log

    assert run_virtual(main()) == [
        ("begins", 0.0, 0),
        ("ends", 0.03, 0),
        ("begins", 0.03, 1),
        ("ends", 0.05, 1),
        ("begins", 0.05, 2),
        ("ends", 0.06, 2),
    ]


def test_it_is_done_when_the_last_item_was_sent() -> None:
    async def main() -> tuple[bool, float]:
        async with Session() as session:
            source: Subject[int] = Subject()
            done = written(drain_into(lambda _: pause(0.5))(source, session))
            source.on_next(1)
            source.on_completed()
            await pause(0.1)
            before = done.done()
            await done
            return before, session.now

    assert run_virtual(main()) == (False, 0.5)


def test_it_subscribes_before_it_returns() -> None:
    async def main() -> int:
        async with Session() as session:
            source: Subject[int] = Subject()
            done = written(drain_into(lambda _: pause(0.0))(source, session))
            subscribers = len(source.observers)
            source.on_completed()
            await done
            return subscribers

    assert run_virtual(main()) == 1


def test_an_error_of_the_stream_comes_after_the_items_before_it() -> None:
    async def main() -> list[object]:
        sent: list[object] = []

        async def send(item: object) -> None:
            await pause(0.1)
            sent.append(item)

        async with Session() as session:
            failing = rx.concat(rx.of(1, 2), rx.throw(ValueError("broken")))
            with pytest.raises(ValueError, match="broken"):
                await drain_into(send)(failing, session)
        return sent

    assert run_virtual(main()) == [1, 2]


def test_an_error_in_send_ends_it_and_unsubscribes() -> None:
    async def main() -> int:
        async def send(number: int) -> None:
            raise LookupError(f"cannot send {number}")

        async with Session() as session:
            source: Subject[int] = Subject()
            done = drain_into(send)(source, session)
            source.on_next(1)
            source.on_next(2)
            with pytest.raises(LookupError, match="cannot send 1"):
                await done
            return len(source.observers)

    assert run_virtual(main()) == 0


def test_a_cancellation_in_send_is_an_ordinary_error() -> None:
    async def main() -> None:
        async def send(number: int) -> None:
            inner = asyncio.get_running_loop().create_future()
            inner.cancel()
            await inner

        async with Session() as session:
            with pytest.raises(RxvoiceError, match="to_line was cancelled from outside"):
                await drain_into(send, name="to_line")(rx.of(1), session)

    run_virtual(main())


def test_cancelling_what_it_returned_stops_it() -> None:
    async def main() -> list[str]:
        log: list[str] = []

        async def send(number: int) -> None:
            try:
                await pause(10.0)
            finally:
                await pause(0.1)
                log.append("cleaned up")

        async with Session() as session:
            source: Subject[int] = Subject()
            done = written(drain_into(send)(source, session))
            source.on_next(1)
            await pause(0.1)
            done.cancel()
            await pause(0.2)
            assert source.observers == []
            assert session.scope.names == []
        return log

    assert run_virtual(main()) == ["cleaned up"]


def test_cancelling_the_waiter_stops_it() -> None:
    async def main() -> list[str]:
        async with Session() as session:

            async def send(number: int) -> None:
                await pause(10.0)

            sink = drain_into(send)

            async def wait() -> None:
                await sink(rx.of(1), session)

            waiter = asyncio.get_running_loop().create_task(wait())
            await pause(0.1)
            assert session.scope.names == ["drain"]
            waiter.cancel()
            await pause(0.1)
            return session.scope.names

    assert run_virtual(main()) == []


def test_closing_the_session_before_it_began() -> None:
    """A task that never ran must not leave its waiter waiting for ever."""

    async def main() -> bool:
        async with Session() as session:
            source: Subject[int] = Subject()
            done = written(drain_into(lambda _: pause(1.0))(source, session))
        await pause(0.0)
        assert source.observers == []
        return done.cancelled()

    assert run_virtual(main())


def test_a_closed_session_is_refused_and_nothing_is_subscribed() -> None:
    async def main() -> int:
        session = Session(name="call")
        await session.aclose()
        source: Subject[int] = Subject()
        with pytest.raises(RuntimeError, match="call is closed, drain cannot start"):
            await drain_into(lambda _: pause(1.0))(source, session)
        return len(source.observers)

    assert run_virtual(main()) == 0


def test_a_clean_up_that_fails_after_it_was_cancelled_is_loud() -> None:
    async def main() -> None:
        async def send(number: int) -> None:
            try:
                await pause(10.0)
            finally:
                raise LookupError("clean-up failed")

        async with Session() as session:
            done = written(drain_into(send, name="to_line")(rx.of(1), session))
            await pause(0.1)
            done.cancel()
            await pause(0.1)

    assert run_loudly(main())[1] == [("to_line failed", "clean-up failed")]


class TestPolicies:
    def test_more_than_the_capacity_is_an_error(self) -> None:
        async def main() -> list[int]:
            sent: list[int] = []

            async def send(number: int) -> None:
                sent.append(number)

            async with Session() as session:
                sink = drain_into(send, capacity=2, name="to_line")
                with pytest.raises(BufferOverflow, match="to_line: more than 2 items are waiting"):
                    await sink(rx.of(1, 2, 3), session)
            return sent

        assert run_virtual(main()) == [1, 2]

    def test_or_the_oldest_goes(self) -> None:
        async def main() -> list[int]:
            sent: list[int] = []

            async def send(number: int) -> None:
                sent.append(number)

            async with Session() as session:
                await drain_into(send, capacity=2, policy="drop_oldest")(rx.of(1, 2, 3), session)
            return sent

        assert run_virtual(main()) == [2, 3]

    def test_bad_arguments_are_refused_where_it_is_called(self) -> None:
        bad: Any = "wait"
        with pytest.raises(ValueError, match="capacity must be at least 1, got 0"):
            drain_into(pause, capacity=0)
        with pytest.raises(ValueError, match=r"policy must be one of .*, got 'wait'"):
            drain_into(pause, policy=bad)


def written(awaitable: Awaitable[None]) -> "asyncio.Future[None]":
    """What a sink returned, as the future it is."""
    assert isinstance(awaitable, asyncio.Future)
    return awaitable
