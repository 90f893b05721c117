"""`respond`."""

from typing import Any, Literal

from rxvoice._types import Operator
from rxvoice.context import Memory
from rxvoice.contracts import Chat
from rxvoice.items import Event, Turn
from rxvoice.operators._asking import Asking
from rxvoice.operators._one_by_one import OneByOne, one_by_one
from rxvoice.operators._tool_loop import Answer


def respond(
    llm: Chat,
    memory: Memory | None = None,
    /,
    *,
    timeout: float = 15.0,
    apology: str | None = None,
    run_tools: bool = True,
    parallel: bool = True,
    ask_after: Literal["last", "each"] = "last",
    tool_timeout: float | None = None,
    max_rounds: int = 10,
    resources: Any = None,
    name: str = "llm",
) -> Operator[Event, Event]:
    """Let a language model answer each turn, with the tools that the conversation has.

    A `Turn` is consumed; for it come `ResponseStarted`, what the model says as it comes (the first
    piece preceded by a `Metric` ``ttfb``), and `ResponseEnded`, always, also after a failure. What
    it thinks stands between `ThoughtStarted` and `ThoughtEnded`. A model that fails, or says
    nothing for ``timeout`` seconds, gives a `Fault`; unless it had begun to speak, the ``apology``
    is said instead. Unsubscribing unsubscribes the model. Empty tokens are left out. Other items
    pass unchanged; turns are answered one after another. When the source fails, so does the stream,
    at once; a response in progress ends first.

    When a response has ended that has `ToolCall` items, their tools run, and are unsubscribed with
    everything else. Each call gives one `ToolResult`, also when its tool fails, takes too long or
    does not exist; with the results the model is asked again, and answers, or calls more. The calls
    of a response that failed come to nothing (`ToolsCancelled`). Tools in the background are not
    run here but by `background_tools`; where a response calls nothing else and says nothing, the
    model is asked again at once, for somebody has to say that something was begun.

    A turn that has an answer already gets it, without the model.

    Marbles (one column is 100 ms)::

        turns  -T-------U------|
        llm     --a-b|
               -^----!
        llm             --#
               ---------^-!
        respond(llm, apology="Pardon?")
        out    -1-(m a)-be--2-(f p g)----|

        T: Turn("Hello.", 1)  1: ResponseStarted(1)  m: Metric("llm", "ttfb", 0.2)
        a: Token("Hi")  b: Token(" there.")  e: ResponseEnded(1, "Hi there.", failed=False)
        U: Turn("Well?", 2)  2: ResponseStarted(2)  #: ConnectionError("lost")
        f: Fault("llm", anything)  p: Token("Pardon?")
        g: ResponseEnded(2, "Pardon?", failed=True)

    Args:
        llm: The model.
        memory: Where the conversation and its tools are; it is read when a turn comes, and when the
            model is asked again, and never written to. The turn itself, the calls and the results
            are added for the model where the memory has not recorded them.
        timeout: Seconds without anything from the model after which it is given up; 0 for never.
            The time that tools take does not count.
        apology: What to say when the model failed before its first word.
        run_tools: Whether tools are run; if not, their calls just pass, for `call_tools`.
        parallel: Whether the tools of one response run at the same time; if not, one after another.
        ask_after: Whether the model is asked again when the last of the tools has its result, or
            with each, the others then being told as running.
        tool_timeout: Seconds that a tool may take which has no timeout of its own.
        max_rounds: How many times the model may call tools in one answer; after that it is told
            not to, and calls come to nothing.
        resources: Given to all tools, as it is.
        name: Source of faults and metrics.

    Returns:
        The operator. It completes when the source has and the last response has ended.

    Raises:
        TypeError: When ``llm`` is no function, or ``memory`` no `Memory`.
        ValueError: When a number is out of range, or ``ask_after`` is neither.
    """
    asking = Asking(
        llm=llm,
        memory=memory,
        timeout=timeout,
        apology=apology,
        run_tools=run_tools,
        parallel=parallel,
        ask_after=ask_after,
        tool_timeout=tool_timeout,
        max_rounds=max_rounds,
        resources=resources,
        name=name,
    )

    return one_by_one(asking, _take)


def _take(answers: OneByOne, item: Event) -> None:
    """Answer a turn; let everything else pass."""
    if isinstance(item, Turn):
        answers.busy = True
        answers.begin(item, Answer.start)
    else:
        answers.observer.on_next(item)
