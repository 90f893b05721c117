"""The event loop whose time is virtual.

``_scheduled`` and ``_ready`` are private to asyncio, and the same on CPython 3.11 to 3.13. uvloop
has neither.
"""

import asyncio
import contextvars
import selectors
from collections.abc import Awaitable, Callable, Collection, Generator, Iterable, Sequence
from typing import Any, TypeVar

from ._inline import Job
from ._outer import no_running_loop
from ._seeds import SOONEST, current_seed
from ._selector import JumpingSelector
from ._stuck import Deadlock, Livelock, explain_deadlock, explain_livelock
from ._timers import Timer, Timers, next_due

T = TypeVar("T")

_IO_GRACE = 0.001
"""Real seconds that sockets get before virtual time jumps."""

_IO_REST = 0.1
"""Real seconds without news from open sockets before the loop counts as idle."""

_IO_PATIENCE = 5.0
"""Real seconds that sockets get before a deadlock is declared."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock starts at 0 and jumps to the next timer when nothing is ready.

    Deadlines are rounded to the microsecond, and timers with equal deadlines run in the order in
    which they were made. When nothing is left to do while a future is awaited, `Deadlock` says
    which tasks wait, where, and for what. Functions given to ``run_in_executor`` run at once, in
    this thread.

    With a seed, what is due at one instant by chance runs in a random order, which is the same
    every time: timers that were made at different instants, sources of diagrams, blocking
    functions. So what may happen in one order or another in production is tried in another order
    with each seed; `search_races` looks for one that fails. What cannot change places in
    production keeps its order: what ``call_soon`` was given, timers that were made at one instant
    or that are due when they are made, and what `call_together` was given at once.

    Args:
        real_io: Whether sockets and other threads of this machine take part. Then they get a
            millisecond of real time before each jump, and five seconds before a deadlock is
            declared. Otherwise sockets are served when they are ready and never waited for.
        seed: Of the order among equal deadlines; that of `seeded` unless given.

    Attributes:
        unhandled: What reached the loop's exception handler: the contexts that asyncio gave it.
        seed: The seed, or None.
    """

    _scheduled: list[Timer]
    _ready: Collection[asyncio.Handle]
    _selector: selectors.BaseSelector

    def __init__(self, *, real_io: bool = False, seed: int | None = None) -> None:
        self.unhandled: list[dict[str, Any]] = []
        self.seed: int | None = current_seed() if seed is None else seed
        self._now = 0.0
        self._timers = Timers(self, self.seed)
        self._real_io = real_io
        self._idle_until: float | None = None
        super().__init__(JumpingSelector(self._patience, self._move_on, self._stand_still))
        self.set_exception_handler(_collect)

    def time(self) -> float:
        """Return the virtual time in seconds, a whole number of microseconds."""
        return self._now

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """Arrange for a call at a virtual time, rounded to the microsecond."""
        self._check_closed()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        return self._timers.add(self._scheduled, when, callback, args, context)

    def call_together(
        self, calls: Iterable[tuple[float, Callable[[], object]]]
    ) -> list[asyncio.TimerHandle]:
        """Arrange for calls that keep their order at equal deadlines, whatever the seed.

        Args:
            calls: Virtual time and function, such as all that one source does.
        """
        rank = self._timers.ties.ranks()
        heap = self._scheduled
        return [
            self._timers.add(heap, when, call, rank=rank(round(when, 6))) for when, call in calls
        ]

    def call_first(self, when: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
        """Arrange for a call at a virtual time, before all else that is due then."""
        return self._timers.add(self._scheduled, when, callback, rank=SOONEST)

    def run_inline(
        self, fn: Callable[..., T], args: Sequence[Any] = (), cost: float = 0.0
    ) -> "asyncio.Future[T]":
        """Run a blocking function now, as if a thread did it.

        Cancelling the future forgets the result; what the function raised then reaches the loop's
        exception handler.

        Args:
            fn: The function; it runs before this method returns.
            args: Its arguments.
            cost: Virtual seconds until its result is there.

        Returns:
            A future that is done after ``cost`` with what the function returned or raised.

        Raises:
            ValueError: When the cost is negative.
        """
        if cost < 0.0:
            raise ValueError(f"cost must not be negative, got {cost}")
        job = Job(self, fn, args)
        rank = self._timers.ties.rank()
        job.timer = self._timers.add(self._scheduled, self._now + cost, job.settle, rank=rank)
        return job

    def run_in_executor(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, executor: object, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        """Run a function now, in this thread; see `run_inline`."""
        return self.run_inline(func, args)

    def run_forever(self) -> None:
        """Run until `stop` is called.

        Another loop may be running in this thread, as in a notebook; it stands still meanwhile.
        """
        with no_running_loop():
            super().run_forever()

    def run_until_complete(self, future: "Generator[Any, None, T] | Awaitable[T]") -> T:
        """Run until a future is done, or a coroutine; return its result."""
        with no_running_loop():
            return super().run_until_complete(future)

    def run_until_idle(self, limit: float | None = None) -> bool:
        """Run until nothing is left to do.

        Args:
            limit: The virtual time at which to stop in any case; what is due then is run.

        Returns:
            Whether nothing is left; False when a timer beyond the limit is.
        """
        self._idle_until = float("inf") if limit is None else round(limit, 6)
        try:
            self.run_forever()
        finally:
            self._idle_until = None
        return next_due(self._scheduled) is None

    def _move_on(self) -> None:
        """Move on, now that neither a callback nor a socket is ready."""
        due = next_due(self._scheduled)
        limit = self._idle_until
        if limit is not None and (due is None or due > limit):
            if due is not None:
                self._now = max(self._now, limit)
            self.stop()
        elif due is not None:
            self._now = max(self._now, due)
        else:
            waits_for_sockets = bool(self._sockets()) and not self._real_io
            raise Deadlock(explain_deadlock(self, waits_for_sockets))

    def _stand_still(self) -> None:
        raise Livelock(explain_livelock(self, self._ready))

    def _patience(self) -> float:
        """Real seconds to wait for sockets and threads before virtual time moves on."""
        if not self._real_io:
            return 0.0
        if next_due(self._scheduled) is not None:
            return _IO_GRACE
        if self._idle_until is None:
            return _IO_PATIENCE
        return _IO_REST if self._sockets() else _IO_GRACE

    def _sockets(self) -> int:
        """How many sockets are watched, besides the loop's own."""
        return len(self._selector.get_map()) - 1


def _collect(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    assert isinstance(loop, VirtualLoop)
    loop.unhandled.append(context)


__all__ = ["VirtualLoop"]
