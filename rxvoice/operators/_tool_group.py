"""The tools that one answer runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from rxvoice._disposables import CompositeDisposable, Disposable, SingleAssignmentDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.context._flow import moves
from rxvoice.items import Context, Event, Tool, ToolCall
from rxvoice.operators._asking import Asking
from rxvoice.operators._tool_run import run_tool
from rxvoice.operators._unheard import unheard


class ToolGroup:
    """Runs tools, all at once or one after another.

    Args:
        asking: How.
        clock: The session's.
        find: Returns the tool that has a name when it is about to run.
        context: Returns the conversation at any time.
        heard: Gets what they tell, a `ToolResult` for each among it.
        failed: Gets an error that is nobody's result.
        changed: Called when one has ended.

    Attributes:
        subscription: Stops them.
    """

    def __init__(
        self,
        asking: Asking,
        clock: LoopScheduler,
        *,
        find: Callable[[str], Tool | None],
        context: Callable[[], Context],
        heard: Callable[[Event], None],
        failed: Callable[[Exception], None],
        changed: Callable[[], None],
    ) -> None:
        self.subscription = CompositeDisposable(Disposable(self._leave))
        self._asking = asking
        self._clock = clock
        self._find = find
        self._context = context
        self._heard = heard
        self._failed = failed
        self._changed = changed
        self._waiting: deque[tuple[ToolCall, int]] = deque()
        self._running: dict[str, ToolCall] = {}

    def __bool__(self) -> bool:
        return bool(self._running or self._waiting)

    def add(self, calls: Iterable[ToolCall]) -> None:
        """Let calls wait for `start`."""
        if self.subscription.is_disposed:
            return
        now = moves(self._context())
        self._waiting += ((call, now) for call in calls)

    def start(self) -> None:
        """Run what may run now."""
        while self._waiting and (self._asking.parallel or not self._running):
            self._begin(*self._waiting.popleft())

    def stop(self) -> list[ToolCall]:
        """Stop all; return the calls that get no result."""
        calls = [*self._running.values(), *(call for call, _ in self._waiting)]
        self._running.clear()
        self._waiting.clear()
        self.subscription.dispose()
        return calls

    def _leave(self) -> None:
        """Hold nobody any more; see `unheard`. Nothing is begun from now on."""
        self._waiting.clear()
        self._heard = self._failed = self._changed = unheard
        del self._find, self._context

    def _begin(self, call: ToolCall, since: int) -> None:
        self._running[call.id] = call
        inner = SingleAssignmentDisposable()
        self.subscription.add(inner)

        def ended() -> None:
            self.subscription.remove(inner)
            if self._running.pop(call.id, None) is not None:
                self._changed()

        asking = self._asking
        stream = run_tool(
            call,
            self._find(call.name),
            self._context,
            since=since,
            resources=asking.resources,
            timeout=asking.tool_timeout,
        )
        inner.disposable = stream.subscribe(self._heard, self._failed, ended, scheduler=self._clock)


__all__ = ["ToolGroup"]
