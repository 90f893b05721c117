"""The inside of `vad_gate`: one subscription."""

from collections import deque
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from reactivex import abc
from reactivex.disposable import SerialDisposable

from rxvoice.audio import SampleStream
from rxvoice.clock import LoopScheduler
from rxvoice.contracts import VoiceDetector
from rxvoice.items import AudioFrame, Event, Fault, SpeechOngoing, SpeechStarted, SpeechStopped
from rxvoice.operators._speech_state import SpeechStateMachine, volume

MAX_WAITING = 1500
MAX_JITTER = 0.005


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
            if value < 0.0:
                raise ValueError(f"{field.name} must not be negative, got {value}")


class Gate:
    """One subscription of `vad_gate`.

    Samples are counted from the first frame, so that marks fall on the same instants whatever the
    size of the frames. A jump of the frames' ``pts`` moves the count along.
    """

    def __init__(
        self, observer: abc.ObserverBase[Event], clock: LoopScheduler, options: GateOptions
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._options = options
        self._detector: VoiceDetector | None = None
        self._machine: SpeechStateMachine | None = None
        self._waiting: deque[Event] = deque(maxlen=MAX_WAITING)
        self._ended = False
        self._error: Exception | None = None
        self._prefix: deque[AudioFrame] = deque()
        self._resampler: SampleStream | None = None
        self._rate: int = 0
        self._pending: NDArray[np.int16] = np.empty(0, np.int16)
        self._origin = 0.0
        self._taken = 0
        self._judged = 0
        self._end = 0.0
        self._next_ongoing = 0.0
        self._failing = False
        self._arrived = 0.0
        self._idle = SerialDisposable()

    def ready(self, detector: VoiceDetector) -> None:
        """Begin to judge, with what has waited."""
        options = self._options
        self._detector = detector
        self._machine = SpeechStateMachine(
            detector.window / detector.rate,
            threshold=options.threshold,
            min_volume=options.min_volume,
            min_speech=options.min_speech,
            min_silence=options.min_silence,
        )
        while self._waiting:
            self.on_next(self._waiting.popleft())
        if self._ended:
            self._finish()

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        if self._detector is None or self._machine is None:
            self._waiting.append(item)
        elif isinstance(item, AudioFrame):
            self._take(item, self._detector, self._machine)
        else:
            self._observer.on_next(item)

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self._error = error
        self.on_completed()

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        if self._detector is not None:
            self._finish()

    def dispose(self) -> None:
        """Release the detector and the timer."""
        self._idle.dispose()
        self._waiting.clear()
        detector, self._detector = self._detector, None
        if detector is not None:
            detector.close()

    def _finish(self) -> None:
        machine = self._machine
        if machine is not None and machine.speaking:
            self._observer.on_next(SpeechStopped(self._end, machine.leaning))
        if self._error is not None:
            self._observer.on_error(self._error)
        else:
            self._observer.on_completed()

    def _take(
        self, frame: AudioFrame, detector: VoiceDetector, machine: SpeechStateMachine
    ) -> None:
        self._arrived = self._clock.now_seconds
        self._end = frame.end
        if self._options.mark_only or machine.speaking:
            self._pass(frame)
        else:
            self._keep(frame)
        samples = self._at_rate(frame, detector.rate)
        if len(self._pending):
            samples = np.concatenate((self._pending, samples))
        size = detector.window
        for start in range(0, len(samples) - size + 1, size):
            self._judged += size
            self._judge(samples[start : start + size], self._origin + self._judged / detector.rate)
            if self._detector is None:
                return
        self._pending = samples[len(samples) - len(samples) % size :]

    def _judge(self, window: NDArray[np.int16], end: float) -> None:
        detector, machine, options = self._detector, self._machine, self._options
        if detector is None or machine is None:
            return
        try:
            probability = detector(window)
            self._failing = False
        except Exception as error:
            probability = 0.0
            if not self._failing:
                self._failing = True
                self._observer.on_next(
                    Fault("vad", f"voice detection failed: {error}", cause=error)
                )
        changed = machine.step(probability, volume(window))
        if changed and machine.speaking:
            self._observer.on_next(SpeechStarted(end, options.min_speech))
            self._open(end - options.min_speech - options.prefix_padding)
            self._next_ongoing = end + options.ongoing_every
            self._watch()
        elif changed:
            self._idle.disposable = None
            self._observer.on_next(SpeechStopped(end, options.min_silence))
        elif machine.speaking and options.ongoing_every and end >= self._next_ongoing - 1e-9:
            self._next_ongoing += options.ongoing_every
            self._observer.on_next(SpeechOngoing(end))

    def _at_rate(self, frame: AudioFrame, rate: int) -> NDArray[np.int16]:
        if frame.rate != self._rate:
            self._rate = frame.rate
            self._pending = self._pending[:0]
            same = frame.rate == rate
            self._resampler = None if same else SampleStream(frame.rate, rate, low_delay=True)
            self._origin, self._taken, self._judged = frame.pts, 0, 0
        jump = frame.pts - self._origin - self._taken / frame.rate
        if abs(jump) > MAX_JITTER:
            self._origin += jump
        self._taken += len(frame.samples)
        if self._resampler is None:
            return frame.samples
        return self._resampler.push(frame.samples)

    def _keep(self, frame: AudioFrame) -> None:
        options = self._options
        self._prefix.append(frame)
        oldest = frame.end - options.prefix_padding - options.min_speech - 0.1
        while self._prefix[0].end <= oldest:
            self._prefix.popleft()

    def _open(self, since: float) -> None:
        while self._prefix:
            frame = self._prefix.popleft()
            if frame.end > since:
                self._pass(frame)

    def _pass(self, frame: AudioFrame) -> None:
        self._observer.on_next(frame)

    def _watch(self) -> None:
        """Arm the one timer of this stretch of speech; frames do not touch it."""
        timeout = self._options.idle_timeout
        if timeout <= 0.0:
            return

        def look() -> None:
            machine, detector = self._machine, self._detector
            if machine is None or detector is None or not machine.speaking:
                return
            due = self._arrived + timeout
            if self._clock.now_seconds < due - 1e-9:
                self._idle.disposable = self._clock.call_at(due, look)
                return
            silent = machine.leaning
            machine.reset()
            detector.reset()
            self._pending = self._pending[:0]
            self._observer.on_next(SpeechStopped(self._end, silent))

        self._idle.disposable = self._clock.call_at(self._arrived + timeout, look)
