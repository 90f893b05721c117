"""`end_call`."""

from rxvoice.context._tool import tool
from rxvoice.context._tool_use import ToolAnswer
from rxvoice.items import EndCall


@tool
async def end_call() -> ToolAnswer:
    """End the call, once the user has said goodbye or wants nothing more.

    What you say then is heard to its end first.
    """
    told = "The call ends when you have finished. Say goodbye, unless you have done so."
    return ToolAnswer(told, commands=(EndCall("the agent has ended it"),))


__all__ = ["end_call"]
