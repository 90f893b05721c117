"""What the bot does: replies and their sound."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    """The bot began to work on its answer; it has not spoken yet.

    Attributes:
        number: Number of the turn that it answers.
    """

    number: int


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """The bot's answer is over: spoken to its end, interrupted or failed.

    Attributes:
        number: Number of the turn that it answered.
        spoken: The words that were really played, and among them what is only written.
        interrupted: Whether it was cut off.
    """

    number: int
    spoken: str = ""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class ClearAudio:
    """Whoever holds audio of the bot that was not played yet must drop it now.

    Attributes:
        number: Number of the turn whose reply is dropped.
    """

    number: int = 0


@dataclass(frozen=True, slots=True)
class ReplyPaused:
    """The bot's voice was stopped while it is decided whether the user interrupts it.

    Attributes:
        number: Number of the turn that the reply answers.
    """

    number: int


@dataclass(frozen=True, slots=True)
class ReplyResumed:
    """It was no interruption: the bot's voice goes on where it was stopped.

    Attributes:
        number: Number of the turn that the reply answers.
    """

    number: int


@dataclass(frozen=True, slots=True)
class Uninterruptible:
    """A part of a reply begins, or ends, that nothing may interrupt.

    Attributes:
        active: Whether it begins.
    """

    active: bool


@dataclass(frozen=True, slots=True)
class BotSpeechStarted:
    """The bot begins to be heard.

    Attributes:
        number: Number of the turn that it answers.
        pts: Time on the session's clock.
    """

    number: int = 0
    pts: float = 0.0


@dataclass(frozen=True, slots=True)
class BotSpeechOngoing:
    """The bot is still being heard; sent periodically.

    Attributes:
        number: Number of the turn that it answers.
        pts: Time on the session's clock.
    """

    number: int = 0
    pts: float = 0.0


@dataclass(frozen=True, slots=True)
class BotSpeechStopped:
    """The bot is not heard any more.

    Attributes:
        number: Number of the turn that it answered.
        pts: Time on the session's clock.
    """

    number: int = 0
    pts: float = 0.0


@dataclass(frozen=True, slots=True)
class Played:
    """A sink's report of how much of the bot's audio has really been heard.

    Attributes:
        pts: Everything up to here has, on the session's clock, as in the frames that it was given.
    """

    pts: float


__all__ = [
    "BotSpeechOngoing",
    "BotSpeechStarted",
    "BotSpeechStopped",
    "ClearAudio",
    "Played",
    "ReplyEnded",
    "ReplyPaused",
    "ReplyResumed",
    "ReplyStarted",
    "Uninterruptible",
]
