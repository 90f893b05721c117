"""What a language model says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text from the language model.

    Attributes:
        text: As it came, blanks included.
        spoken: Whether it goes to the voice. What does not is remembered all the same, once
            everything before it has been heard.
        remembered: Whether it belongs to the history.
        whole: Whether it is one unit, within which no sentence ends and nothing is changed.
    """

    text: str
    spoken: bool = True
    remembered: bool = True
    whole: bool = False


@dataclass(frozen=True, slots=True)
class ThoughtStarted:
    """A language model begins to reason.

    Attributes:
        turn: Number of the turn that it answers.
    """

    turn: int


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of a language model's reasoning; never spoken.

    Attributes:
        text: As it came; empty where only the provider's own form of it is told.
        provider: Whose form ``data`` is.
        data: What the provider wants to be given back, such as a signature; opaque.
    """

    text: str = ""
    provider: str = ""
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class ThoughtEnded:
    """A language model has reasoned.

    Attributes:
        turn: Number of the turn that it answers.
        text: All of it.
        provider: Whose form ``data`` is.
        data: What the provider wants to be given back with the conversation, one entry a piece
            that had some; opaque.
    """

    turn: int
    text: str = ""
    provider: str = ""
    data: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The language model asks for a tool to be run.

    Every call ends once: with its `ToolResult`, or as one of the `ToolsCancelled`.

    Attributes:
        id: The model's name for this call.
        name: The tool.
        arguments: Its arguments by name.
        background: Whether it goes on when the reply that made it is interrupted or over.
    """

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    background: bool = False


@dataclass(frozen=True, slots=True)
class ToolProgress:
    """What a tool that runs in the background has to tell before its result.

    Attributes:
        id: The id of its `ToolCall`.
        name: The tool.
        result: JSON-compatible value.
    """

    id: str
    name: str
    result: Any = None


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered.

    Attributes:
        id: The id of its `ToolCall`.
        name: The tool.
        result: JSON-compatible value.
        run: Whether the model is asked again because of it; None: as usual.
        background: Whether its call ran in the background.
    """

    id: str
    name: str
    result: Any = None
    run: bool | None = None
    background: bool = False


@dataclass(frozen=True, slots=True)
class ToolsCancelled:
    """Tools that were running will give no result.

    Attributes:
        calls: Their calls, in the order in which they were made.
        reason: Why, such as ``"interrupted"``.
    """

    calls: tuple[ToolCall, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CancelTool:
    """A tool that runs in the background is not wanted any more.

    Attributes:
        id: The id of its `ToolCall`.
    """

    id: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where something stands that the model says.

    Attributes:
        title: Of the page.
        url: Its address.
        text: The words that it is the source of, where that is known.
    """

    title: str = ""
    url: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """What a language model searched for and found, told beside its answer.

    Attributes:
        sources: Where it stands.
        queries: What it searched for.
    """

    sources: tuple[Source, ...] = ()
    queries: tuple[str, ...] = ()


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
        text: One sentence, or the rest of a response, without surrounding blanks; of text that is
            not spoken, a piece as it came, blanks included.
        spoken: Whether it goes to the voice.
        remembered: Whether it belongs to the history.
        written: How it was written, where the voice is to say it in other words.
        piece: Whether it is only a piece of one, as it came, blanks included.
    """

    text: str
    spoken: bool = True
    remembered: bool = True
    written: str | None = None
    piece: bool = False


@dataclass(frozen=True, slots=True)
class Tagged:
    """Text that a language model has put between two delimiters, taken out of what it says.

    Attributes:
        name: Of the pair of delimiters.
        text: What stood between them.
        attributes: Those of the opening tag, where it is one.
    """

    name: str
    text: str
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])


__all__ = [
    "CancelTool",
    "Completeness",
    "CompletionMark",
    "ResponseEnded",
    "ResponseStarted",
    "Sentence",
    "Source",
    "Sources",
    "Tagged",
    "Thought",
    "ThoughtEnded",
    "ThoughtStarted",
    "Token",
    "ToolCall",
    "ToolProgress",
    "ToolResult",
    "ToolsCancelled",
]
