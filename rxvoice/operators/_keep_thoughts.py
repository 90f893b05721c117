"""`keep_thoughts`."""

from reactivex import Observable, abc

from rxvoice._types import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.items import (
    AppendMessages,
    Event,
    Message,
    ReplyEnded,
    ReplyStarted,
    ThoughtEnded,
    ToolCall,
)


def keep_thoughts() -> Operator[Event, Event]:
    """Keep what the model thought in the conversation, for the provider that wants it back.

    It stands before ``memory.record()``. Thoughts that came with data of their provider, such as a
    signature, are put before what the bot was heard to say after them: `AppendMessages` with a
    message that other providers leave out. Of an answer of which nothing was heard, nothing is
    kept; nor is what was thought before a tool was called, which the provider has been given back
    with the result. All items pass, in order.

    Marbles (one column is 100 ms)::

        events  -s-t-we--r-t-E-|
        keep_thoughts()
        out     -s-t-w(A e)--r-t-E-|

        s: ReplyStarted(1)  w: Word("Four.", 0.0)  e: ReplyEnded(1, "Four.")
        r: ReplyStarted(2)  E: ReplyEnded(2, "")
        t: ThoughtEnded(1, "2 + 2", "gemini", ({"signature": "x"},))
        A: AppendMessages([Message("assistant", "2 + 2", provider="gemini", data=anything)])

    Returns:
        The operator.
    """

    def kept(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            thoughts: list[Message] = []

            def on_next(item: Event) -> None:
                match item:
                    case ThoughtEnded() if item.provider and item.data:
                        thoughts.append(_message(item))
                    case ReplyEnded(spoken=spoken):
                        messages = tuple(thoughts)
                        thoughts.clear()
                        if spoken and messages:
                            observer.on_next(AppendMessages(messages))
                    case ReplyStarted() | ToolCall():
                        thoughts.clear()
                    case _:
                        pass
                observer.on_next(item)

            return source.subscribe(
                on_next,
                observer.on_error,
                observer.on_completed,
                scheduler=loop_scheduler(scheduler),
            )

        return Observable(subscribe)

    return kept


def _message(thought: ThoughtEnded) -> Message:
    data = {"thoughts": [dict(one) for one in thought.data]}
    return Message("assistant", thought.text, provider=thought.provider, data=data)
