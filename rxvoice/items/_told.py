"""What is told about a session."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Fault:
    """Something went wrong and the conversation goes on, unless it is fatal.

    Attributes:
        source: The stage or provider that failed, such as ``"llm"``.
        message: One line for people. It holds neither secrets nor speech.
        fatal: Whether no retry can help, for instance with bad credentials.
        cause: The exception behind it; not part of the comparison.
    """

    source: str
    message: str
    fatal: bool = False
    cause: BaseException | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Metric:
    """A measurement.

    Attributes:
        source: The stage or provider, such as ``"tts"``.
        name: What was measured, such as ``"ttfb"``.
        value: Seconds unless the name says otherwise.
    """

    source: str
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Usage:
    """What a provider says it used.

    Attributes:
        source: The provider.
        input_tokens: Tokens read.
        output_tokens: Tokens written.
        characters: Characters spoken.
        audio: Seconds of audio heard or spoken.
        cached_tokens: How many of the tokens read came out of a cache.
        reasoning_tokens: How many of the tokens written were thoughts.
    """

    source: str
    input_tokens: int = 0
    output_tokens: int = 0
    characters: int = 0
    audio: float = 0.0
    cached_tokens: int = 0
    reasoning_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Tokens read and written."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class ExchangeStarted:
    """An exchange of a user's turn and the bot's answer begins; the first is the greeting.

    Attributes:
        number: Counts from 1.
        pts: Time on the session's clock.
    """

    number: int
    pts: float = 0.0


@dataclass(frozen=True, slots=True)
class ExchangeEnded:
    """An exchange is over.

    Attributes:
        number: The number of its `ExchangeStarted`.
        duration: How long it lasted, in seconds.
        interrupted: Whether the user spoke while the bot did.
    """

    number: int
    duration: float = 0.0
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class ResponseLatency:
    """How long the user waited for the bot.

    Attributes:
        value: Seconds from the real end of the user's speech to the first sound of the bot.
        parts: What the time went into, in the order in which it passed.
        first: Whether it is the bot's first word of the session, counted from its beginning.
        breakdown: The value divided among the parts; these add up to it.
    """

    value: float
    parts: tuple[Metric, ...] = ()
    first: bool = False
    breakdown: tuple[Metric, ...] = ()


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one side has said, for the transcript of a session.

    Attributes:
        role: Who.
        text: What was heard; empty where the bot had nothing to say, or was cut off before.
        start: When they began, in seconds on the session's clock.
        end: When they ceased.
        speaker: Which of several users, where the recogniser knows.
        interrupted: Whether the bot was cut off.
        number: Number of the turn that it is, or that it answers.
    """

    role: Literal["user", "assistant"]
    text: str
    start: float = 0.0
    end: float = 0.0
    speaker: str = ""
    interrupted: bool = False
    number: int = 0


__all__ = [
    "ExchangeEnded",
    "ExchangeStarted",
    "Fault",
    "Metric",
    "ResponseLatency",
    "Usage",
    "Utterance",
]
