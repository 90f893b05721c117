"""Spans as values: what happened from when to when, and inside of what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

Attribute: TypeAlias = str | bool | int | float | Sequence[str] | Sequence[float]
"""Value of an attribute of a span, as OpenTelemetry has them."""

SpanKind: TypeAlias = Literal["conversation", "turn", "stt", "llm", "tts", "tool"]
"""What a span is about."""

CONVERSATION: Final = 0
"""Number of the span that all others of a call are in."""


def _none() -> dict[str, Attribute]:
    return {}


@dataclass(frozen=True, slots=True)
class SpanStarted:
    """Something begins.

    Attributes:
        span: Its number, which no other span of the call has.
        parent: Number of the span that it is a part of; None for the conversation.
        kind: What it is.
        name: For people, such as ``"chat gpt-5"``.
        at: When, in seconds on the session's clock; it may be past.
        attributes: What is known of it by then.
    """

    span: int
    parent: int | None
    kind: SpanKind
    name: str
    at: float
    attributes: Mapping[str, Attribute] = field(default_factory=_none, hash=False)


@dataclass(frozen=True, slots=True)
class SpanMarked:
    """Something happened in a span that goes on.

    Attributes:
        span: Its number.
        name: What, such as ``"fault"``.
        at: When, in seconds on the session's clock.
        attributes: More about it.
    """

    span: int
    name: str
    at: float
    attributes: Mapping[str, Attribute] = field(default_factory=_none, hash=False)


@dataclass(frozen=True, slots=True)
class SpanEnded:
    """Something is over.

    Attributes:
        span: The number of its `SpanStarted`.
        at: When, in seconds on the session's clock; it may be past, and is not before it started.
        attributes: What has become known of it since.
        error: Why it failed, in one line; empty when it did not.
    """

    span: int
    at: float
    attributes: Mapping[str, Attribute] = field(default_factory=_none, hash=False)
    error: str = ""


SpanEvent: TypeAlias = SpanStarted | SpanMarked | SpanEnded
"""What is told of spans."""

__all__ = [
    "CONVERSATION",
    "Attribute",
    "SpanEnded",
    "SpanEvent",
    "SpanKind",
    "SpanMarked",
    "SpanStarted",
]
