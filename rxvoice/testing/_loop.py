"""The event loop whose time is virtual.

``_scheduled``, ``TimerHandle._when`` and ``TimerHandle._scheduled`` are private to asyncio, and
the same on CPython 3.11 to 3.13. uvloop has none of them.
"""

import asyncio
import contextvars
import heapq
import selectors
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ._selector import JumpingSelector
from ._stuck import Deadlock, Livelock, name_tasks

T = TypeVar("T")

_IO_GRACE = 0.001
"""Real seconds that sockets get before virtual time jumps."""

_IO_REST = 0.1
"""Real seconds without news from open sockets before the loop counts as idle."""

_IO_PATIENCE = 5.0
"""Real seconds that sockets get before a deadlock is declared."""


class _Timer(asyncio.TimerHandle):
    """A timer that is first in, first out among equal deadlines."""

    __slots__ = ("order",)

    order: int
    _when: float

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, _Timer):
            return NotImplemented
        mine, theirs = self._when, other._when
        return self.order < other.order if mine == theirs else mine < theirs


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock starts at 0 and jumps to the next timer when nothing is ready.

    Deadlines are rounded to the microsecond, and timers with equal deadlines run in the order in
    which they were made. When nothing is left to do while a future is awaited, `Deadlock` says
    which tasks wait, and where. Functions given to ``run_in_executor`` run at once, in this
    thread.

    Args:
        real_io: Whether sockets and other threads of this machine take part. Then they get a
            millisecond of real time before each jump, and five seconds before a deadlock is
            declared. Otherwise sockets are served when they are ready and never waited for.

    Attributes:
        unhandled: What reached the loop's exception handler: the contexts that asyncio gave it.
    """

    _scheduled: list[_Timer]
    _selector: selectors.BaseSelector

    def __init__(self, *, real_io: bool = False) -> None:
        self.unhandled: list[dict[str, Any]] = []
        self._now = 0.0
        self._order = 0
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
        timer = _Timer(round(when, 6), callback, args, self, context)
        timer.order = self._order
        self._order += 1
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True  # pyright: ignore[reportAttributeAccessIssue]
        return timer

    def run_inline(
        self, fn: Callable[..., T], args: Sequence[Any] = (), cost: float = 0.0
    ) -> "asyncio.Future[T]":
        """Run a blocking function now, as if a thread did it.

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
        future: asyncio.Future[T] = self.create_future()
        try:
            result = fn(*args)
        except StopIteration as stop:  # a future refuses it
            wrapped = RuntimeError(f"{fn!r} raised StopIteration")
            wrapped.__cause__ = stop
            self.call_later(cost, _settle, future, wrapped, None)
        except Exception as error:
            self.call_later(cost, _settle, future, error, None)
        else:
            self.call_later(cost, _settle, future, None, result)
        return future

    def run_in_executor(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, executor: object, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        """Run a function now, in this thread; see `run_inline`."""
        return self.run_inline(func, args)

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
        return self._next_timer() is None

    def _next_timer(self) -> float | None:
        """The time of the next timer that was not cancelled."""
        scheduled = self._scheduled
        if scheduled and not scheduled[0].cancelled():
            return scheduled[0].when()
        return min((t.when() for t in scheduled if not t.cancelled()), default=None)

    def _move_on(self) -> None:
        """Move on, now that neither a callback nor a socket is ready."""
        due = self._next_timer()
        limit = self._idle_until
        if limit is not None and (due is None or due > limit):
            if due is not None:
                self._now = max(self._now, limit)
            self.stop()
        elif due is not None:
            self._now = max(self._now, due)
        else:
            raise Deadlock(self._explain_deadlock())

    def _stand_still(self) -> None:
        lines = "\n".join(f"  {line}" for line in name_tasks(asyncio.all_tasks(self)))
        raise Livelock(f"time stands still at {self._now:.6f} s; tasks:\n{lines or '  none'}")

    def _patience(self) -> float:
        """Real seconds to wait for sockets and threads before virtual time moves on."""
        if not self._real_io:
            return 0.0
        if self._next_timer() is not None:
            return _IO_GRACE
        if self._idle_until is None:
            return _IO_PATIENCE
        return _IO_REST if self._sockets() else _IO_GRACE

    def _sockets(self) -> int:
        """How many sockets are watched, besides the loop's own."""
        return len(self._selector.get_map()) - 1

    def _explain_deadlock(self) -> str:
        lines = [f"nothing is left to do at {self._now:.6f} s, but somebody still waits:"]
        lines += [f"  {line}" for line in name_tasks(asyncio.all_tasks(self))]
        if len(lines) == 1:
            lines.append("  no task: a future that nobody will resolve is awaited")
        if self._sockets() and not self._real_io:
            lines.append("sockets are open: VirtualLoop(real_io=True) waits for them")
        return "\n".join(lines)


def _settle(future: "asyncio.Future[T]", error: Exception | None, result: T | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)  # pyright: ignore[reportArgumentType]
    else:
        future.set_exception(error)


def _collect(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    assert isinstance(loop, VirtualLoop)
    loop.unhandled.append(context)


__all__ = ["VirtualLoop"]
