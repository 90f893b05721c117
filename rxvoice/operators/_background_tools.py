"""`background_tools`."""

from __future__ import annotations

import math
from typing import Any

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable, SingleAssignmentDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.context import Memory
from rxvoice.items import CancelTool, Event, ToolCall, ToolsCancelled
from rxvoice.operators._tool_run import run_tool


def background_tools(
    memory: Memory,
    /,
    *,
    timeout: float | None = None,
    resources: Any = None,
    grace: float = 5.0,
) -> Operator[Event, Event]:
    """Run the tools that go on when the reply that called them is over.

    It stands behind `interruptible`. A `ToolCall` in the background starts its tool; what that has
    to tell (`ToolProgress`) and its `ToolResult` are merged in, and `steer` has the model asked
    because of them when nobody speaks. A `CancelTool` ends it (`ToolsCancelled`). All items pass.

    When the source completes, tools that run have ``grace`` seconds to end; those that do not, and
    all when the source fails, are cancelled.

    Marbles (one column is 100 ms)::

        events  -c-x---|
        background_tools(Memory())
        out     -(c r)-(x y)---|

        c: ToolCall("1", "gone", background=True)  x: ToolCall("2", "gone", background=True)
        r: ToolResult("1", "gone", anything, background=True)
        y: ToolResult("2", "gone", anything, background=True)

    Args:
        memory: Where the tools are, looked up when one is called.
        timeout: Seconds that a tool may take which has no timeout of its own; None for any.
        resources: Given to all tools, as it is.
        grace: Seconds.

    Returns:
        The operator.

    Raises:
        ValueError: When ``timeout`` is not positive, or ``grace`` is negative.
    """
    if timeout is not None and not timeout > 0.0:
        raise ValueError(f"timeout must be positive, got {timeout}")
    if not 0.0 <= grace < math.inf:
        raise ValueError(f"grace must be finite and not negative, got {grace}")

    def worked(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            work = _Work(observer, clock, memory, timeout, resources, grace)
            with begun(work.subscription):
                subscription = source.subscribe(
                    work.on_next, work.on_error, work.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, work.subscription)

        return Stream(subscribe)

    return worked


class _Work:
    """One subscription: the tools that run."""

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        memory: Memory,
        timeout: float | None,
        resources: Any,
        grace: float,
    ) -> None:
        self._timer = SerialDisposable()
        self.subscription = CompositeDisposable(self._timer)
        self._observer = observer
        self._clock = clock
        self._memory = memory
        self._timeout = timeout
        self._resources = resources
        self._grace = grace
        self._running: dict[SingleAssignmentDisposable, ToolCall] = {}
        self._ended = False

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        self._observer.on_next(item)
        if isinstance(item, ToolCall) and item.background:
            self._begin(item)
        elif isinstance(item, CancelTool):
            self._cancel("asked", item.id)

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self._cancel("failed")
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        if self._running:
            self._timer.disposable = self._clock.call_later(self._grace, self._give_up)
        else:
            self._observer.on_completed()

    def _begin(self, call: ToolCall) -> None:
        inner = SingleAssignmentDisposable()
        self._running[inner] = call
        self.subscription.add(inner)
        stream = run_tool(
            call,
            self._memory.context.tools.find(call.name),
            lambda: self._memory.context,
            resources=self._resources,
            timeout=self._timeout,
        )
        inner.disposable = stream.subscribe(
            self._told, self._observer.on_error, lambda: self._done(inner), scheduler=self._clock
        )

    def _told(self, event: Event) -> None:
        self._observer.on_next(event)
        if isinstance(event, CancelTool):
            self._cancel("asked", event.id)

    def _done(self, inner: SingleAssignmentDisposable) -> None:
        self._leave(inner)
        self._complete()

    def _leave(self, inner: SingleAssignmentDisposable) -> ToolCall:
        self.subscription.remove(inner)
        return self._running.pop(inner)

    def _cancel(self, reason: str, id_: str | None = None) -> None:
        chosen = [inner for inner, call in self._running.items() if id_ in (None, call.id)]
        if chosen:
            calls = tuple(self._leave(inner) for inner in chosen)
            self._observer.on_next(ToolsCancelled(calls, reason))
            if id_ is not None:
                self._complete()

    def _give_up(self) -> None:
        self._cancel("over")
        self._complete()

    def _complete(self) -> None:
        if self._ended and not self._running:
            self._timer.dispose()
            self._observer.on_completed()
