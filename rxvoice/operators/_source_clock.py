"""The time of a source between its items."""

from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame, SpeechOngoing, SpeechStarted, SpeechStopped, Transcript


class SourceClock:
    """Knows the source's time, which goes on with the session's clock while nothing comes.

    Args:
        clock: The session's clock.
    """

    def __init__(self, clock: LoopScheduler) -> None:
        self._clock = clock
        self._latest = 0.0
        self._at = clock.now_seconds

    @property
    def now(self) -> float:
        """Seconds on the source's clock."""
        return self._latest + self._clock.now_seconds - self._at

    def heard(self, frame: AudioFrame) -> None:
        """Learn the time from the user's audio."""
        self._latest, self._at = frame.end, self._clock.now_seconds

    def note(self, item: object) -> None:
        """Learn the time from an item of the user's."""
        match item:
            case AudioFrame(end=time):
                pass
            case Transcript(end=time) if time > self._latest:
                pass
            case SpeechStarted(pts=time) | SpeechOngoing(pts=time) | SpeechStopped(pts=time):
                pass
            case _:
                return
        self._latest, self._at = time, self._clock.now_seconds
