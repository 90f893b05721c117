"""Running a test: subscribe, let virtual time pass, unsubscribe, look for what is left."""

import asyncio
import inspect
from collections.abc import Callable, Collection
from typing import Any, TypeAlias

from rxvoice.clock import LoopScheduler
from rxvoice.viz import Probes

from ._check import Check
from ._failure import MarbleFailure
from ._generators import MarbleGenerator
from ._leaks import leftovers
from ._loop import VirtualLoop
from ._picture_of_bench import draw_bench
from ._recording import Recordable, Recording
from ._run import abandon, assert_no_unhandled, finish_tasks
from ._seeds import name_seed
from ._sources import MarbleStream
from ._windows import Window, windows_of

_LIMIT = 600.0
"""Virtual seconds after which a test counts as never-ending."""

Source: TypeAlias = MarbleStream[Any] | MarbleGenerator[Any]


class Bench:
    """Owns the virtual loop of one test and everything that is to happen on it.

    Attributes:
        loop: The virtual loop.
        scheduler: The scheduler with which the kit subscribes.
        probes: What the probes in the streams told.
    """

    def __init__(self, loop: VirtualLoop, *, check_leaks: bool) -> None:
        self.loop: VirtualLoop = loop
        self.scheduler: LoopScheduler = LoopScheduler(self.loop)
        self.probes: Probes = Probes()
        self.probes.watch(self.scheduler)
        self._check_leaks = check_leaks
        self._limit: float | None = None
        self._sources: list[Source] = []
        self._names: dict[int, str] = {}
        self._recordings: list[Recording] = []
        self._timers: list[asyncio.TimerHandle] = []
        self._actions: list[Callable[[], object]] = []  # what they hold lives as long as the test
        self._checks: list[Check] = []
        self._windows: dict[int, list[Window]] = {}
        self._faults: list[str] = []
        self._background: Collection[asyncio.Task[Any]] = ()
        self._ran = False

    def until(self, seconds: float) -> None:
        """End the test at a time, whatever goes on; what is due then still happens."""
        if seconds < 0.0:
            raise ValueError(f"seconds must not be negative, got {seconds}")
        self._limit = seconds

    def run(self) -> None:
        """Let everything happen; `check` does it unless it was done.

        At equal times subscriptions come first, then what hot streams and `Marbles.at` do, in the
        order in which they were written down, unless a seed says otherwise.
        """
        if self._ran:
            return
        if self.loop.is_running():
            raise RuntimeError("run() inside of a coroutine: the test runs when it has returned")
        self._ran = True
        idle = self.loop.run_until_idle(_LIMIT if self._limit is None else self._limit)
        if not idle and self._limit is None:
            self._faults.append(
                f"still busy after {_LIMIT:g} virtual seconds; end never-ending streams by "
                "until(seconds) or a ! in subscription="
            )
        self._windows = {id(source): windows_of(source.lives) for source in self._sources}
        for timer in self._timers:
            timer.cancel()
        for recording in self._recordings:
            recording.dispose()
        self._clean_up()

    def check(self) -> None:
        """Run the test unless that was done, and check all that was expected.

        Raises:
            AssertionError: With everything that is wrong.
        """
        __tracebackhide__ = True  # pytest shows the test instead
        try:
            self.run()
            assert_no_unhandled(self.loop)
            found = [check.check() for check in self._checks]
            wrong = [text for text in found if text] + self._faults
            if wrong:
                raise MarbleFailure("\n\n".join(wrong), self.svg)
        except BaseException as error:
            name_seed(error, self.loop.seed)
            raise

    def svg(self, width: float = 720.0) -> str:
        """Draw the sources, what probes told, and what was expected of which stream and happened.

        Args:
            width: In pixels.

        Returns:
            An SVG document that stands alone.
        """
        self.run()
        seen = {id(recording.subject) for recording in self._recordings}
        unseen = [source for source in self._sources if id(source) not in seen]
        return draw_bench(unseen, self._names, self._windows, self.probes, self._checks, width)

    def tolerate(self, tasks: "Collection[asyncio.Task[Any]]") -> None:
        """Let tasks, and timers, live on after the test: those of what was there before it."""
        self._background = tasks

    def close(self) -> None:
        """Cancel whatever is left, and close the loop."""
        abandon(self.loop)

    def _arrange(self, stream: Recordable, began: int, stopped: int | None) -> Recording:
        if self._ran:
            raise RuntimeError("the test has run; say what to expect before run()")
        recording = Recording(stream, self.loop, self.scheduler)
        self._recordings.append(recording)
        self._timers.append(self.loop.call_first(began / 1e6, recording.start))
        if stopped is not None:
            self._timers.append(self.loop.call_first(stopped / 1e6, recording.dispose))
        return recording

    def _act(self, action: Callable[[], object]) -> None:
        result = action()
        if inspect.iscoroutine(result):
            self.loop.create_task(result, name=f"at {self.loop.time():g} s")

    def _clean_up(self) -> None:
        finish_tasks(self.loop, background=self._background)
        if not self._check_leaks:
            return
        left = leftovers(self.loop, threads=False, background=self._background)
        for source in self._sources:
            for life in source.lives:
                if life.stopped is None:
                    left.append(f"subscription to {source!r} made at {life.began:g} s")
                elif life.ended is None:
                    left.append(f"clean-up of {source!r} begun at {life.stopped:g} s")
        if left:
            lines = "\n".join(f"  {line}" for line in left)
            self._faults.append(f"after all was unsubscribed there is still\n{lines}")


__all__ = ["Bench", "Source"]
