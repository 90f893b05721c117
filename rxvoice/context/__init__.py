"""The conversation as a pure fold over what was heard and what was played."""

from rxvoice.items import AudioPart, Context, ImagePart, Message, Tool, Tools

from ._advance import advance
from ._completion import CompletionMarkers
from ._memory import Memory
from ._tool import tool, tools
from ._tool_use import ToolAnswer, ToolUse

__all__ = [
    "AudioPart",
    "CompletionMarkers",
    "Context",
    "ImagePart",
    "Memory",
    "Message",
    "Tool",
    "ToolAnswer",
    "ToolUse",
    "Tools",
    "advance",
    "tool",
    "tools",
]
