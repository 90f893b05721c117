"""What a conversation consists of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from ._model import ToolCall

Role: TypeAlias = Literal["system", "developer", "user", "assistant", "tool"]

_ROLES: Final[tuple[str, ...]] = get_args(Role)


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture in a message: its bytes, or where it is.

    Attributes:
        data: The encoded picture; empty where there is a ``url``.
        media_type: Of the data, such as ``"image/jpeg"``.
        url: Where it can be fetched.
        text: What is said about it; empty for nothing.

    Raises:
        ValueError: When there are neither data nor a URL, or both.
    """

    data: bytes = b""
    media_type: str = "image/jpeg"
    url: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        if bool(self.data) == bool(self.url):
            raise ValueError("a picture needs either data or url")


@dataclass(frozen=True, slots=True)
class AudioPart:
    """A recording in a message.

    Attributes:
        data: A WAV file.
        text: What is said about it; empty for nothing.

    Raises:
        ValueError: When there are no data.
    """

    data: bytes
    text: str = ""

    def __post_init__(self) -> None:
        if not self.data:
            raise ValueError("data must not be empty")


Part: TypeAlias = ImagePart | AudioPart
"""What a message may hold besides text."""


@dataclass(frozen=True, slots=True)
class Message:
    """One contribution to a conversation.

    A message with a ``provider`` holds what only that provider understands, such as the signature
    of a thought; the others leave it out.

    Attributes:
        role: Who said it. ``"developer"`` is a remark of the application, ``"tool"`` the answer to
            a call.
        text: What was said; the answer of a tool.
        interrupted: Whether it was cut off; only for the assistant.
        parts: Pictures and recordings, which follow the text.
        calls: The tools that the assistant called.
        answers: The id of the call that a tool's message answers.
        name: Who of several users said it; empty when it does not matter.
        provider: Whose form ``data`` is.
        data: The message in that provider's form.

    Raises:
        TypeError: When ``text`` is no text.
        ValueError: When there is no such role, when a tool's message does not say what it answers,
            or when another one does.
    """

    role: Role
    text: str = ""
    interrupted: bool = False
    parts: tuple[Part, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    answers: str = ""
    name: str = ""
    provider: str = ""
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        if self.role not in _ROLES:
            raise ValueError(f"role must be one of {', '.join(_ROLES)}, got {self.role!r}")
        if not isinstance(self.text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"text must be a text, got a {type(self.text).__name__}")
        if (self.role == "tool") != bool(self.answers):
            raise ValueError("answers is the call that a message of the role tool answers")
        object.__setattr__(self, "parts", tuple(self.parts))
        object.__setattr__(self, "calls", tuple(self.calls))


def checked_messages(messages: object) -> tuple[Message, ...]:
    """Return messages as a conversation holds them.

    Raises:
        TypeError: When they are no sequence of `Message`; it does not tell what was said.
    """
    if not isinstance(messages, Iterable):
        raise TypeError(f"messages must hold Message, got a {type(messages).__name__}")
    held = tuple(cast("Iterable[Any]", messages))
    for one in held:
        if not isinstance(one, Message):
            raise TypeError(f"messages must hold Message, got one {type(one).__name__}")
    return held


__all__ = ["AudioPart", "ImagePart", "Message", "Part", "Role", "checked_messages"]
