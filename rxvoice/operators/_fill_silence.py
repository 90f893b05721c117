"""`fill_silence`."""

from __future__ import annotations

import math

import numpy as np
from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import AudioFrame, ClearAudio, Event

PATIENCE = 0.01
EARLY = 1e-6  # times are sums of floats, and a loop may round them to its resolution


def fill_silence(
    *, rate: int, chunk: float = 0.04, end_silence: float = 2.0
) -> Operator[Event, Event]:
    """Send silence while the bot is not heard, for lines that must never run dry.

    It stands at the end of a pipe, before the sink. Whenever nothing has come that is to be heard
    now, a chunk of silence does, 10 ms late, so that audio that comes in time is never preceded by
    one. What the bot says behind a chunk is heard up to ``chunk`` later than its ``pts``. When the
    source completes, ``end_silence`` follows, so that no sink cuts the last word off, and then the
    end. All items pass, in order and at once.

    (`pace` can do both within one reply.)

    Marbles (one column is 40 ms, within 10 ms)::

        bot  ---bb---|
        fill_silence(rate=16000, end_silence=0.08)
        out  zzzbbzzzzz|

        b: speech(0.04)  z: quiet(0.04)

    Args:
        rate: Sample rate of the silence in Hz; it should be that of the bot's audio.
        chunk: Length of a chunk in seconds.
        end_silence: Seconds of silence after the end (Pipecat's value).

    Returns:
        The operator. It fails at once when the source does.

    Raises:
        ValueError: When an argument is out of range.
    """
    if rate < 1:
        raise ValueError(f"rate must be positive, got {rate}")
    if not 0.01 <= chunk < math.inf:
        raise ValueError(f"chunk must be at least 0.01 s, got {chunk}")
    if not end_silence >= 0.0:
        raise ValueError(f"end_silence must not be negative, got {end_silence}")

    def filled(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            filler = _Filler(observer, clock, rate, chunk, end_silence)
            filler.wait()
            with begun(filler.timer):
                subscription = source.subscribe(
                    filler.on_next, filler.on_error, filler.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, filler.timer)

        return Stream(subscribe)

    return filled


class _Filler:
    """One subscription: up to when there is something to be heard."""

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        rate: int,
        chunk: float,
        end_silence: float,
    ) -> None:
        self.timer = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._rate = rate
        self._chunk = chunk
        self._silence = np.zeros(round(chunk * rate), np.int16)
        self._end_silence = end_silence
        self._due = clock.now_seconds
        self._end = math.inf

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        if isinstance(item, AudioFrame):
            start = max(item.pts, self._clock.now_seconds)
            self._due = max(self._due, start + item.duration)
        elif isinstance(item, ClearAudio):
            self._due = min(self._due, self._clock.now_seconds)
            self.wait()
        self._observer.on_next(item)

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self.timer.dispose()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._end = max(self._due, self._clock.now_seconds) + self._end_silence
        self._look()

    def wait(self) -> None:
        """Look whether silence is needed when it may be."""
        due = min(self._due + PATIENCE, self._end)
        self.timer.disposable = self._clock.call_at(due, self._look)

    def _look(self) -> None:
        now = self._clock.now_seconds + EARLY
        if self._end <= now:
            self.timer.dispose()
            self._observer.on_completed()
            return
        if self._due + PATIENCE > now:
            self.wait()
            return
        left = min(self._end - self._due, self._chunk)
        frame = AudioFrame(self._silence[: round(left * self._rate)], self._rate, self._due)
        self._due += self._chunk
        self.wait()
        if len(frame.samples):
            self._observer.on_next(frame)
