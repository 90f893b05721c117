"""What a language model says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text from the language model.

    Attributes:
        text: As it came, blanks included.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of a language model's reasoning; never spoken.

    Attributes:
        text: As it came.
    """

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The language model asks for a tool to be run.

    Attributes:
        id: The model's name for this call.
        name: The tool.
        arguments: Its arguments by name.
    """

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered.

    Attributes:
        id: The id of its `ToolCall`.
        name: The tool.
        result: JSON-compatible value.
    """

    id: str
    name: str
    result: Any = None


@dataclass(frozen=True, slots=True)
class ResponseStarted:
    """The language model was asked.

    Attributes:
        turn: Number of the turn that it answers.
    """

    turn: int


@dataclass(frozen=True, slots=True)
class ResponseEnded:
    """The language model will say no more in this response, for whatever reason.

    Attributes:
        turn: Number of the turn that it answers.
        text: All that it wrote.
        failed: Whether a fault, or the failure of the stream that asked, ended it.
    """

    turn: int
    text: str = ""
    failed: bool = False


Completeness: TypeAlias = Literal["complete", "short", "long"]
"""Whether the user has said all of it; if not, whether they go on soon or need more time."""


@dataclass(frozen=True, slots=True)
class CompletionMark:
    """The language model's judgement of the user's turn, with which its answer began; not spoken.

    Attributes:
        completeness: What it says; an answer to what is not complete is not spoken either.
        marker: The sign that stands for it.
    """

    completeness: Completeness
    marker: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """Text that is ready to be spoken.

    Attributes:
        text: One sentence, or the rest of a response, without surrounding blanks.
    """

    text: str


__all__ = [
    "Completeness",
    "CompletionMark",
    "ResponseEnded",
    "ResponseStarted",
    "Sentence",
    "Thought",
    "Token",
    "ToolCall",
    "ToolResult",
]
