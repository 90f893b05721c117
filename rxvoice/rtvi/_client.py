"""A client as far as it is known, and how it is served."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rxvoice.items import Message

from ._options import Reports

MAX_SIZE: Final = 1 << 20
"""Characters or bytes of a message: a photograph, or half a minute of 16 kHz audio, in base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How clients are served.

    Attributes:
        about: What is told of the bot; nothing secret.
        capabilities: What the bot does, as in `rxvoice.rtvi.BotReady`.
        max_size: Characters, or bytes, that a message may have.
        evaluation: Whether Pipecat's evaluation runner may do what it has to: see all calls of
            functions, set the conversation, end it. Never for clients of strangers.
        urls: Whether files may be addresses, which providers, or rxvoice for them, then fetch.
            Not for clients of strangers, who would have them fetch whatever they can reach.

    Raises:
        ValueError: When ``max_size`` is not positive.
    """

    about: Mapping[str, Any] = field(default_factory=lambda: {"library": "rxvoice"})
    capabilities: Mapping[str, bool] = field(default_factory=dict[str, bool])
    max_size: int = MAX_SIZE
    evaluation: bool = False
    urls: bool = False

    def __post_init__(self) -> None:
        if self.max_size < 1:
            raise ValueError(f"max_size must be positive, got {self.max_size}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that is to be answered with speech on or off, unlike the others.

    Attributes:
        messages: The text, as it was put into the conversation.
        usual: Whether answers are spoken otherwise.
        appended: Whether the conversation has it.
        reply: Number of the turn that answers it, once that has begun.
    """

    messages: tuple[Message, ...]
    usual: bool
    appended: bool = False
    reply: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What is known of a client and its conversation.

    Attributes:
        reports: What it is told; `rxvoice.rtvi.rtvi_messages` has to know when this changes.
        ready: Whether it has said that it is.
        version: Of the protocol, as it said it; empty where it said none.
        library: Its library.
        speaking: Whether what the model writes is spoken.
        replying: Number of the turn that is being answered; None for none.
        asked: A text that it sent whose answer is to be spoken, or not, unlike others.
        heard: Seconds of audio that came in messages.
    """

    reports: Reports = field(default_factory=Reports)
    ready: bool = False
    version: str = ""
    library: str = ""
    speaking: bool = True
    replying: int | None = None
    asked: Asked | None = None
    heard: float = 0.0


__all__ = ["MAX_SIZE", "Asked", "Client", "Settings"]
