"""`call_tools`."""

from typing import Any, Literal

from rxvoice._types import Operator
from rxvoice.context import Memory
from rxvoice.contracts import Chat
from rxvoice.items import Event, ResponseEnded, ResponseStarted, Turn
from rxvoice.operators._asking import Asking
from rxvoice.operators._one_by_one import OneByOne, one_by_one


def call_tools(
    llm: Chat,
    memory: Memory,
    /,
    *,
    timeout: float = 15.0,
    apology: str | None = None,
    parallel: bool = True,
    ask_after: Literal["last", "each"] = "last",
    tool_timeout: float | None = None,
    max_rounds: int = 10,
    resources: Any = None,
    name: str = "llm",
) -> Operator[Event, Event]:
    """Run the tools that a model has called, and ask it again with their results.

    It is the second half of `respond`, for replies that begin before it is certain that they are
    wanted: there, ``respond(llm, memory, run_tools=False)`` thinks and `call_tools` acts. All items
    pass; those that come while tools run, or the model is asked again, wait.

    Marbles (one column is 100 ms)::

        said   -1-cE|
        llm        -a|
               ----^-!
        call_tools(llm, Memory())
        out    -1-c(E r 1)(m a)(e|)

        1: ResponseStarted(1)  c: ToolCall("1", "gone")  E: ResponseEnded(1)
        r: ToolResult("1", "gone", anything)  m: Metric("llm", "ttfb", 0.1)  a: Token("Sorry.")
        e: ResponseEnded(1, "Sorry.")

    Args:
        llm: As for `respond`.
        memory: As for `respond`; it has to record what comes out, or the model does not know what
            it answers.
        timeout: As for `respond`.
        apology: As for `respond`.
        parallel: As for `respond`.
        ask_after: As for `respond`.
        tool_timeout: As for `respond`.
        max_rounds: As for `respond`.
        resources: As for `respond`.
        name: As for `respond`.

    Returns:
        The operator. It completes when the source has and the last answer has ended.

    Raises:
        TypeError: As `respond`.
        ValueError: As `respond`.
    """
    asking = Asking(
        llm=llm,
        memory=memory,
        timeout=timeout,
        apology=apology,
        run_tools=True,
        parallel=parallel,
        ask_after=ask_after,
        tool_timeout=tool_timeout,
        max_rounds=max_rounds,
        resources=resources,
        name=name,
    )

    return one_by_one(asking, _take)


def _take(responses: OneByOne, item: Event) -> None:
    """Let everything pass, and go on where a response ends."""
    responses.observer.on_next(item)
    if isinstance(item, ResponseStarted):
        responses.begin(Turn("", item.turn), lambda _: None)
    elif responses.answer is not None:
        responses.busy = isinstance(item, ResponseEnded)
        responses.answer.see(item)
