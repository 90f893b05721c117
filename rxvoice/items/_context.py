"""The conversation as a language model is given it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ._flow import Flow
from ._message import Message, Role, checked_messages
from ._tool import Tools

_NO_TOOLS: Final = Tools()


@dataclass(frozen=True, slots=True)
class Context:
    """What a language model is given: an instruction, the conversation so far, and tools.

    Attributes:
        system: The instruction; empty for none.
        messages: Oldest first, without the instruction.
        tools: What the model may call.
        tool_choice: ``"auto"``, ``"none"``, ``"required"``, or the name of the tool to be called.
        additions: What is added to the instruction while it holds, by name.
        speaking: Whether what the model writes is spoken.
        flow: The states that it may be in, and the one that it is in; None where it has none.

    Raises:
        TypeError: When ``tools`` is no `Tools`, or ``messages`` hold anything but `Message`.
    """

    system: str = ""
    messages: tuple[Message, ...] = ()
    tools: Tools = _NO_TOOLS
    tool_choice: str = "auto"
    additions: tuple[tuple[str, str], ...] = ()
    speaking: bool = True
    flow: Flow | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.tools, Tools):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"tools must be Tools, got {self.tools!r}")
        object.__setattr__(self, "messages", checked_messages(self.messages))
        object.__setattr__(self, "additions", tuple(self.additions))

    @property
    def instruction(self) -> str:
        """The instruction with all that is added to it."""
        return "\n\n".join(filter(None, [self.system, *(text for _, text in self.additions)]))

    def append(self, role: Role, text: str, *, interrupted: bool = False) -> "Context":
        """Return a context with one more message."""
        return self.add(Message(role, text, interrupted))

    def add(self, *messages: Message) -> "Context":
        """Return a context with more messages."""
        more = object.__new__(type(self))  # what is there was checked, and may be long
        for name in self.__match_args__:
            object.__setattr__(more, name, getattr(self, name))
        object.__setattr__(more, "messages", (*self.messages, *checked_messages(messages)))
        return more

    def with_messages(self, messages: Sequence[Message]) -> "Context":
        """Return a context with other messages."""
        return replace(self, messages=messages)

    def with_addition(self, name: str, text: str | None) -> "Context":
        """Return a context whose instruction has an addition; without it when ``text`` is None.

        An addition of the same name keeps its place.
        """
        if text is None:
            return replace(self, additions=tuple(a for a in self.additions if a[0] != name))
        if any(known == name for known, _ in self.additions):
            changed = tuple((n, text if n == name else t) for n, t in self.additions)
            return replace(self, additions=changed)
        return replace(self, additions=(*self.additions, (name, text)))


__all__ = ["Context"]
