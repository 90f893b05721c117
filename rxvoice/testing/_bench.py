"""Running a test: subscribe, let virtual time pass, unsubscribe, look for what is left."""

import inspect
from collections.abc import Callable
from typing import Any

from rxvoice.clock import LoopScheduler

from ._generators import MarbleGenerator
from ._leaks import leftovers
from ._loop import VirtualLoop
from ._recording import Recording
from ._run import abandon, assert_no_unhandled, finish_tasks
from ._sources import MarbleStream
from ._windows import Window, windows_of

_LIMIT = 600.0
"""Virtual seconds after which a test counts as never-ending."""


class Bench:
    """Owns the virtual loop of one test and everything that is to happen on it.

    Attributes:
        loop: The virtual loop.
        scheduler: The scheduler with which the kit subscribes.
    """

    def __init__(self, *, check_leaks: bool, real_io: bool) -> None:
        self.loop: VirtualLoop = VirtualLoop(real_io=real_io)
        self.scheduler: LoopScheduler = LoopScheduler(self.loop)
        self._check_leaks = check_leaks
        self._limit: float | None = None
        self._sources: list[MarbleStream[Any] | MarbleGenerator[Any]] = []
        self._subscriptions: list[tuple[int, int | None, Recording]] = []
        self._actions: list[tuple[int, Callable[[], object]]] = []
        self._checks: list[Callable[[], str | None]] = []
        self._windows: dict[int, list[Window]] = {}
        self._faults: list[str] = []
        self._ran = False

    def until(self, seconds: float) -> None:
        """End the test at a time, whatever goes on; what is due then still happens."""
        if seconds < 0.0:
            raise ValueError(f"seconds must not be negative, got {seconds}")
        self._limit = seconds

    def run(self) -> None:
        """Let everything happen; `check` does it unless it was done.

        At equal times subscriptions come first, then what hot streams and `Marbles.at` do, in the
        order in which they were written down.
        """
        if self._ran:
            return
        self._ran = True
        timers = self._schedule()
        idle = self.loop.run_until_idle(_LIMIT if self._limit is None else self._limit)
        if not idle and self._limit is None:
            self._faults.append(
                f"still busy after {_LIMIT:g} virtual seconds; end never-ending streams by "
                "until(seconds) or a ! in subscription="
            )
        self._windows = {id(source): windows_of(source.lives) for source in self._sources}
        for timer in timers:
            timer.cancel()
        for _, _, recording in self._subscriptions:
            recording.dispose()
        self._clean_up()

    def check(self) -> None:
        """Run the test unless that was done, and check all that was expected.

        Raises:
            AssertionError: With everything that is wrong.
        """
        self.run()
        assert_no_unhandled(self.loop)
        found = [check() for check in self._checks]
        wrong = [text for text in found if text] + self._faults
        if wrong:
            raise AssertionError("\n\n".join(wrong))

    def close(self) -> None:
        """Cancel whatever is left, and close the loop."""
        abandon(self.loop)

    def _schedule(self) -> list[Any]:
        call_at = self.loop.call_at
        timers: list[Any] = []
        for began, stopped, recording in self._subscriptions:
            timers.append(call_at(began / 1e6, recording.start))
            if stopped is not None:
                timers.append(call_at(stopped / 1e6, recording.dispose))
        timers += [call_at(at / 1e6, action) for at, action in self._actions]
        return timers

    def _act(self, action: Callable[[], object]) -> None:
        result = action()
        if inspect.iscoroutine(result):
            self.loop.create_task(result, name=f"at {self.loop.time():g} s")

    def _clean_up(self) -> None:
        finish_tasks(self.loop)
        if not self._check_leaks:
            return
        left = leftovers(self.loop, threads=False)
        for source in self._sources:
            for life in source.lives:
                if life.stopped is None:
                    left.append(f"subscription to {source!r} made at {life.began:g} s")
                elif life.ended is None:
                    left.append(f"clean-up of {source!r} begun at {life.stopped:g} s")
        if left:
            lines = "\n".join(f"  {line}" for line in left)
            self._faults.append(f"after all was unsubscribed there is still\n{lines}")


__all__ = ["Bench"]
