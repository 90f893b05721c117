"""The current context of one conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.context._advance import advance, open_calls
from rxvoice.context._flow import Refused, begin, move
from rxvoice.context._thoughts import thought_message
from rxvoice.context._tool import Function
from rxvoice.context._tool import tools as put_together
from rxvoice.items import (
    AudioFrame,
    Context,
    Event,
    Fault,
    Flow,
    Goto,
    ReplyEnded,
    ReplyStarted,
    RunModel,
    Say,
    StateEntered,
    ThoughtEnded,
    Tool,
    Tools,
    ToolsCancelled,
    Word,
    spoken_text,
)


class Memory:
    """Holds the context of one conversation and keeps it in step with its events.

    Put ``memory.record()`` at the end of the pipe, where everything that was heard and played
    comes by, and give ``memory`` to `rxvoice.operators.respond`. Nothing else writes to it.

    Args:
        context: What the conversation starts from, or the model's instruction.
        tools: What the model may call: functions, tools, or all of them put together by
            `rxvoice.tools`; those of the context unless given.
        flow: The states of a structured conversation, put together by `rxvoice.flow`; the tools
            above may be called in each of them.
        keep_thoughts: Whether what a model thought is remembered, too, for the provider that it
            came from. Within an answer that calls tools it always is.

    Attributes:
        context: The conversation so far.

    Raises:
        TypeError: When ``context`` is neither a `Context` nor a text, or a tool is none.
    """

    def __init__(
        self,
        context: Context | str = "",
        *,
        tools: Tools | Sequence[Tool | Function] | None = None,
        flow: Flow | None = None,
        keep_thoughts: bool = False,
    ) -> None:
        start = Context(context) if isinstance(context, str) else context
        if not isinstance(start, Context):  # pyright: ignore[reportUnnecessaryIsInstance]
            kind = type(start).__name__
            raise TypeError(f"context must be a Context or an instruction, got a {kind}")
        if tools is not None:
            chosen = tools if isinstance(tools, Tools) else put_together(*tools)
            start = replace(start, tools=chosen)
        self.context: Context = start if flow is None else begin(start, flow)
        self.keep_thoughts: bool = keep_thoughts

    def record(self) -> Operator[Event, Event]:
        """Return an operator that passes events on unchanged and folds them into the context.

        When it is unsubscribed, or the stream fails, in the midst of a reply, the words that had
        been played by then are kept as those of an interrupted reply, and its tools as cancelled.

        A command that cannot be carried out is followed by a `Fault` and changes nothing.

        Where the conversation has states, the first item is the `StateEntered` of the one that it
        begins in. A `Goto` becomes one as soon as no reply is in progress, followed by what the bot
        is to do then: `Say` or `RunModel`.
        """

        def recorded(source: Observable[Event]) -> Observable[Event]:
            def subscribe(
                observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
            ) -> abc.DisposableBase:
                fold = _Fold(self)

                def on_next(event: Event) -> None:
                    told = fold.take(event)
                    observer.on_next(event)
                    for item in told:
                        observer.on_next(item)

                ending = Disposable(fold.end)
                with begun(ending):
                    for item in fold.begin():
                        observer.on_next(item)
                    subscription = source.subscribe(
                        on_next, observer.on_error, observer.on_completed, scheduler=scheduler
                    )
                return CompositeDisposable(subscription, ending)

            return Stream(subscribe)

        return recorded


class _Fold:
    """One subscription: the reply that is being played, if any."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._reply: int | None = None
        self._words: list[Word] = []
        self._gotos: list[Goto] = []

    def begin(self) -> list[Event]:
        """Return what is told at the beginning of a conversation that has states."""
        flow = self._memory.context.flow
        if flow is None or flow.current is None or flow.moves:
            return []
        return self._enter(StateEntered(flow.current), speaks=bool(flow.current.greeting))

    def take(self, event: Event) -> list[Event]:
        """Fold an event and return what is to be told behind it."""
        if isinstance(event, AudioFrame):
            return []
        told = self._fold(event)
        while self._gotos and self._reply is None:
            told += self._go(self._gotos.pop(0))
        return told

    def _fold(self, event: Event) -> list[Event]:
        memory = self._memory
        match event:
            case ReplyStarted(number=number):
                self._reply, self._words = number, []
            case ReplyEnded():
                self._reply = None
            case Word() if self._reply is not None:
                self._words.append(event)
            case Goto():
                self._gotos.append(event)
            case ThoughtEnded() if memory.keep_thoughts and event.data:
                memory.context = memory.context.add(thought_message(event))
            case _:
                pass
        try:
            memory.context = advance(memory.context, event)
        except Exception as error:
            told = f"{type(event).__name__} failed: {type(error).__name__}"
            return [Fault("memory", told, cause=error)]
        return []

    def _go(self, goto: Goto) -> list[Event]:
        """Go into another state and return what is told of it."""
        outcome = move(self._memory.context, goto)
        if isinstance(outcome, Refused):
            return [Fault("flow", outcome.reason)]
        return self._enter(outcome, speaks=goto.run)

    def _enter(self, entered: StateEntered, *, speaks: bool) -> list[Event]:
        told: list[Event] = [entered, *self._fold(entered)]
        if speaks:
            greeting = entered.state.greeting
            told.append(Say(greeting) if greeting else RunModel())
        return told

    def end(self) -> None:
        """Take that nothing more will come, for whatever reason."""
        if self._reply is None:
            return
        self._gotos.clear()
        if calls := open_calls(self._memory.context.messages):
            self.take(ToolsCancelled(tuple(calls), "interrupted"))
        self.take(ReplyEnded(self._reply, spoken_text(self._words), interrupted=True))
