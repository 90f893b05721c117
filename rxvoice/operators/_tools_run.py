"""`tools_run`."""

from rxvoice.contracts import Condition
from rxvoice.operators._claim import claim
from rxvoice.operators._running_calls import RunningCalls


def tools_run() -> Condition:
    """Hold while a tool runs that the language model called.

    That is from a `ToolCall` to the `ToolResult` with the same id, for as many calls as run at the
    same time. A call of a tool that does not exist ends with its result like any other; a call
    without one ends with its reply. Results of unknown calls say nothing.

    Marbles (one column is 20 ms)::

        events  -a-b-x-A-B-a-e|
        tools_run()
        out     ny-------n-y-n|

        a: ToolCall("1", "weather")  A: ToolResult("1", "weather", "sunny")
        b: ToolCall("2", "no_such_tool")  B: ToolResult("2", "no_such_tool", "unknown tool")
        x: ToolResult("9", "unknown")  e: ReplyEnded(1)  y: True  n: False

    Returns:
        The condition.
    """
    return claim(lambda: RunningCalls().take)
