"""Faults of single messages, as data."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from ._exchange import Message
from ._faults import Fault, check_at_least


class Wrong(Enum):
    """Stands for a value of whatever type is wrong."""

    TYPE = "wrong type"


@dataclass(frozen=True, slots=True)
class MessageFault(Fault):
    """A fault of one message.

    Attributes:
        after: How many messages come before it.
    """

    after: int = 0

    def __post_init__(self) -> None:
        check_at_least("after", self.after, 0)


@dataclass(frozen=True, slots=True)
class Garble(MessageFault):
    """Cut a message off in its middle: malformed JSON, or audio that ends inside of a sample."""


@dataclass(frozen=True, slots=True)
class Mistype(MessageFault):
    """Give one field of a message a value of a wrong type.

    Attributes:
        field: Where, names and list indices joined by dots: ``"channel.alternatives.0.words"``.
            Without it the seed chooses, among all but those that tell the message's type.
        value: What it becomes. Without it text becomes a number, and everything else text.
        seed: Chooses the field.
    """

    field: str | None = None
    value: Any = Wrong.TYPE
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Insert(MessageFault):
    """Say something that the script did not ask for.

    Attributes:
        message: A JSON object, text or bytes. Without it a message of a type that the vendor's
            clients do not know.
    """

    message: Message | None = None


@dataclass(frozen=True, slots=True)
class Fail(MessageFault):
    """Insert the vendor's own message that something failed.

    Attributes:
        text: What it says.
    """

    text: str = "The server had an error while processing your request."


@dataclass(frozen=True, slots=True)
class Duplicate(MessageFault):
    """Send a message twice."""


@dataclass(frozen=True, slots=True)
class Swap(MessageFault):
    """Let a message and the one after it change places."""


@dataclass(frozen=True, slots=True)
class Lose(MessageFault):
    """Leave a message out."""


@dataclass(frozen=True, slots=True)
class Corrupt(MessageFault):
    """Flip a bit of a message's frame, which breaks the websocket's or HTTP's own rules."""


@dataclass(frozen=True, slots=True)
class Endless(MessageFault):
    """Send a message again and again until the client leaves.

    Attributes:
        every: Seconds between two of them.
    """

    every: float = 0.02

    def __post_init__(self) -> None:
        check_at_least("after", self.after, 0)
        if self.every <= 0.0:
            raise ValueError(f"every must be positive, got {self.every}")


__all__ = [
    "Corrupt",
    "Duplicate",
    "Endless",
    "Fail",
    "Garble",
    "Insert",
    "Lose",
    "MessageFault",
    "Mistype",
    "Swap",
    "Wrong",
]
