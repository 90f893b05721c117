"""The answer to one turn: the model, the tools that it calls, and the model again."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from reactivex import abc

from rxvoice._disposables import CompositeDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.context import advance
from rxvoice.context._flow import moves
from rxvoice.items import (
    Context,
    Event,
    Fault,
    ResponseEnded,
    StateEntered,
    ThoughtEnded,
    Tool,
    ToolCall,
    ToolResult,
    ToolsCancelled,
    Turn,
)
from rxvoice.operators._asking import Asking, Written
from rxvoice.operators._response import Response
from rxvoice.operators._tool_group import ToolGroup


class Answer:
    """Asks the model, runs what it calls and asks again, until it calls nothing more.

    Args:
        asking: How.
        observer: Gets everything.
        clock: The session's.
        turn: What is answered.

    Attributes:
        subscription: Stops the model and the tools.
    """

    def __init__(
        self, asking: Asking, observer: abc.ObserverBase[Event], clock: LoopScheduler, turn: Turn
    ) -> None:
        self._asking = asking
        self._observer = observer
        self._clock = clock
        self._turn = turn
        self._context = self._asked = asking.request(turn)
        self._began = () if asking.memory is None else asking.memory.context.messages
        self._group = ToolGroup(
            asking,
            clock,
            find=self._find,
            context=self._soon,
            heard=self._heard,
            failed=observer.on_error,
            changed=self._go_on,
        )
        self.subscription = CompositeDisposable(self._group.subscription)
        self._response: Response | None = None
        self._round = 0
        self._written = Written()
        self._calls: list[ToolCall] = []
        self._thoughts: list[ThoughtEnded] = []
        self._flags: list[bool | None] = []  # of the results that the model does not know yet
        self._held: list[Event] = []
        self._used = {call.id for message in self._context.messages for call in message.calls}
        self._deciding = self._changed = False

    def start(self) -> None:
        """Begin to answer."""
        if self._turn.answer is None:
            self._ask(self._context)
        else:
            response = self._response = self._responding()
            response.say(self._turn.answer)

    def see(self, item: Event) -> None:
        """Take an item of a response that somebody else asked for, and go on from its end."""
        match item:
            case ToolCall():
                self._take(item)
            case ThoughtEnded():
                self._thoughts.append(item)
            case ResponseEnded(text=text, failed=failed):
                self._round = 1
                self._over(text, self._thoughts, failed=failed)
            case _:
                pass

    def cut_off(self) -> None:
        """End it without an answer, because the source has failed."""
        response, self._response = self._response, None
        if response is not None:
            response.cut_off()
        self._let_go()
        called = [call for call in self._calls if not call.background]
        self._cancel([*self._group.stop(), *called], "failed")

    def _responding(self) -> Response:
        asking = self._asking
        response = Response(
            self._emit,
            self._clock,
            self._turn.number,
            self._responded,
            timeout=asking.timeout,
            apology=asking.apology,
            name=asking.name,
        )
        self.subscription.add(response.subscription)
        return response

    def _ask(self, context: Context) -> None:
        self._round += 1
        self._flags, self._asked = [], context
        response = self._response = self._responding()
        response.start(lambda: self._asking.llm(context))

    def _emit(self, item: Event) -> None:
        if isinstance(item, ToolCall):
            item = self._named(item)
            self._take(item)
        self._observer.on_next(item)

    def _take(self, call: ToolCall) -> None:
        self._calls.append(call)
        self._used.add(call.id)
        self._context = advance(self._context, call)

    def _named(self, call: ToolCall) -> ToolCall:
        """Return a call with an id that no other has, marked when its tool runs by itself."""
        id_, again = call.id or call.name, 2
        while id_ in self._used:
            id_, again = f"{call.id or call.name}-{again}", again + 1
        tool = self._find(call.name)
        return replace(call, id=id_, background=tool is not None and tool.background)

    def _find(self, name: str) -> Tool | None:
        """Return the tool that has a name at this moment."""
        memory = self._asking.memory
        return (self._context if memory is None else memory.context).tools.find(name)

    def _responded(self) -> None:
        response, self._response = self._response, None
        if response is not None:
            self.subscription.remove(response.subscription)
            self._over(response.text, response.thoughts, failed=response.failed)

    def _over(self, text: str, thoughts: Sequence[ThoughtEnded], *, failed: bool) -> None:
        """Run what the response that has just ended called."""
        calls, self._calls = self._calls, []
        ordinary = [call for call in calls if not call.background]
        if not calls or not self._asking.run_tools:
            pass
        elif failed:
            self._cancel(ordinary, "failed")
        elif self._round > self._asking.max_rounds:
            self._observer.on_next(Fault("tools", "the model goes on calling tools"))
            self._cancel(ordinary, "too many rounds")
        else:
            self._written.add(calls, text, thoughts)
            self._group.add(ordinary)
            if not ordinary and not text.strip():
                self._flags.append(None)  # somebody has to say that something was begun
        self._let_go()
        self._go_on()

    def _heard(self, event: Event) -> None:
        """Take what a tool tells; what is to be spoken not in the midst of what the model says.

        A state that is entered has to wait for that, and whatever is told behind it, too.
        """
        waits = not isinstance(event, ToolResult) or self._soon() is not self._context
        if self._response is not None and waits:
            self._held.append(event)
            return
        if isinstance(event, ToolResult):
            self._flags.append(event.run)
            self._written.answered(event)
        self._context = _folded(self._context, event)
        self._observer.on_next(event)

    def _let_go(self) -> None:
        """Let happen what tools told while the model was speaking."""
        held, self._held = self._held, []
        for event in held:
            self._heard(event)

    def _soon(self) -> Context:
        """Return the conversation in the state in which it will be when the model has spoken."""
        entered = (event for event in self._held if isinstance(event, StateEntered))
        return reduce(_folded, entered, self._context)

    def _go_on(self) -> None:
        """Run tools, ask again, wait, or end; whatever changes meanwhile is looked at again."""
        self._changed = True
        if self._deciding:
            return
        self._deciding = True
        try:
            while self._changed and not self.subscription.is_disposed:
                self._changed = False
                self._decide()
        finally:
            self._deciding = False

    def _decide(self) -> None:
        self._group.start()
        if self._changed or self._response is not None:
            return
        if self._group and self._asking.ask_after == "last":
            return
        if any(flag is not False for flag in self._flags):
            self._ask(self._next())
        elif not self._group:
            self._observer.on_completed()

    def _next(self) -> Context:
        """Return what the model is asked with the results."""
        memory, context = self._asking.memory, self._context
        if memory is not None and self._written.is_in(memory.context, self._turn):
            context = memory.context  # with all that has changed it meanwhile
        elif memory is not None and self._goes_on(context) and not self._goes_on(memory.context):
            self._began = memory.context.messages  # it was replaced
            context = self._context = self._written.added_to(memory.context, self._turn)
        choice = context.tool_choice
        if self._round >= self._asking.max_rounds:
            choice = "none"
        elif choice != "none" and moves(context) == moves(self._asked):
            choice = "auto"  # what had to be called has been
        return replace(self._written.put_into(context), tool_choice=choice)

    def _goes_on(self, context: Context) -> bool:
        """Tell whether a conversation begins with the one that is answered."""
        return context.messages[: len(self._began)] == self._began

    def _cancel(self, calls: Sequence[ToolCall], reason: str) -> None:
        if calls:
            cancelled = ToolsCancelled(tuple(calls), reason)
            self._context = advance(self._context, cancelled)
            self._observer.on_next(cancelled)


def _folded(context: Context, event: Event) -> Context:
    try:
        return advance(context, event)
    except Exception:  # whoever keeps the history tells of it
        return context


__all__ = ["Answer"]
