"""What is held open in a task of its own: one task enters and leaves, whoever asks for it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest

from rxvoice.aio import Scope, default_scope
from rxvoice.aio._held import Held
from rxvoice.aio._scope import current_scope
from rxvoice.errors import RxvoiceError, StragglerError
from rxvoice.testing import pause, run_loudly, run_virtual


class Door:
    """A manager that takes a second to enter and two to leave, and tells who did.

    Attributes:
        log: What happened, with its time.
        tasks: The tasks that entered and left.
        broken: What entering, or leaving, fails with, by these words.
    """

    def __init__(self, **broken: Exception) -> None:
        self.log: list[tuple[str, float]] = []
        self.tasks: list[asyncio.Task[None] | None] = []
        self.broken = broken

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[str]:
        try:
            self._note("entering")
            await pause(1.0)
            if "entering" in self.broken:
                raise self.broken["entering"]
            self._note("entered")
            yield "thing"
        finally:
            self._note("leaving")
            await pause(2.0)
            self._note("left")
            if "leaving" in self.broken:
                raise self.broken["leaving"]

    def _note(self, what: str) -> None:
        self.log.append((what, asyncio.get_running_loop().time()))
        self.tasks.append(asyncio.current_task())


def held(door: Door) -> Held[str]:
    return Held(door.open, name="door")


def test_the_task_that_enters_leaves_whoever_opens_and_closes() -> None:
    door = Door()

    async def main() -> None:
        one = held(door)
        assert not one.is_open
        assert await asyncio.create_task(one.open()) == "thing"
        assert one.is_open
        await pause(5.0)
        await asyncio.create_task(one.close())
        assert not one.is_open
        await one.close()

    run_virtual(main())
    assert door.log == [("entering", 0.0), ("entered", 1.0), ("leaving", 6.0), ("left", 8.0)]
    assert len({*door.tasks}) == 1


def test_what_was_never_opened_is_closed_at_once() -> None:
    async def main() -> float:
        await held(Door()).close()
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 0.0


def test_what_entering_fails_with_is_raised() -> None:
    async def main() -> None:
        one = held(Door(entering=ValueError("locked")))
        with pytest.raises(ValueError, match="locked"):
            await one.open()
        assert not one.is_open
        await one.close()

    run_virtual(main())


def test_who_is_cancelled_while_it_opens_waits_until_that_is_undone() -> None:
    door = Door()

    async def main() -> None:
        one = held(door)
        opening = asyncio.create_task(one.open())
        await pause(0.5)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        assert asyncio.get_running_loop().time() == 2.5
        assert not one.is_open

    run_virtual(main())
    assert door.log == [("entering", 0.0), ("leaving", 0.5), ("left", 2.5)]


def test_what_leaving_fails_with_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        one = held(Door(leaving=ValueError("stuck")))
        await one.open()
        await one.close()

    with caplog.at_level(logging.DEBUG, "rxvoice"):
        run_virtual(main())
    assert [record.getMessage() for record in caplog.records] == ["door ended with an error"]


def test_it_notices_when_it_ends_by_itself() -> None:
    async def main() -> None:
        @asynccontextmanager
        async def failing() -> AsyncGenerator[str]:
            async with asyncio.TaskGroup() as group:
                group.create_task(fail())
                yield "thing"

        async def fail() -> None:
            await pause(1.0)
            raise ValueError("gone")

        one = Held(failing, name="failing")
        assert await one.open() == "thing"
        assert one.is_open
        await pause(2.0)
        assert not one.is_open
        await one.close()

    run_virtual(main())


def closing(grace: float) -> Callable[[Door], object]:
    def run(door: Door) -> object:
        async def main() -> None:
            scope = Scope()
            one = held(door)

            async def use() -> None:
                await one.open()

            await scope.spawn(use, name="use")
            assert scope.names == ["door"]
            await scope.aclose(grace)

        return run_virtual(main())

    return run


def test_a_scope_that_closes_leaves_it_and_waits() -> None:
    door = Door()
    closing(5.0)(door)
    assert door.log[2:] == [("leaving", 1.0), ("left", 3.0)]


def test_leaving_is_not_disturbed_by_the_scope_that_asks_twice() -> None:
    door = Door()
    closing(2.5)(door)  # asks again after 1.25 s
    assert door.log[2:] == [("leaving", 1.0), ("left", 3.0)]


@pytest.mark.parametrize("when", [0.0, 0.5])
def test_who_opens_is_told_when_the_scope_closes_meanwhile(when: float) -> None:
    door = Door()

    async def main() -> None:
        scope = Scope()
        one = held(door)
        told: list[str] = []

        async def use() -> None:
            try:
                await one.open()
            except RxvoiceError as error:
                told.append(str(error))

        current_scope.set(scope)
        user = asyncio.create_task(use())
        await (pause(when) if when else asyncio.sleep(0))  # before the task's first step
        await scope.aclose()
        await user
        assert told == ["door was cancelled from outside"]
        assert not one.is_open

    run_virtual(main())
    assert [what for what, _ in door.log] == (["entering", "leaving", "left"] if when else [])


def test_a_scope_names_what_takes_too_long() -> None:
    async def main() -> None:
        scope = Scope()
        one = held(Door())

        async def use() -> None:
            await one.open()

        await scope.spawn(use, name="use")
        with pytest.raises(StragglerError, match="door"):
            await scope.aclose(1.0)
        await one.close()

    run_virtual(main())


def test_outside_of_a_session_the_scope_of_the_loop_owns_it() -> None:
    async def main() -> list[str]:
        one = held(Door())
        await one.open()
        names = default_scope(asyncio.get_running_loop()).names
        await one.close()
        return names

    names, unhandled = run_loudly(main())
    assert names == ["door"]
    assert unhandled == []
