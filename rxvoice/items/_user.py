"""What the user does besides speaking, and what is found of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UserStarted:
    """Somebody else decided that the user takes the floor: a recogniser, or a key that is pressed.

    Attributes:
        source: Who says so, such as ``"flux"`` or ``"push_to_talk"``.
        pts: Time on the source's clock.
    """

    source: str = ""
    pts: float = 0.0


@dataclass(frozen=True, slots=True)
class UserStopped:
    """Somebody else decided that the user gives the floor back.

    Attributes:
        source: Who says so, such as ``"flux"`` or ``"push_to_talk"``.
        pts: Time on the source's clock.
    """

    source: str = ""
    pts: float = 0.0


@dataclass(frozen=True, slots=True)
class UserStopping:
    """Somebody else guesses that the user is about to give the floor back.

    It is followed by `UserStopped`, or by `UserResumed` when the guess was wrong.

    Attributes:
        source: Who says so, such as ``"flux"``.
        pts: Time on the source's clock.
    """

    source: str = ""
    pts: float = 0.0


@dataclass(frozen=True, slots=True)
class UserResumed:
    """The user went on: the last `UserStopping` was wrong.

    Attributes:
        source: Who says so, such as ``"flux"``.
        pts: Time on the source's clock.
    """

    source: str = ""
    pts: float = 0.0


@dataclass(frozen=True, slots=True)
class WakePhraseHeard:
    """The user said the phrase that wakes the agent.

    Attributes:
        phrase: The phrase, as it was configured.
    """

    phrase: str


@dataclass(frozen=True, slots=True)
class WakePhraseTimedOut:
    """The agent went back to sleep and waits for its wake phrase."""


@dataclass(frozen=True, slots=True)
class UserMuted:
    """From now on what the user does is ignored, or no longer ignored.

    Attributes:
        muted: Whether it is ignored.
    """

    muted: bool


@dataclass(frozen=True, slots=True)
class UserIdle:
    """Nobody has spoken since the bot did.

    Attributes:
        count: How often in a row, from 1.
    """

    count: int = 1


__all__ = [
    "UserIdle",
    "UserMuted",
    "UserResumed",
    "UserStarted",
    "UserStopped",
    "UserStopping",
    "WakePhraseHeard",
    "WakePhraseTimedOut",
]
