"""What an interruption policy decides about the reply that is in progress."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pause:
    """The bot's voice has to stop until it is decided whether this is an interruption."""


@dataclass(frozen=True, slots=True)
class Resume:
    """It was none, so far: the voice goes on where it stopped."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """It is one: the reply ends, and what the user says is a turn."""


@dataclass(frozen=True, slots=True)
class Reject:
    """It was none: the turns that have come to their end meanwhile come to nothing.

    Attributes:
        reason: Told in `InterruptionRejected`.
    """

    reason: str = ""


__all__ = ["Interrupt", "Pause", "Reject", "Resume"]
