"""The loop-clock scheduler.

Immediate work runs on RxPY's own trampoline, as with no scheduler at all, so that no hot item is
lost between subscribing and the next turn of the loop. Timed work runs on the asyncio loop. The
time is the loop's, so a virtual loop makes every operator deterministic and a step of the wall
clock does nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from reactivex import abc, typing
from reactivex.disposable import (
    CompositeDisposable,
    MultipleAssignmentDisposable,
    SingleAssignmentDisposable,
)
from reactivex.scheduler import CurrentThreadScheduler
from reactivex.scheduler.periodicscheduler import PeriodicScheduler
from reactivex.scheduler.scheduleditem import ScheduledItem

from rxvoice._stream import EPOCH

if TYPE_CHECKING:
    from rxvoice.aio import Scope
    from rxvoice.aio._probing import Probing
    from rxvoice.aio._taping import Taping
    from rxvoice.aio._timing import Timing

S = TypeVar("S")
ROUNDING = 0.6e-6  # a datetime holds whole microseconds


class Planned(abc.DisposableBase):
    """Cancels what the loop was asked to call: a `Disposable` without a lock, for one thread."""

    __slots__ = ("_handle",)

    def __init__(self, handle: asyncio.Handle) -> None:
        self._handle = handle

    def dispose(self) -> None:
        """Cancel it; nothing happens when it has been called."""
        self._handle.cancel()


class LoopScheduler(PeriodicScheduler):
    """Runs immediate work at once and timed work on an asyncio loop.

    Args:
        loop: The loop; the running one unless given.
        scope: Owner of the tasks that subscriptions start; one for the loop unless given.
        start: Loop time at which this scheduler's clock shows 0; now unless given.

    Attributes:
        loop: The loop.
        tape: Runs along, when the session is recorded or replayed. While it holds a moment, the
            clock stands still.
        timing: Times what timers and deliveries take, when somebody wants to know.
        probes: Takes down what the probes of the session tell.

    Raises:
        RuntimeError: When no loop is given and none is running.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        scope: Scope | None = None,
        start: float | None = None,
    ) -> None:
        super().__init__()
        self.loop: asyncio.AbstractEventLoop = loop or asyncio.get_running_loop()
        self._scope = scope
        self._start = self.loop.time() if start is None else start
        self.tape: Taping | None = None
        self.timing: Timing | None = None
        self.probes: Probing | None = None

    @property
    def scope(self) -> Scope:
        """Owner of the tasks that subscriptions start."""
        if self._scope is None:
            from rxvoice.aio import default_scope

            self._scope = default_scope(self.loop)
        return self._scope

    @property
    def now_seconds(self) -> float:
        """Seconds since this scheduler's clock started."""
        now = None if self.tape is None else self.tape.now
        return self.loop.time() - self._start if now is None else now

    @property
    def loop_seconds(self) -> float:
        """The loop's time of `now_seconds`, for what is the same in several sessions."""
        return self._start + self.now_seconds

    @property
    def elapsed(self) -> float:
        """Seconds since this scheduler's clock started, whatever a tape holds."""
        return self.loop.time() - self._start

    @property
    def now(self) -> datetime:
        """This scheduler's time as RxPY wants it: counted from 1970-01-01."""
        return EPOCH + timedelta(seconds=self.now_seconds)

    def show(self, seconds: float) -> None:
        """Let the clock show a time from now on; for who has set no timer yet."""
        self._start = self.loop.time() - seconds

    def call_at(self, when: float, action: Callable[[], object]) -> abc.DisposableBase:
        """Run ``action`` when `now_seconds` reaches ``when``; cheaper than `schedule_absolute`.

        Args:
            when: Seconds on this scheduler's clock.
            action: Called without arguments.

        Returns:
            Cancels it.
        """
        if self.timing is not None:
            action = self.timing.timed(action, self._start + when)
        if self.tape is not None and (timer := self.tape.call_at(when, action)) is not None:
            return timer
        return Planned(self.call_loop_at(when, action))

    def call_loop_at(self, when: float, action: Callable[[], object]) -> asyncio.TimerHandle:
        """Run ``action`` at a time of this scheduler's clock, whatever a tape thinks of it."""
        return self.loop.call_at(self._start + when, action)

    def call_later(self, delay: float, action: Callable[[], object]) -> abc.DisposableBase:
        """Run ``action`` after ``delay`` seconds, on a later turn of the loop even for 0."""
        if self.tape is not None:
            return self.call_at(self.now_seconds + max(delay, 0.0), action)
        due = self.loop.time() + max(delay, 0.0)
        if self.timing is not None:
            action = self.timing.timed(action, due)
        if delay <= 0.0:
            return Planned(self.loop.call_soon(action))
        return Planned(self.loop.call_at(due, action))

    def schedule(
        self, action: typing.ScheduledAction[S], state: S | None = None
    ) -> abc.DisposableBase:
        """Run ``action`` on the trampoline: now, or after what is being subscribed."""

        def invoke(_: abc.SchedulerBase, state: S | None = None) -> abc.DisposableBase:
            return self.invoke_action(action, state)

        # The trampoline compares with the wall clock, and would block the loop until an item is
        # due after that was set back. The epoch is always past.
        trampoline = CurrentThreadScheduler.singleton()
        item = ScheduledItem(trampoline, state, invoke, EPOCH)
        trampoline.get_trampoline().run(item)
        return item.disposable

    def schedule_relative(
        self,
        duetime: typing.RelativeTime,
        action: typing.ScheduledAction[S],
        state: S | None = None,
    ) -> abc.DisposableBase:
        """Run ``action`` after ``duetime``; at once when that is not positive."""
        seconds = self.to_seconds(duetime)
        if seconds <= 0.0:
            return self.schedule(action, state)
        return self._at(self.loop_seconds + seconds, action, state)

    def schedule_absolute(
        self,
        duetime: typing.AbsoluteTime,
        action: typing.ScheduledAction[S],
        state: S | None = None,
    ) -> abc.DisposableBase:
        """Run ``action`` when `now` reaches ``duetime``; at once when that is past."""
        seconds = self.to_seconds(duetime)
        if seconds <= self.now_seconds + ROUNDING:
            return self.schedule(action, state)
        return self._at(self._start + seconds, action, state)

    def schedule_periodic(
        self,
        period: typing.RelativeTime,
        action: typing.ScheduledPeriodicAction[S],
        state: S | None = None,
    ) -> abc.DisposableBase:
        """Run ``action`` at every multiple of ``period``, by deadlines, so that it never drifts.

        After a stall of the loop, it runs once for each deadline that was missed. One that raises
        is not run again.
        """
        seconds = self.to_seconds(period)
        if seconds <= 0.0:
            raise ValueError(f"period must be positive, got {seconds}")
        began = self.now_seconds
        turn = MultipleAssignmentDisposable()
        count = 0

        def tick() -> None:
            nonlocal count, state
            state = action(state)
            count += 1
            again = self.call_at(began + (count + 1) * seconds, tick)
            turn.disposable = again  # cancels it when that was disposed

        turn.disposable = self.call_at(began + seconds, tick)
        return turn

    def _at(
        self, when: float, action: typing.ScheduledAction[S], state: S | None
    ) -> abc.DisposableBase:
        inner = SingleAssignmentDisposable()

        def invoke() -> None:
            inner.disposable = self.invoke_action(action, state)

        if self.tape is not None:
            return CompositeDisposable(self.call_at(when - self._start, invoke), inner)
        timed = invoke if self.timing is None else self.timing.timed(invoke, when, action)
        return CompositeDisposable(Planned(self.loop.call_at(when, timed)), inner)


_defaults: dict[asyncio.AbstractEventLoop, LoopScheduler] = {}


def loop_scheduler(scheduler: abc.SchedulerBase | None = None) -> LoopScheduler:
    """Return ``scheduler`` when it is a `LoopScheduler`, else the one of the running loop.

    Raises:
        RuntimeError: When there is neither.
    """
    if isinstance(scheduler, LoopScheduler):
        return scheduler
    loop = asyncio.get_running_loop()
    found = _defaults.get(loop)
    if found is None:
        for known in list(_defaults):
            if known.is_closed():
                _defaults.pop(known, None)
        found = _defaults[loop] = LoopScheduler(loop)
    return found


__all__ = ["LoopScheduler", "loop_scheduler"]
