"""Calling tools as a conversation does."""

from collections.abc import Iterable
from typing import Any

from rxvoice.context import ToolUse
from rxvoice.items import Context, Event, Tool, ToolCall


def by_name(tools: Iterable[Tool]) -> dict[str, Tool]:
    return {tool.name: tool for tool in tools}


class Uses:
    """Calls tools, and keeps what they put into the conversation.

    Attributes:
        events: What they did.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def call(self, tool: Tool, **arguments: Any) -> Any:
        call = ToolCall("1", tool.name, arguments, tool.background)
        assert tool.function is not None
        return await tool.function(ToolUse(call, Context(), None, self.events.append), arguments)
