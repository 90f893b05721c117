"""What the application, or a tool, wants of a conversation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ._context import Context
from ._end_call import EndCall
from ._flow import Goto
from ._message import Message, checked_messages
from ._tool import Tools
from ._verdict import Interrupt


@dataclass(frozen=True, slots=True)
class AppendMessages:
    """Messages are added to the conversation.

    Attributes:
        messages: Oldest first.
        run: Whether the model is asked then.

    Raises:
        TypeError: When ``messages`` hold anything but `Message`.
    """

    messages: tuple[Message, ...]
    run: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "messages", checked_messages(self.messages))


@dataclass(frozen=True, slots=True)
class ReplaceMessages:
    """The messages of the conversation are these from now on.

    Attributes:
        messages: Oldest first.
        run: Whether the model is asked then.

    Raises:
        TypeError: When ``messages`` hold anything but `Message`.
    """

    messages: tuple[Message, ...]
    run: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "messages", checked_messages(self.messages))


@dataclass(frozen=True, slots=True)
class TransformContext:
    """The conversation is changed by a function, applied when its turn has come.

    What was asked for before is done by then, so that nothing of it is lost.

    Attributes:
        function: Returns the changed context.
        run: Whether the model is asked then.
    """

    function: Callable[[Context], Context]
    run: bool = False


@dataclass(frozen=True, slots=True)
class RunModel:
    """The model is asked, with the conversation as it is."""


@dataclass(frozen=True, slots=True)
class Say:
    """The bot says a text, without the model.

    Attributes:
        text: What.
        remembered: Whether it belongs to the history.
    """

    text: str
    remembered: bool = True

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError(f"text must not be blank, got {self.text!r}")


@dataclass(frozen=True, slots=True)
class SetInstruction:
    """The model's instruction is another one from now on.

    Attributes:
        text: The instruction.
        name: Of an addition that it is for; empty for the instruction itself.
    """

    text: str | None
    name: str = ""

    def __post_init__(self) -> None:
        if self.text is None and not self.name:
            raise ValueError("text must be a text where no addition is named")


@dataclass(frozen=True, slots=True)
class SetTools:
    """The model may call other tools from now on.

    Attributes:
        tools: Which.
        note: What is told the model about it, as a remark in the conversation; empty for nothing.
        run: Whether the model is asked then.

    Raises:
        TypeError: When ``tools`` is no `Tools`.
    """

    tools: Tools
    note: str = ""
    run: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.tools, Tools):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"tools must be Tools, got {self.tools!r}")


@dataclass(frozen=True, slots=True)
class SetToolChoice:
    """The model has to call a tool, or must not, from now on.

    Attributes:
        choice: As ``Context.tool_choice``.
    """

    choice: str


@dataclass(frozen=True, slots=True)
class SetSpeaking:
    """Whether what the model writes is spoken from now on; it is remembered in any case.

    Attributes:
        active: Whether it is.
    """

    active: bool


@dataclass(frozen=True, slots=True)
class Summarise:
    """What was said long ago is to be summarised now; see `rxvoice.operators.summarise`.

    What is None is as usual there.

    Attributes:
        keep: How many of the latest messages stay as they are.
        prompt: What the model is asked for.
        max_length: Tokens that the summary may have.
        llm: The model that writes it, a `rxvoice.contracts.Chat`.

    Raises:
        ValueError: When a number cannot be used.
    """

    keep: int | None = None
    prompt: str | None = None
    max_length: int | None = None
    llm: Callable[[Context], Any] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.keep is not None and self.keep < 0:
            raise ValueError(f"keep must not be negative, got {self.keep}")
        if self.max_length is not None and self.max_length < 1:
            raise ValueError(f"max_length must be at least 1, got {self.max_length}")


@dataclass(frozen=True, slots=True)
class ApplySummary:
    """A summary takes the place of the messages that it was made of.

    Nothing happens where the conversation does not begin with these messages any more (behind a
    system message): then it is too late.

    Attributes:
        text: The message that takes their place; the user says it.
        messages: What was summarised.
        number: Counts the summaries that were asked for from 1.

    Raises:
        TypeError: When ``messages`` hold anything but `Message`.
        ValueError: When there is no text or no message.
    """

    text: str
    messages: tuple[Message, ...]
    number: int = 1

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("text must not be blank")
        if not self.messages:
            raise ValueError("messages must not be empty")
        object.__setattr__(self, "messages", checked_messages(self.messages))


Command: TypeAlias = (
    AppendMessages
    | EndCall
    | Goto
    | Interrupt
    | ReplaceMessages
    | RunModel
    | Say
    | SetInstruction
    | SetSpeaking
    | SetToolChoice
    | SetTools
    | Summarise
    | TransformContext
)
"""What `rxvoice.operators.steer` takes from the application."""

__all__ = [
    "AppendMessages",
    "ApplySummary",
    "Command",
    "ReplaceMessages",
    "RunModel",
    "Say",
    "SetInstruction",
    "SetSpeaking",
    "SetToolChoice",
    "SetTools",
    "Summarise",
    "TransformContext",
]
