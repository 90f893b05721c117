"""What is known of a stream: notes."""

import math
from typing import Any, Final, NamedTuple

from rxvoice.items import AudioFrame

_GAP: Final = 0.25  # seconds; frames come in bursts, and are late


class Note(NamedTuple):
    """Something that happened in a stream.

    Attributes:
        at: Seconds on the session's clock.
        segment: Which subscription it belongs to.
        sign: ``"^"`` subscribed, ``"|"`` completed, ``"#"`` failed, ``"!"`` unsubscribed; empty
            for an item.
        item: The item or the error.
        heard: Of audio, when it begins to be heard, where that is known.
    """

    at: float
    segment: int
    sign: str
    item: Any
    heard: float | None = None

    @property
    def until(self) -> float:
        """When all of it is over: audio may come much sooner than it is heard."""
        if self.heard is None or not isinstance(self.item, AudioFrame):
            return self.at
        return self.heard + self.item.duration


class Playing:
    """Puts the audio of a subscription behind each other, as it is heard.

    Attributes:
        end: When the last of it has been heard, in seconds.
    """

    def __init__(self) -> None:
        self.end: float = -math.inf
        self._rate: int = 0

    def place(self, at: float, frame: AudioFrame) -> float:
        """Say when a frame begins to be heard that came at an instant, in seconds."""
        if at > self.end + _GAP or frame.rate != self._rate:
            self.end, self._rate = at, frame.rate
        heard = self.end
        self.end += frame.duration
        return heard


__all__ = ["Note", "Playing"]
