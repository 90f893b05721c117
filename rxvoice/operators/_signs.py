"""Signs of life."""

from typing import TypeAlias

from rxvoice.contracts import TurnInput
from rxvoice.items import (
    BotSpeechOngoing,
    BotSpeechStarted,
    BotSpeechStopped,
    Dtmf,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
)

Bot: TypeAlias = BotSpeechStarted | BotSpeechOngoing | BotSpeechStopped


class Signs:
    """Knows who is speaking, or holding a key."""

    def __init__(self) -> None:
        self._speaking: set[str] = set()

    @property
    def speaking(self) -> bool:
        """Whether anybody is."""
        return bool(self._speaking)

    def note(self, item: TurnInput) -> bool:
        """Tell whether an item is a sign of life.

        Audio and blank transcripts are none: they may come all the time while nobody speaks.
        """
        match item:
            case SpeechStarted() | SpeechOngoing():
                self._speaking.add("user")
            case SpeechStopped():
                self._speaking.discard("user")
            case UserStarted():
                self._speaking.add("key")
            case UserStopped():
                self._speaking.discard("key")
            case BotSpeechStarted() | BotSpeechOngoing():
                self._speaking.add("bot")
            case BotSpeechStopped():
                self._speaking.discard("bot")
            case Transcript(text=text):
                return bool(text)
            case _:
                return isinstance(item, Dtmf | UserStopping | UserResumed)
        return True

    def clear(self) -> None:
        """Take everybody for silent."""
        self._speaking.clear()
