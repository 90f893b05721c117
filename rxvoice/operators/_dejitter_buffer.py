"""The inside of `dejitter`: one subscription."""

import math
from collections import deque
from typing import Final

from reactivex import abc

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame, Event, Metric

from ._dejitter_arrivals import GRAIN, Arrivals
from ._dejitter_sequence import Sequence

_EARLY: Final = 1e-6
"""Seconds by which sums of floats may differ."""

_TELL: Final = 5.0
"""Seconds between two metrics of a kind, at least."""


class Buffer:
    """Holds frames until they are due, and other items until the audio before them has left.

    A single timer waits for the first frame, or for a piece that is missing before it.

    Args:
        observer: Who gets everything.
        clock: Of the session.
        delay: Seconds of delay at least.
        max_delay: Seconds of delay at most, and of audio that is held.
        max_gap: Seconds of a gap that is made up.
        name: Source of the metrics.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        *,
        delay: float,
        max_delay: float,
        max_gap: float,
        name: str,
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._most = max_delay
        self._name = name
        self._arrivals = Arrivals(delay, max_delay)
        self._frames = Sequence(max_delay, max_gap)
        self._others: deque[tuple[float, Event]] = deque()
        self._told = {"concealed": 0.0, "late": 0.0}
        self._told_in_all = 0.0
        self._told_at = -math.inf
        self._armed = math.inf
        self._timer = SerialDisposable()
        self._turning = False
        self._disposed = False

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        if isinstance(item, AudioFrame) and len(item.samples):
            self._take(item)
        elif self._frames or self._turning:
            self._others.append((self._frames.latest, item))
        else:
            self._observer.on_next(item)

    def on_error(self, error: Exception) -> None:
        """Let go of all, then fail."""
        self._end()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Let go of all, then complete."""
        self._end()
        self._observer.on_completed()

    def dispose(self) -> None:
        """Forget what is held."""
        self._disposed = True
        self._timer.dispose()
        self._frames.clear()
        self._others.clear()

    def _take(self, frame: AudioFrame) -> None:
        frames, arrivals, now = self._frames, self._arrivals, self._clock.now_seconds
        if frames.continues(frame) and not self._turning:
            duration = frame.duration
            end = frame.pts + duration
            arrivals.note(end, duration, now)
            if arrivals.due(end) <= now + GRAIN:
                frames.let_pass(frame, end, duration)
                self._observer.on_next(frame)
                self._tell(now)
                return
            frames.put(frame, now)
        else:
            if frames.begins_anew(frame):
                self._turn(everything=True)
                frames.restart()
                arrivals.restart()
            if frames.comes_late(frame):
                arrivals.regret(frame.end, now)
            if frames.put(frame, now):
                arrivals.note(frame.end, frame.duration, now)
        if not self._turning:  # else somebody who hears an item made this one come in
            self._turn()

    def _turn(self, *, everything: bool = False) -> None:
        """Let go of what is due, and wait for what comes next."""
        outer, self._turning = self._turning, True
        try:
            while not self._disposed:
                self._pass_others()
                if not self._frames:
                    return
                if not (everything or self._frames.length_behind > self._most + _EARLY):
                    end, missing, came = self._frames.next()
                    due = self._arrivals.due(end) + (GRAIN if missing else 0.0)
                    due = min(due, came + self._most)
                    if due - self._clock.now_seconds > (0.0 if missing else GRAIN) + _EARLY:
                        self._wait(due)
                        return
                frame = self._frames.take()
                if frame is not None:
                    self._observer.on_next(frame)
                    self._tell(self._clock.now_seconds)
        finally:
            self._turning = outer

    def _wait(self, due: float) -> None:
        """Be woken when something is due; a timer that wakes earlier is left alone."""
        if due < self._armed - _EARLY:
            self._armed = due
            self._timer.disposable = self._clock.call_at(due, self._ring)

    def _ring(self) -> None:
        self._armed = math.inf
        self._turn()

    def _pass_others(self) -> None:
        """Let go of the items before which all audio has left."""
        frames = self._frames
        while self._others and (not frames or self._others[0][0] <= frames.end + _EARLY):
            self._observer.on_next(self._others.popleft()[1])

    def _tell(self, now: float) -> None:
        made, late = self._frames.made, self._frames.late
        if made + late == self._told_in_all or now < self._told_at + _TELL:
            return
        self._told_in_all = made + late
        for kind, sofar in (("concealed", made), ("late", late)):
            if (fresh := sofar - self._told[kind]) and not self._disposed:
                self._told[kind], self._told_at = sofar, now
                self._observer.on_next(Metric(self._name, kind, fresh))

    def _end(self) -> None:
        self._turn(everything=True)
        self._tell(math.inf)
        self.dispose()


__all__ = ["Buffer"]
