"""Who watches a session, and what a session tells of its course (CO26, CO31, CO32)."""

import asyncio
import contextlib
import io
import logging
from collections.abc import Awaitable
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Event, Fault, Memory, Session, Token, Turn, run
from rxvoice.aio import drain_into
from rxvoice.operators import respond, share, tap
from rxvoice.testing import VirtualLoop, pause, run_virtual, timers_left

TOKENS: list[Event] = [Token(letter) for letter in "abcd"]


def tokens(every: float) -> Observable[Event]:
    """Give four tokens, and end."""
    return rx.interval(every).pipe(ops.take(4), ops.map(TOKENS.__getitem__))


class TestTheCourseOfACall:
    def test_co26_started_once_and_finished_once_with_what_ended_it(self) -> None:
        log: list[str] = []
        failing = rx.throw(OSError("gone")).pipe(ops.delay_subscription(0.25))

        async def keep(_: Event) -> None:
            pass

        def sink(items: Observable[Event], session: Session) -> Awaitable[None]:
            log.append("listens")
            return drain_into(keep)(items, session)

        async def main(call: Observable[Event]) -> None:
            started = rx.defer(lambda _: log.append("started") or call)
            watched = started.pipe(
                ops.materialize(), ops.do_action(lambda told: log.append(told.kind))
            )
            await run(watched.pipe(ops.dematerialize()), sink, sink)

        for call, end in ((tokens(0.1), "C"), (rx.merge(tokens(0.1), failing), "E")):
            log.clear()
            with contextlib.suppress(OSError):
                run_virtual(main(call))
            items = 4 if end == "C" else 2
            assert log == ["listens", "listens", "started", *"N" * items, end]

    @pytest.mark.parametrize("way", ["end", "error", "cancel", "close"])
    def test_co26_run_is_over_however_the_call_ends(self, way: str) -> None:
        """The end, an error, a cancellation and a session that is closed: each has one outcome."""
        calls = {"end": tokens(0.1), "error": rx.throw(OSError("gone"))}

        async def main() -> str:
            async with Session() as session:
                running = asyncio.ensure_future(session.run(calls.get(way, rx.never())))
                await pause(0.05)
                if way == "cancel":
                    running.cancel()
                if way == "close":
                    await session.aclose()
                await pause(1.0)
                assert running.done()
                if running.cancelled():
                    return "cancelled"
                error = running.exception()
                return "ended" if error is None else type(error).__name__

        wanted = {
            "end": "ended",
            "error": "OSError",
            "cancel": "cancelled",
            "close": "RxvoiceError",
        }
        assert run_virtual(main()) == wanted[way]

    def test_co26_each_error_that_the_call_survives_is_an_item(self) -> None:
        said: list[Event] = []
        answers: list[Observable[Any]] = [
            rx.throw(OSError("gone")),
            rx.throw(OSError("gone")),
            rx.of(Token("Hello.")),
        ]

        async def main() -> None:
            turns: Observable[Event] = rx.of(*(Turn("hello", number) for number in (1, 2, 3)))
            call = turns.pipe(respond(lambda _: answers.pop(0), Memory("Be brief.")))
            await run(call.pipe(tap(said.append, kinds=[Fault, Token])))

        run_virtual(main())
        assert [type(item) for item in said] == [Fault, Fault, Token]


class TestObservers:
    def test_co31_a_slow_one_delays_nobody(self) -> None:
        times: list[float] = []
        slow: list[Event] = []

        async def main() -> None:
            async def write(item: Event) -> None:
                await pause(1.0)
                slow.append(item)

            async def quick(_: Event) -> None:
                times.append(round(asyncio.get_running_loop().time(), 6))

            await run(tokens(0.1), drain_into(write, capacity=8), drain_into(quick))

        run_virtual(main())
        assert times == [0.1, 0.2, 0.3, 0.4]
        assert slow == TOKENS

    def test_co31_one_that_cannot_follow_loses_its_own_items_and_no_others(self) -> None:
        slow: list[Event] = []
        quick: list[Event] = []

        async def main() -> None:
            async def write(item: Event) -> None:
                await pause(1.0)
                slow.append(item)

            async def keep(item: Event) -> None:
                quick.append(item)

            await run(
                tokens(0.1),
                drain_into(write, capacity=1, policy="drop_oldest"),
                drain_into(keep),
            )

        run_virtual(main())
        assert slow == [TOKENS[0], TOKENS[3]]
        assert quick == TOKENS

    def test_co31_they_come_and_go_while_the_call_runs(self) -> None:
        late: list[Event] = []

        async def main() -> None:
            call = tokens(0.1).pipe(share())
            async with Session() as session:
                session.subscribe(call)
                await pause(0.15)
                watching = session.subscribe(call, late.append)
                await pause(0.2)
                watching.dispose()
                await pause(1.0)

        run_virtual(main())
        assert late == TOKENS[1:3]

    def test_co31_nothing_is_written_to_a_file_that_is_closed(self) -> None:
        """A sink is done after it wrote everything, and the one who opened the file closes it."""
        written: list[str] = []

        async def main() -> None:
            with io.StringIO() as file:

                async def write(item: Event) -> None:
                    await pause(0.5)
                    file.write(type(item).__name__)

                await run(tokens(0.1), drain_into(write))
                written.append(file.getvalue())

        run_virtual(main())
        assert written == ["Token" * 4]

    def test_co31_one_that_fails_is_logged_and_disturbs_nobody(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        kept: list[Event] = []

        async def main() -> None:
            async def fail(_: Event) -> None:
                raise OSError("disk full")

            async def keep(item: Event) -> None:
                kept.append(item)

            with pytest.raises(OSError, match="disk full"):
                await run(tokens(0.1), drain_into(fail), drain_into(keep))

        with caplog.at_level(logging.ERROR):
            run_virtual(main())
        assert kept == TOKENS
        assert len(caplog.records) == 1


class TestWorkInTheBackground:
    def test_co32_a_timer_that_was_just_made_is_armed(self) -> None:
        """It needs no turn of the loop to begin, so whoever made it may go on as they like."""
        fired: list[float] = []

        async def main() -> int:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            async with Session() as session:
                before = len(timers_left(loop))
                session.scheduler.call_later(0.5, lambda: fired.append(session.now))
                armed = len(timers_left(loop)) - before
                await pause(1.0)
            return armed

        assert run_virtual(main()) == 1
        assert fired == [0.5]

    def test_co32_work_has_names_and_what_fails_is_told(self) -> None:
        told: list[str] = []

        async def main() -> None:
            async def fails() -> None:
                raise OSError("gone")

            async def works() -> None:
                await pause(10.0)

            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _, context: told.append(context["message"]))
            async with Session() as session:
                session.scope.spawn(fails, name="upload")
                session.scope.spawn(works, name="metrics")
                await pause(0.1)
                assert session.scope.names == ["metrics"]

        run_virtual(main())
        assert told == ["upload failed"]
