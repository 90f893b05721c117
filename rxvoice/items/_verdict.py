"""What is decided about the reply that is in progress."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pause:
    """The bot's voice has to stop until it is decided whether this is an interruption."""


@dataclass(frozen=True, slots=True)
class Resume:
    """It was none, so far: the voice goes on where it stopped."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The reply in progress ends: what is being said is cut off.

    From a policy it says that this is an interruption, and what the user says is a turn. It is a
    command, too: then it does nothing where there is no reply. Either waits for the end of what is
    `rxvoice.operators.uninterruptible`.
    """


@dataclass(frozen=True, slots=True)
class Reject:
    """It was none: the turns that have come to their end meanwhile come to nothing.

    Attributes:
        reason: Told in `InterruptionRejected`.
    """

    reason: str = ""


__all__ = ["Interrupt", "Pause", "Reject", "Resume"]
