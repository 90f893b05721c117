"""What the stop strategies share: waiting for the recogniser."""

from collections.abc import Callable

from reactivex.disposable import SerialDisposable

from rxvoice.clock import LoopScheduler
from rxvoice.items import SpeechStopped, Transcript


class Patience:
    """Knows, within one turn, whether text exists and whether more of it may still come.

    Args:
        clock: For the timers.
        latency: The recogniser's 99th percentile from the end of speech to the final transcript.
        check: Called when something may have become true.
    """

    def __init__(self, clock: LoopScheduler, latency: float, check: Callable[[], None]) -> None:
        self.has_text = False
        self.finalized = False
        self._clock = clock
        self._latency = latency
        self._check = check
        self._over = False
        self._timer = SerialDisposable()

    @property
    def settled(self) -> bool:
        """Whether no more text is to be expected: it was finalised or took too long."""
        return self.finalized or self._over

    def speech_started(self) -> None:
        """Forget what was settled: more will be said."""
        self.finalized = self._over = False
        self._timer.disposable = None

    def speech_stopped(self, stopped: SpeechStopped) -> None:
        """Give the recogniser its time, counted from the real end of the speech."""
        self.wait(max(0.0, self._latency - stopped.delay))

    def wait(self, patience: float) -> None:
        """Settle after ``patience`` seconds."""
        self._over = False

        def over() -> None:
            self._over = True
            self._check()

        self._timer.disposable = self._clock.call_later(patience, over)

    def transcript(self, transcript: Transcript) -> None:
        """Take a transcript; an interim one says that the text is not final after all."""
        if transcript.is_final:
            self.has_text = self.has_text or bool(transcript.text)
        self.finalized = transcript.is_final and transcript.is_finalized

    def dispose(self) -> None:
        """Stop the timer."""
        self._timer.dispose()
