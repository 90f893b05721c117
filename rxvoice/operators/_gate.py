"""The inside of `vad_gate`: one subscription."""

import math
from collections import deque
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from reactivex import abc
from reactivex.disposable import SerialDisposable

from rxvoice.clock import LoopScheduler
from rxvoice.contracts import VoiceDetector
from rxvoice.items import AudioFrame, Event, Fault, SpeechOngoing, SpeechStarted, SpeechStopped
from rxvoice.operators._speech_state import SpeechState, SpeechStateMachine, volume
from rxvoice.operators._windows import Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions:
    """The options of `vad_gate`, checked."""

    threshold: float
    min_speech: float
    min_silence: float
    min_volume: float
    prefix_padding: float
    idle_timeout: float
    ongoing_every: float
    mark_only: bool

    def __post_init__(self) -> None:
        for field in fields(self):
            value: float = getattr(self, field.name)
            if field.name in ("threshold", "min_volume") and not 0.0 <= value <= 1.0:
                raise ValueError(f"{field.name} must be in 0…1, got {value}")
            if not 0.0 <= value < math.inf:
                raise ValueError(f"{field.name} must be finite and not negative, got {value}")


class Gate:
    """Judges audio and lets it pass or keeps it.

    Args:
        observer: Gets what passes, and the marks.
        clock: For the idle time-out.
        detector: Judges.
        options: As for `vad_gate`.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        detector: VoiceDetector,
        options: GateOptions,
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._detector = detector
        self._options = options
        self._machine = SpeechStateMachine(
            detector.window / detector.rate,
            threshold=options.threshold,
            min_volume=options.min_volume,
            min_speech=options.min_speech,
            min_silence=options.min_silence,
        )
        self._windows = Windows(detector.rate, detector.window)
        self._prefix: deque[AudioFrame] = deque()
        self._prefix_length = 0.0
        self._next_ongoing = math.inf
        self._failing = False
        self._closed = False
        self._arrived = 0.0
        self._idle = SerialDisposable()

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        if not isinstance(item, AudioFrame):
            self._observer.on_next(item)
            return
        is_open = self._options.mark_only or self._machine.speaking
        if not len(item.samples):
            if is_open:
                self._observer.on_next(item)
            return
        gap = self._windows.gap(item)
        if gap:
            self._bridge(gap)
            is_open = self._options.mark_only or self._machine.speaking
        self._arrived = self._clock.now_seconds
        if is_open:
            self._observer.on_next(item)
        else:
            self._prefix.append(item)
            self._prefix_length += item.duration
        for end, samples in self._windows.push(item):
            if self._closed:
                return
            self._judge(samples, end)
        self._trim()

    def finish(self) -> None:
        """End speech that is under way, for the source has ended."""
        if self._machine.speaking:
            self._stop(self._windows.end, self._machine.leaning)

    def dispose(self) -> None:
        """Release the detector and the timer."""
        if not self._closed:
            self._closed = True
            self._idle.dispose()
            self._prefix.clear()
            self._detector.close()

    def _judge(self, window: NDArray[np.int16], end: float) -> None:
        machine, options = self._machine, self._options
        if machine.step(self._probability(window), volume(window)):
            if machine.speaking:
                self._start(end)
            else:
                self._stop(end, options.min_silence)
        elif machine.state is SpeechState.SPEAKING and end >= self._next_ongoing - 1e-9:
            while self._next_ongoing <= end + 1e-9:  # times are sums of floats
                self._next_ongoing += options.ongoing_every
            self._observer.on_next(SpeechOngoing(end))

    def _probability(self, window: NDArray[np.int16]) -> float:
        try:
            probability = self._detector(window)
        except Exception as error:
            if not self._failing:
                self._failing = True
                message = f"voice detection failed: {error}"
                self._observer.on_next(Fault("vad", message, cause=error))
            return 0.0
        self._failing = False
        return probability

    def _start(self, end: float) -> None:
        options = self._options
        self._next_ongoing = end + options.ongoing_every if options.ongoing_every else math.inf
        self._watch(self._arrived + options.idle_timeout)
        self._observer.on_next(SpeechStarted(end, options.min_speech))
        since = end - options.min_speech - options.prefix_padding
        prefix, self._prefix, self._prefix_length = self._prefix, deque(), 0.0
        for frame in prefix:
            if frame.end > since + 1e-9:
                self._observer.on_next(frame)

    def _stop(self, pts: float, delay: float) -> None:
        self._idle.disposable = None
        self._observer.on_next(SpeechStopped(pts, delay))

    def _trim(self) -> None:
        """Keep no more audio than a start can ask for."""
        prefix, options = self._prefix, self._options
        needed = options.prefix_padding + options.min_speech + self._windows.lag
        while prefix and self._prefix_length - prefix[0].duration >= needed:
            self._prefix_length -= prefix.popleft().duration

    def _bridge(self, gap: float) -> None:
        """Begin anew behind a step in the source's time."""
        if gap < 0.0:
            self._prefix.clear()
            self._prefix_length = 0.0
        if self._machine.speaking and 0.0 < self._options.idle_timeout <= gap:
            self._silenced()
        elif not self._machine.speaking:
            self._machine.reset()
        self._windows.restart()

    def _silenced(self) -> None:
        """Force a stop, for no audio came for the length of the time-out."""
        timeout, silent = self._options.idle_timeout, self._machine.leaning
        self._machine.reset()
        self._detector.reset()
        self._windows.restart()
        self._stop(self._windows.end + timeout, silent + timeout)

    def _watch(self, due: float) -> None:
        """Arm the one timer of this stretch of speech; frames do not touch it."""
        timeout = self._options.idle_timeout
        if timeout <= 0.0:
            return

        def look() -> None:
            due = self._arrived + timeout
            if self._clock.now_seconds < due - 1e-9:
                self._watch(due)
            else:
                self._silenced()

        self._idle.disposable = self._clock.call_at(due, look)
