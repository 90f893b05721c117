"""What the stop strategies share: waiting for the recogniser."""

from __future__ import annotations

from collections.abc import Callable

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.items import Metric, SpeechStarted, SpeechStopped, Transcript
from rxvoice.operators._latency_of import LATENCY, is_latency
from rxvoice.operators._unheard import unheard


class Patience:
    """Knows, within one turn, whether text exists and whether more of it may still come.

    Args:
        clock: For the timer.
        latency: The recogniser's 99th percentile from the end of speech to the final transcript;
            what it says itself, and 1 s before that, unless given.
        check: Called when the time has run out.

    Attributes:
        latency: That is reckoned with.
    """

    def __init__(
        self, clock: LoopScheduler, latency: float | None, check: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._told = latency is None
        self.latency: float = LATENCY if latency is None else latency
        self._check = check
        self._has_text = False
        self._finalized = False
        self._over = False
        self._began = 0.0
        self._timer = SerialDisposable()

    def metric(self, metric: Metric) -> None:
        """Learn how long the recogniser takes, from the next end of speech on."""
        if self._told and is_latency(metric):
            self.latency = metric.value

    @property
    def known(self) -> bool:
        """Whether there is text, or it is certain that there is none."""
        return self._has_text or self._finalized

    @property
    def finalized(self) -> bool:
        """Whether the recogniser said that no more text will come."""
        return self._finalized

    @property
    def settled(self) -> bool:
        """Whether no more text is to be expected: it was finalised or took too long."""
        return self._finalized or self._over

    def speech_started(self, started: SpeechStarted) -> None:
        """Forget what was settled: more will be said."""
        self._finalized = self._over = False
        self._began = started.speech_pts
        self._timer.disposable = None

    def speech_stopped(self, stopped: SpeechStopped) -> None:
        """Give the recogniser its time, counted from the real end of the speech."""
        self.wait(max(0.0, self.latency - stopped.delay))

    def wait(self, patience: float) -> None:
        """Settle after ``patience`` seconds."""
        self._over = False

        def over() -> None:
            self._over = True
            self._check()

        self._timer.disposable = self._clock.call_later(patience, over)

    def transcript(self, transcript: Transcript) -> None:
        """Take a transcript.

        An interim one with text says that more text will come. A finalised one settles nothing
        when it is about speech before the last start.
        """
        if not transcript.is_final:
            self._finalized = self._finalized and not transcript.text
            return
        self._has_text = self._has_text or bool(transcript.text)
        dated = transcript.end > 0.0
        if transcript.is_finalized and not (dated and transcript.end <= self._began):
            self._finalized = True

    def dispose(self) -> None:
        """Stop the timer."""
        self._timer.dispose()
        self._check = unheard
