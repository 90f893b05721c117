"""A tool with which a model cancels others."""

from rxvoice.context._tool import tool
from rxvoice.context._tool_use import ToolUse
from rxvoice.items import CancelTool


@tool
async def cancel_tool(use: ToolUse, call: str) -> str:
    """Cancel a tool that is still running and whose result is not wanted any more.

    Args:
        use: This use of the tool.
        call: The id of its call.
    """
    use.send(CancelTool(call))
    return "It is cancelled, if it was still running."


__all__ = ["cancel_tool"]
