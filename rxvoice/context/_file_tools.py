"""Tools by which a model keeps conversations."""

from typing import Any

from rxvoice.context._advance import open_calls
from rxvoice.context._files import ContextFiles
from rxvoice.context._tool import tool
from rxvoice.context._tool_use import ToolAnswer, ToolUse
from rxvoice.items import Context, Message, ReplaceMessages, Tool

LOADED = "(The conversation {name} was loaded. It is what has been said so far.)"


def conversation_tools(files: ContextFiles, /) -> tuple[Tool, ...]:
    """Make tools by which the model saves the conversation, lists files and loads one.

    They are called ``save_conversation``, ``list_conversations`` and ``load_conversation``. What is
    saved is the conversation without the calls that are under way. What is loaded takes the place
    of the messages of the running conversation, with a remark behind it; the instruction and the
    tools stay.

    Args:
        files: Where they are.

    Returns:
        The tools.
    """

    @tool
    async def save_conversation(use: ToolUse) -> dict[str, Any]:
        """Save the conversation to a file."""
        return {"saved": await files.save(_settled(use.context))}

    @tool
    async def list_conversations() -> dict[str, Any]:
        """List the files of the conversations that were saved; their names tell date and time."""
        return {"files": list(await files.names())}

    @tool
    async def load_conversation(use: ToolUse, name: str) -> ToolAnswer:
        """Load a conversation that was saved, and go on with it.

        Args:
            use: Not told the model.
            name: The name of its file, from the list.
        """
        try:
            loaded = await files.load(name, tools=use.context.tools)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            return ToolAnswer({"error": f"{name} cannot be loaded: {reason}"})
        remark = Message("developer", LOADED.format(name=name))
        return ToolAnswer({"loaded": name}, commands=(ReplaceMessages((*loaded.messages, remark)),))

    return save_conversation, list_conversations, load_conversation


def _settled(context: Context) -> Context:
    """Return a conversation up to the first call that has no answer."""
    waiting = {call.id for call in open_calls(context.messages)}
    for place, message in enumerate(context.messages):
        if any(call.id in waiting for call in message.calls):
            return context.with_messages(context.messages[:place])
    return context


__all__ = ["conversation_tools"]
