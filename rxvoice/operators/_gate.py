"""The inside of `vad_gate`: one subscription."""

from __future__ import annotations

import math
from collections import deque

from reactivex import abc

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.items import (
    AudioFrame,
    Event,
    Fault,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    VadOptions,
)
from rxvoice.operators._judge import Judge, Judged
from rxvoice.operators._speech_state import SpeechStateMachine


class Gate:
    """Lets audio pass or keeps it, by what is judged of it.

    Args:
        observer: Gets what passes, and the marks.
        clock: For the idle time-out.
        judge: Judges; closed with the gate.
        options: As for `vad_gate`.
        mark_only: Likewise.

    Attributes:
        arrived: When audio came last, on the clock.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        judge: Judge,
        options: VadOptions,
        *,
        mark_only: bool,
    ) -> None:
        self.arrived = 0.0
        self._observer = observer
        self._clock = clock
        self._judge = judge
        self._mark_only = mark_only
        self._machine = SpeechStateMachine(judge.window, options)
        self._prefix: deque[AudioFrame] = deque()
        self._prefix_length = 0.0
        self._end = 0.0
        self._next_ongoing = math.inf
        self._closed = False
        self._idle = SerialDisposable()
        self.change(options)

    def change(self, options: VadOptions) -> None:
        """Go by other options from now on. Speech that is under way stays so."""
        self._options = options
        self._machine.change(options)
        self._judge.hole = options.idle_timeout or math.inf
        self._needed = options.prefix_padding + options.min_speech
        if self._machine.speaking:
            self._begin_to_count(self._end)

    def on_next(self, item: Event) -> None:
        """Take an item from the source, and judge it when it is audio."""
        if isinstance(item, AudioFrame) and len(item.samples):
            self.arrived = self._clock.now_seconds
            self.take(item, self._judge.push(item))
        else:
            self.pass_on(item)

    def pass_on(self, item: Event) -> None:
        """Take an item that there is nothing to judge of."""
        if self._is_open or not isinstance(item, AudioFrame):
            self._observer.on_next(item)

    def take(self, frame: AudioFrame, judged: Judged) -> None:
        """Take audio and what was judged of it."""
        step, end, lag, windows = judged
        if step:
            self._bridge(step)
        self._end = end
        machine = self._machine
        if machine.speaking or self._mark_only:
            self._observer.on_next(frame)
        else:
            self._keep(frame, lag)
        for end, probability, volume in windows:
            if self._closed:
                return
            if isinstance(probability, Exception):
                message = f"voice detection failed: {probability}"
                self._observer.on_next(Fault("vad", message, cause=probability))
                probability = 0.0
            if machine.step(probability, volume):
                if machine.speaking:
                    self._start(end)
                else:
                    self._stop(end, self._options.min_silence)
            elif end >= self._next_ongoing and machine.stable:
                self._go_on(end)

    def finish(self) -> None:
        """End speech that is under way, for the source has ended."""
        if self._machine.speaking:
            self._stop(self._end, self._machine.leaning)

    def dispose(self) -> None:
        """Release the detector and the timer."""
        if not self._closed:
            self._closed = True
            self._idle.dispose()
            self._prefix.clear()
            self._judge.close()

    @property
    def _is_open(self) -> bool:
        return self._mark_only or self._machine.speaking

    def _start(self, end: float) -> None:
        options = self._options
        self._begin_to_count(end)
        self._observer.on_next(SpeechStarted(end, options.min_speech))
        since = end - options.min_speech - options.prefix_padding
        prefix, self._prefix, self._prefix_length = self._prefix, deque(), 0.0
        for frame in prefix:
            if frame.end > since + 1e-9:
                self._observer.on_next(frame)

    def _begin_to_count(self, end: float) -> None:
        """Count towards the next `SpeechOngoing` and the idle time-out."""
        every, timeout = self._options.ongoing_every, self._options.idle_timeout
        self._next_ongoing = end + every - 1e-9 if every else math.inf  # times are sums of floats
        self._idle.disposable = None
        if timeout:
            self._watch(self.arrived + timeout)

    def _go_on(self, end: float) -> None:
        while self._next_ongoing <= end:
            self._next_ongoing += self._options.ongoing_every
        self._observer.on_next(SpeechOngoing(end))

    def _stop(self, pts: float, delay: float) -> None:
        self._idle.disposable = None
        self._next_ongoing = math.inf
        self._observer.on_next(SpeechStopped(pts, delay))

    def _keep(self, frame: AudioFrame, lag: float) -> None:
        """Keep audio that a start may ask for, and no more than that."""
        prefix, new = self._prefix, len(frame.samples) / frame.rate
        prefix.append(frame)
        length = self._prefix_length + new
        needed = self._needed + lag + new  # speech may start in any of the frame's windows
        while length - (oldest := len(prefix[0].samples) / prefix[0].rate) >= needed:
            length -= oldest
            prefix.popleft()
        self._prefix_length = length

    def _bridge(self, step: float) -> None:
        """Begin anew behind a step in the source's time."""
        if step < 0.0:
            self._prefix.clear()
            self._prefix_length = 0.0
        if not self._machine.speaking:
            self._machine.reset()
        elif step >= self._judge.hole:
            self._silenced()

    def _silenced(self) -> None:
        """Force a stop, for no audio came for the length of the time-out."""
        timeout, silent = self._options.idle_timeout, self._machine.leaning
        self._machine.reset()
        self._stop(self._end + timeout, silent + timeout)

    def _watch(self, due: float) -> None:
        """Arm the one timer of this stretch of speech; frames do not touch it."""

        def look() -> None:
            due = self.arrived + self._options.idle_timeout
            if self._clock.now_seconds < due - 1e-9:
                self._watch(due)
            else:
                self._judge.forget()
                self._silenced()

        self._idle.disposable = self._clock.call_at(due, look)
