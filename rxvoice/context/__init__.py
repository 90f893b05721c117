"""The conversation as a pure fold over what was heard and what was played."""

from ._completion import CompletionMarkers
from ._context import Context, Message, advance
from ._memory import Memory

__all__ = ["CompletionMarkers", "Context", "Memory", "Message", "advance"]
