"""`summarise`."""

from __future__ import annotations

import reactivex as rx
from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.aio._edge import edge
from rxvoice.clock import loop_scheduler
from rxvoice.context import Memory
from rxvoice.context._summary import FORM, PROMPT
from rxvoice.contracts import Chat
from rxvoice.items import Event, Summarise
from rxvoice.operators._summaries import Summaries, Wishes


def summarise(
    llm: Chat,
    memory: Memory,
    /,
    *,
    requests: Observable[Summarise] | None = None,
    max_tokens: int | None = 8000,
    max_messages: int | None = 20,
    keep: int = 4,
    prompt: str = PROMPT,
    form: str = FORM,
    max_length: int = 2000,
    timeout: float = 120.0,
) -> Operator[Event, Event]:
    """Have a model summarise the beginning of a conversation that has become long.

    It stands before ``memory.record()``. When a `ResponseStarted` comes by and the conversation
    has reached ``max_tokens`` or ``max_messages``, the model is asked beside the conversation.
    What it writes comes as `ApplySummary`: one message that takes the place of what was summarised,
    if that still stands there. A system message at the beginning stays, and so do the last
    ``keep`` messages, and calls without an answer with all that follows them; where nothing is
    left but one message, nothing happens.

    One summary is asked for at a time; what asks for another one meanwhile is ignored. A reply that
    is interrupted makes room for one: what is under way may still come until then. A `Summarise`
    that comes by, or by ``requests``, asks for one now, however short the conversation is. A model
    that fails, says nothing, or takes too long gives a `Fault` that is not fatal. All items pass,
    in order. When the source ends, so does what is under way.

    Marbles (one column is 100 ms)::

        events  -s-------s----|
        llm      --x-y|
                -^----!
        llm              -#
                ---------^!
        summarise(llm, Memory(Context("", (Message("user", "Hm."),) * 6)), form="({summary})")
        out     -s----A--sf---|

        s: Summarise()  x: Token("They")  y: Token(" hesitate.")
        A: ApplySummary("(They hesitate.)", (Message("user", "Hm."),) * 2)
        f: Fault("summary", anything, fatal=False)

    Args:
        llm: The model; a small one will do.
        memory: Where the conversation is; it is not written to.
        requests: Asks for summaries from outside.
        max_tokens: Estimated tokens, a quarter of the characters and something for each message,
            without the instruction; None for any number. The defaults of this and of the next two
            are Pipecat's.
        max_messages: Messages, without a system message at the beginning; None for any number.
        keep: How many of the latest messages stay as they are.
        prompt: What the model is asked for.
        form: The message that takes the place of what was summarised; ``{summary}`` is the text.
        max_length: Tokens that the summary may have.
        timeout: Seconds after which a summary is given up.

    Returns:
        The operator.

    Raises:
        TypeError: When ``llm`` is no function, or ``memory`` no `Memory`.
        ValueError: When a number cannot be used, or ``form`` has no place for the summary.
    """
    if not isinstance(memory, Memory):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"memory must be a Memory, got a {type(memory).__name__}")
    wishes = Wishes(
        llm=llm,
        max_tokens=max_tokens,
        max_messages=max_messages,
        keep=keep,
        prompt=prompt,
        form=form,
        max_length=max_length,
        timeout=timeout,
    )

    def summarised(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            summaries = Summaries(observer, clock, memory, wishes)
            own = CompositeDisposable(summaries.subscription)

            def on_error(error: Exception) -> None:
                own.dispose()
                observer.on_error(error)

            def on_completed() -> None:
                own.dispose()
                observer.on_completed()

            with begun(own):
                asked = rx.never() if requests is None else edge(requests, "requests")
                own.add(
                    asked.subscribe(summaries.begin, summaries.requests_failed, scheduler=clock)
                )
                own.add(
                    source.subscribe(summaries.on_next, on_error, on_completed, scheduler=clock)
                )
            return own

        return Stream(subscribe)

    return summarised
