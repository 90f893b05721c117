"""One call of a tool."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice.aio import from_coroutine
from rxvoice.aio._edge import entrance
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.context import ToolAnswer, ToolUse
from rxvoice.context._advance import jsonable
from rxvoice.context._flow import Refused, move, moves
from rxvoice.errors import ToolArgumentError
from rxvoice.items import (
    Context,
    Event,
    Fault,
    Goto,
    Sentence,
    StateEntered,
    Tool,
    ToolCall,
    ToolFunction,
    ToolResult,
)

logger = logging.getLogger(__name__)


def run_tool(
    call: ToolCall,
    tool: Tool | None,
    context: Callable[[], Context],
    *,
    since: int | None = None,
    resources: Any = None,
    timeout: float | None = None,
) -> Observable[Event]:
    """Run a tool and emit what it has to tell, and, always and last, its `ToolResult`.

    A tool that fails, or is given what it cannot use, has the error as its result, for the model to
    read; the error itself is a `Fault`, unless it is the model's. One that takes too long has none.

    One that answers with a `Goto` has the conversation enter another state: the `StateEntered`
    comes right before the result. Where that cannot be, the result says so and nothing of it
    happens. A tool in the background passes the `Goto` on.

    Args:
        call: What the model wrote.
        tool: None when there is no such tool.
        context: Returns the conversation at that time.
        since: How many states the conversation had entered when the model was asked; as many as
            now unless given.
        resources: For the tool.
        timeout: Seconds, unless the tool has a timeout of its own.

    Returns:
        A cold stream. Unsubscribing cancels the tool.
    """

    def subscribe(
        observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        run = _Run(call, context, since, observer, clock)
        if tool is None or tool.function is None:
            run.refuse(tool is not None)
        else:
            emit = entrance(clock, f"tool {tool.name}: events", run.emit)
            use = ToolUse(call, context(), resources, emit)
            run.start(tool, tool.function, use, timeout if tool.timeout is None else tool.timeout)
        return run.subscription

    return Stream(subscribe)


class _Run:
    def __init__(
        self,
        call: ToolCall,
        context: Callable[[], Context],
        since: int | None,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
    ) -> None:
        self.subscription = CompositeDisposable()
        self._call = call
        self._context = context
        self._since = moves(context()) if since is None else since
        self._observer = observer
        self._clock = clock
        self._over = False

    def refuse(self, known: bool) -> None:
        """Tell the model that there is no such tool."""
        if known:
            logger.warning("the tool %s has no function", self._call.name)
        else:
            logger.warning("a model called %s, which is no tool", self._call.name)
        self._finish({"error": f"there is no tool with the name {self._call.name}"})

    def start(
        self, tool: Tool, function: ToolFunction, use: ToolUse, timeout: float | None
    ) -> None:
        """Run the tool."""
        own = self.subscription
        if timeout is not None:
            own.add(self._clock.call_later(timeout, lambda: self._expire(timeout)))
        if tool.filler and not self._call.background:
            filler = Sentence(tool.filler, remembered=False)
            own.add(self._clock.call_later(tool.filler_after, lambda: self.emit(filler)))

        async def work() -> Any:
            return await function(use, self._call.arguments)

        stream = from_coroutine(work, name=f"tool {tool.name}")
        own.add(stream.subscribe(self._answered, self._failed, scheduler=self._clock))

    def emit(self, event: Event) -> None:
        """Tell something, unless it is over."""
        if not self._over:
            self._observer.on_next(event)

    def _expire(self, timeout: float) -> None:
        message = f"the tool {self._call.name} took longer than {timeout:g} s"
        self.emit(Fault("tools", message, cause=TimeoutError(message)))
        self._finish(None)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, ToolArgumentError):
            logger.warning("a model gave wrong arguments to %s", self._call.name)
        else:
            told = f"the tool {self._call.name} failed: {type(error).__name__}"
            self.emit(Fault("tools", told, cause=error))
        self._finish({"error": str(error) or type(error).__name__})

    def _answered(self, answer: Any) -> None:
        if isinstance(answer, Goto):
            answer = ToolAnswer(answer.result, commands=(answer,))
        if not isinstance(answer, ToolAnswer):
            self._finish(answer)
            return
        goto = next((command for command in answer.commands if isinstance(command, Goto)), None)
        if goto is None:
            self._finish(answer.result, answer.run, answer.commands, answer.then)
        else:
            self._go(goto, answer)

    def _go(self, goto: Goto, answer: ToolAnswer) -> None:
        """Enter another state, or tell why not; all that the answer orders goes with that."""
        outcome = move(self._context(), goto, self._since)
        if isinstance(outcome, Refused):
            if outcome.mistake:
                self.emit(Fault("flow", f"the tool {self._call.name}: {outcome.reason}"))
            self._finish({"error": outcome.reason})
        elif self._call.background:
            self._finish(answer.result, answer.run or False, answer.commands, answer.then)
        else:
            self._enter(outcome, goto, answer)

    def _enter(self, entered: StateEntered, goto: Goto, answer: ToolAnswer) -> None:
        greeting = entered.state.greeting if goto.run else ""
        run = answer.run if goto.run and not greeting else answer.run or False
        commands = tuple(one for one in answer.commands if not isinstance(one, Goto))
        self.emit(entered)
        self._finish(
            answer.result,
            run,
            (*commands, *([Sentence(greeting)] if greeting else [])),
            answer.then,
        )

    def _finish(
        self,
        result: Any,
        run: bool | None = None,
        commands: tuple[Event, ...] = (),
        then: Callable[[], Any] | None = None,
    ) -> None:
        if self._over:
            return
        call = self._call
        told = jsonable(result)
        self._over = True
        self._observer.on_next(ToolResult(call.id, call.name, told, run, call.background))
        for command in commands:
            self._observer.on_next(command)
        if then is not None:
            self._spawn(then)
        self._observer.on_completed()
        self.subscription.dispose()

    def _spawn(self, then: Callable[[], Any]) -> None:
        async def called() -> None:
            await then()

        start: Callable[[], Coroutine[Any, Any, None]] = called
        name = f"after tool {self._call.name}"
        if self._clock.tape is None or not self._clock.tape.answers(name):
            self._clock.scope.spawn(start, name=name)


__all__ = ["run_tool"]
