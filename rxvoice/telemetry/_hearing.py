"""What is known of the user's speech before it is a turn."""

from rxvoice.items import SpeechStarted, Transcript


class Hearing:
    """Since when the user speaks, and when it was recognised.

    Attributes:
        talking: Whether a turn of the user's is under way.
        heard: When the last final transcript came; None when none has.
        latency: Seconds from the end of the speech to the first final transcript.
    """

    def __init__(self) -> None:
        self.talking = False
        self.heard: float | None = None
        self.latency: float | None = None
        self._began: float | None = None

    def speech_started(self, item: SpeechStarted, at: float) -> None:
        """Take that the user speaks; a pause within a turn is none."""
        if not self.talking or self._began is None:
            self._began = at - item.delay
            self.heard = self.latency = None

    def transcript(self, item: Transcript, at: float) -> None:
        """Take what was recognised."""
        if item.is_final:
            self.heard = at

    def start(self, at: float) -> float:
        """Return when the speech began, or a time when that is not known."""
        return at if self._began is None else self._began

    def forget(self) -> None:
        """Take that the turn is over."""
        self.talking = False
        self._began = self.heard = self.latency = None


__all__ = ["Hearing"]
