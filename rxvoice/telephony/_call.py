"""What codecs read out of the messages of a telephone line."""

from dataclasses import dataclass
from typing import TypeAlias

from rxvoice.items import (
    AudioFrame,
    Call,
    CallEnded,
    CallPaused,
    CallResumed,
    CallStarted,
    CallUpdated,
    Dtmf,
    Fault,
    Played,
)


@dataclass(frozen=True, slots=True)
class ToLine:
    """A message that the vendor is owed at once, to be sent as it is.

    Attributes:
        message: Text or bytes of a websocket's message.
    """

    message: str | bytes


FromLine: TypeAlias = (
    AudioFrame
    | CallEnded
    | CallPaused
    | CallResumed
    | CallStarted
    | CallUpdated
    | Dtmf
    | Fault
    | Played
    | ToLine
)
"""What a `MediaCodec` reads out of messages."""

__all__ = [
    "Call",
    "CallEnded",
    "CallPaused",
    "CallResumed",
    "CallStarted",
    "CallUpdated",
    "FromLine",
    "ToLine",
]
