"""The owner of tasks: closing it leaves nothing, and names what does not end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from reactivex import operators as ops

from rxvoice.aio import Scope, default_scope, from_async
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.errors import StragglerError
from rxvoice.testing import VirtualLoop, pause, run_loudly, run_virtual, turns


class TestClosing:
    def test_an_empty_scope_closes_at_once(self) -> None:
        async def main() -> float:
            await Scope().aclose()
            return now()

        assert run_virtual(main()) == 0.0

    def test_it_waits_for_the_clean_up(self) -> None:
        log: list[str] = []

        async def work() -> None:
            try:
                await pause(10.0)
            finally:
                await pause(1.5)
                log.append("cleaned up")

        async def main() -> float:
            scope = Scope()
            scope.spawn(work, name="work")
            await pause(1.0)
            assert scope.names == ["work"]
            await scope.aclose(5.0)
            assert scope.names == []
            return now()

        assert run_virtual(main()) == 2.5
        assert log == ["cleaned up"]

    def test_it_cancels_twice(self) -> None:
        """CO32: some libraries swallow the first one; the second comes at half the grace."""

        async def main() -> tuple[float, list[float]]:
            cancelled: list[float] = []

            async def stubborn() -> None:
                for _ in range(2):
                    try:
                        await pause(100.0)
                    except asyncio.CancelledError:
                        cancelled.append(now())

            scope = Scope()
            scope.spawn(stubborn, name="stubborn")
            await turns()
            await scope.aclose(4.0)
            return now(), cancelled

        assert run_virtual(main()) == (2.0, [0.0, 2.0])

    def test_a_clean_up_that_has_begun_is_not_cancelled_at_once(self) -> None:
        """What was told to end before, by unsubscribing, has half the grace for its clean-up."""

        async def main() -> list[str]:
            log: list[str] = []

            async def words() -> AsyncIterator[str]:
                try:
                    yield "a"
                    await pause(10.0)
                finally:
                    await pause(1.0)
                    log.append("cleaned up")

            scope = Scope()
            scheduler = LoopScheduler(scope=scope)
            cut = from_async(words).subscribe(scheduler=scheduler)
            from_async(words).pipe(ops.take(1)).subscribe(scheduler=scheduler)
            await turns()
            cut.dispose()
            await turns()
            await scope.aclose(4.0)
            return log

        assert run_virtual(main()) == ["cleaned up", "cleaned up"]

    def test_a_straggler_is_named(self) -> None:
        """CO32: a generator whose ``finally`` never ends."""

        async def main() -> tuple[float, StragglerError]:
            release = asyncio.Event()

            async def stuck() -> AsyncIterator[str]:
                try:
                    yield "a"
                    await release.wait()
                finally:
                    while not release.is_set():
                        with contextlib.suppress(asyncio.CancelledError):
                            await release.wait()

            async def fine() -> None:
                await pause(100.0)

            scope = Scope(name="call")
            scheduler = LoopScheduler(scope=scope)
            from_async(stuck, name="tts").subscribe(scheduler=scheduler, on_error=lambda _: None)
            scope.spawn(fine, name="fine")
            await turns()
            with pytest.raises(StragglerError) as told:
                await scope.aclose(3.0)
            at = now()
            assert scope.names == ["tts"]
            release.set()
            await turns()
            assert scope.names == []
            await scope.aclose()
            return at, told.value

        at, error = run_virtual(main())
        assert at == 3.0
        assert error.stragglers == ("tts",)
        assert str(error) == "still running 3 s after aclose: tts"

    def test_what_a_clean_up_starts_elsewhere_is_no_concern(self) -> None:
        """Only what it owns counts."""

        async def main() -> None:
            other = asyncio.get_running_loop().create_task(pause(100.0))
            await Scope().aclose()
            assert not other.done()
            other.cancel()

        run_virtual(main())

    def test_from_inside_of_one_of_its_own_tasks(self) -> None:
        """The calling task is neither cancelled nor waited for."""

        async def main() -> list[str]:
            log: list[str] = []

            async def hang_up() -> None:
                await scope.aclose(1.0)
                log.append("closed")
                await pause(1.0)
                log.append("went on")

            async def work() -> None:
                try:
                    await pause(100.0)
                finally:
                    log.append("work ended")

            scope = Scope()
            scope.spawn(work, name="work")
            scope.spawn(hang_up, name="hang up")
            await pause(5.0)
            return log

        assert run_virtual(main()) == ["work ended", "closed", "went on"]

    def test_twice_at_once(self) -> None:
        async def main() -> float:
            async def work() -> None:
                try:
                    await pause(100.0)
                finally:
                    await pause(1.0)

            scope = Scope()
            scope.spawn(work, name="work")
            await turns()
            await asyncio.gather(scope.aclose(), scope.aclose())
            return now()

        assert run_virtual(main()) == 1.0

    def test_cancelling_it_lets_go_of_the_threads(self) -> None:
        async def main() -> None:
            async def stubborn() -> None:
                with contextlib.suppress(asyncio.CancelledError):
                    await pause(100.0)
                await pause(1.0)

            scope = Scope()
            scope.spawn(stubborn, name="stubborn")
            await turns()
            closing = asyncio.get_running_loop().create_task(scope.aclose())
            await turns()
            closing.cancel()
            await pause(2.0)
            assert closing.cancelled()
            assert not scope.is_open_on(asyncio.get_running_loop())

        run_virtual(main())


class TestSpawning:
    def test_after_closing_it_is_refused(self) -> None:
        async def main() -> None:
            scope = Scope(name="call")
            await scope.aclose()
            with pytest.raises(RuntimeError, match="call is closed, late cannot start"):
                scope.spawn(lambda: pause(1.0), name="late")

        run_virtual(main())

    def test_on_a_closed_loop_it_is_refused(self) -> None:
        loop = VirtualLoop()
        scope = Scope(loop, name="call")
        loop.close()
        with pytest.raises(RuntimeError, match="call is closed, late cannot start"):
            scope.spawn(lambda: pause(1.0), name="late")

    def test_without_a_loop_there_is_none(self) -> None:
        with pytest.raises(RuntimeError, match="no running event loop"):
            Scope()

    def test_a_late_subscription_fails_through_on_error(self) -> None:
        """Not as an exception through the graph."""

        async def words() -> AsyncIterator[str]:
            yield "a"

        async def main() -> list[str]:
            scope = Scope(name="call")
            await scope.aclose()
            log: list[str] = []
            for stream in (from_async(words), from_async(words).pipe(ops.map(str.upper))):
                stream.subscribe(
                    log.append, lambda e: log.append(str(e)), scheduler=LoopScheduler(scope=scope)
                )
            return log

        assert run_virtual(main()) == ["call is closed, words cannot start"] * 2

    def test_an_error_reaches_the_loops_exception_handler(self) -> None:
        async def fails() -> None:
            raise LookupError("none")

        async def main() -> None:
            Scope().spawn(fails, name="work")
            await turns()

        assert run_loudly(main())[1] == [("work failed", "none")]

    def test_subscriptions_without_a_session_belong_to_their_loop(self) -> None:
        async def words() -> AsyncIterator[str]:
            await pause(1.0)
            yield "a"

        async def main() -> None:
            scope = default_scope(asyncio.get_running_loop())
            assert loop_scheduler().scope is scope
            from_async(words).subscribe(scheduler=loop_scheduler())
            assert scope.names == ["words"]
            await pause(2.0)
            assert scope.names == []

        run_virtual(main())


def now() -> float:
    """The loop's time."""
    return asyncio.get_running_loop().time()
