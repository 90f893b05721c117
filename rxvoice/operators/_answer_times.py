"""How long a recogniser takes."""

from collections.abc import Callable
from typing import Final

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.items import Metric, SpeechStopped, Transcript

PATIENCE: Final = 2.0
"""Seconds after a transcript until it is known that it was the last one of its speech."""


class AnswerTimes:
    """Measures when final transcripts come, from the real end of the speech.

    Args:
        clock: The session's.
        name: Source of the metrics.
        tell: Called with a metric.

    Attributes:
        timer: Waits for the last transcript.
    """

    def __init__(self, clock: LoopScheduler, name: str, tell: Callable[[Metric], None]) -> None:
        self.timer = SerialDisposable()
        self._clock = clock
        self._name = name
        self._tell = tell
        self._end: float | None = None
        self._last: float | None = None

    def speech_started(self) -> None:
        """Measure nothing until that speech has ended."""
        self._end = self._last = None
        self.timer.disposable = None

    def speech_stopped(self, stopped: SpeechStopped) -> None:
        """Begin to measure."""
        self.speech_started()
        self._end = self._clock.now_seconds - stopped.delay

    def transcript(self, transcript: Transcript) -> None:
        """Take a transcript: the first one is told of at once, the last one when it is known."""
        if self._end is None or not (transcript.is_final and transcript.text):
            return
        took = self._clock.now_seconds - self._end
        if self._last is None:
            self._tell(Metric(self._name, "latency", took))
        self._last = took
        self.timer.disposable = self._clock.call_later(PATIENCE, self._settle)

    def _settle(self) -> None:
        took, self._end, self._last = self._last, None, None
        if took is not None:
            self._tell(Metric(self._name, "last_transcript", took))


__all__ = ["AnswerTimes"]
