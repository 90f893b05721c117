"""The conversation as a pure fold over what was heard and what was played."""

from rxvoice.items import AudioPart, Context, ImagePart, Message, Tool, Tools

from ._advance import advance
from ._cancel_tool import cancel_tool
from ._completion import CompletionMarkers
from ._end_call import end_call
from ._file_tools import conversation_tools
from ._files import ContextFiles
from ._flow import flow, state
from ._for_log import for_log
from ._infer import infer
from ._json import from_json, to_json
from ._memory import Memory
from ._parts import audio_part, image_part
from ._tool import tool, tools
from ._tool_use import ToolAnswer, ToolUse

__all__ = [
    "AudioPart",
    "CompletionMarkers",
    "Context",
    "ContextFiles",
    "ImagePart",
    "Memory",
    "Message",
    "Tool",
    "ToolAnswer",
    "ToolUse",
    "Tools",
    "advance",
    "audio_part",
    "cancel_tool",
    "conversation_tools",
    "end_call",
    "flow",
    "for_log",
    "from_json",
    "image_part",
    "infer",
    "state",
    "to_json",
    "tool",
    "tools",
]
