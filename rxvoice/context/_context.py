"""Messages and the reducer."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from rxvoice.items import CompletionMark, Event, ReplyEnded, Turn

Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One contribution to a conversation.

    Attributes:
        role: Who said it.
        text: What was said.
        interrupted: Whether it was cut off; only for the assistant.
    """

    role: Role
    text: str
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What a language model is given: an instruction and the conversation so far.

    Attributes:
        system: The instruction; empty for none.
        messages: Oldest first, without the instruction.
    """

    system: str = ""
    messages: tuple[Message, ...] = ()

    def append(self, role: Role, text: str, *, interrupted: bool = False) -> "Context":
        """Return a context with one more message."""
        message = Message(role, text, interrupted)
        return replace(self, messages=(*self.messages, message))


def advance(context: Context, event: Event) -> Context:
    """Fold one event of a conversation into its context.

    A `Turn` adds the user's words. A `ReplyEnded` adds what the bot was *heard* to say, which is
    nothing when it was cut off before its first word. A `CompletionMark` that says that the user
    has not finished is all that there is of the bot's answer. All other events change nothing.
    """
    match event:
        case Turn(text=text) if text:
            return context.append("user", text)
        case ReplyEnded(spoken=spoken, interrupted=interrupted) if spoken:
            return context.append("assistant", spoken, interrupted=interrupted)
        case CompletionMark(completeness="short" | "long", marker=marker):
            return context.append("assistant", marker)
        case _:
            return context
