"""The end of a call, as somebody wants it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EndCall:
    """The call is to end.

    Unless it is at once, `rxvoice.operators.steer` waits until everything has been heard that the
    bot is saying, and was asked to say before, and then gives another one that is at once.

    Attributes:
        reason: Why, for whoever watches.
        at_once: Whether what the bot is saying is cut off.
    """

    reason: str = ""
    at_once: bool = False


__all__ = ["EndCall"]
