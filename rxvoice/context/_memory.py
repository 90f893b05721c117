"""The current context of one conversation."""

from collections.abc import Sequence
from dataclasses import replace

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.context._advance import advance, open_calls
from rxvoice.context._thoughts import thought_message
from rxvoice.context._tool import Function
from rxvoice.context._tool import tools as put_together
from rxvoice.items import (
    Context,
    Event,
    Fault,
    ReplyEnded,
    ReplyStarted,
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
        keep_thoughts: Whether what a model thought is remembered, too, for the provider that it
            came from. Within an answer that calls tools it always is.

    Attributes:
        context: The conversation so far.

    Raises:
        TypeError: When a tool is none.
    """

    def __init__(
        self,
        context: Context | str = "",
        *,
        tools: Tools | Sequence[Tool | Function] | None = None,
        keep_thoughts: bool = False,
    ) -> None:
        start = Context(context) if isinstance(context, str) else context
        if tools is not None:
            chosen = tools if isinstance(tools, Tools) else put_together(*tools)
            start = replace(start, tools=chosen)
        self.context: Context = start
        self.keep_thoughts: bool = keep_thoughts

    def record(self) -> Operator[Event, Event]:
        """Return an operator that passes events on unchanged and folds them into the context.

        When it is unsubscribed, or the stream fails, in the midst of a reply, the words that had
        been played by then are kept as those of an interrupted reply, and its tools as cancelled.

        A command that cannot be carried out is followed by a `Fault` and changes nothing.
        """

        def recorded(source: Observable[Event]) -> Observable[Event]:
            def subscribe(
                observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
            ) -> abc.DisposableBase:
                fold = _Fold(self)

                def on_next(event: Event) -> None:
                    fault = fold.take(event)
                    observer.on_next(event)
                    if fault is not None:
                        observer.on_next(fault)

                ending = Disposable(fold.end)
                with begun(ending):
                    subscription = source.subscribe(
                        on_next, observer.on_error, observer.on_completed, scheduler=scheduler
                    )
                return CompositeDisposable(subscription, ending)

            return Observable(subscribe)

        return recorded


class _Fold:
    """One subscription: the reply that is being played, if any."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._reply: int | None = None
        self._words: list[Word] = []

    def take(self, event: Event) -> Fault | None:
        memory = self._memory
        match event:
            case ReplyStarted(number=number):
                self._reply, self._words = number, []
            case ReplyEnded():
                self._reply = None
            case Word() if self._reply is not None:
                self._words.append(event)
            case ThoughtEnded() if memory.keep_thoughts and event.data:
                memory.context = memory.context.add(thought_message(event))
            case _:
                pass
        try:
            memory.context = advance(memory.context, event)
        except Exception as error:
            told = f"{type(event).__name__} failed: {type(error).__name__}"
            return Fault("memory", told, cause=error)
        return None

    def end(self) -> None:
        """Take that nothing more will come, for whatever reason."""
        if self._reply is None:
            return
        if calls := open_calls(self._memory.context.messages):
            self.take(ToolsCancelled(tuple(calls), "interrupted"))
        self.take(ReplyEnded(self._reply, spoken_text(self._words), interrupted=True))
