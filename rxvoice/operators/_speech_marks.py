"""The inside of `bot_speech`: one subscription."""

import math

import numpy as np
from reactivex import abc

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.items import (
    AudioFrame,
    BotSpeechOngoing,
    BotSpeechStarted,
    BotSpeechStopped,
    ClearAudio,
    Event,
    ReplyEnded,
    ReplyPaused,
    ReplyResumed,
    ReplyStarted,
)

SILENT = 20  # as Pipecat has it: no sample of a frame of silence is larger
_SOME = 16  # one sample in so many tells mostly
EARLY = 1e-6  # times are sums of floats, and a loop may round them to its resolution


class SpeechMarks:
    """One subscription. A single timer waits for the next mark; frames do not touch it."""

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        every: float,
        min_silence: float,
        timeout: float,
    ) -> None:
        self.timer = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._every = every
        self._min_silence = min_silence
        self._timeout = timeout
        self._reply: int | None = None
        self._paused = False
        self._cleared = -math.inf
        self._heard: int | None = None
        self._end = 0.0
        self._ongoing_at = math.inf

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        match item:
            case AudioFrame():
                if _sounds(item):
                    self._hear(item)
                self._observer.on_next(item)
            case ReplyStarted(number=number):
                self._stop()
                self._reply, self._paused = number, False
                self._observer.on_next(item)
            case ReplyEnded():
                self._stop()
                self._reply, self._paused = None, False
                self._observer.on_next(item)
            case ReplyPaused() | ClearAudio():
                self._paused = self._reply is not None
                self._cleared = self._clock.now_seconds
                self._stop()
                self._observer.on_next(item)
            case _:
                if isinstance(item, ReplyResumed):
                    self._paused = False
                self._observer.on_next(item)

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self._stop()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._stop()
        self._observer.on_completed()

    def _hear(self, frame: AudioFrame) -> None:
        now = self._clock.now_seconds
        if self._paused or now == self._cleared:
            return
        start = max(frame.pts, now)
        if self._heard is not None:
            self._end = max(self._end, start + frame.duration)
            return
        self._heard = self._reply or 0
        self._end = start + frame.duration
        self._ongoing_at = start + self._every
        self._wait()
        self._observer.on_next(BotSpeechStarted(self._heard, start))

    @property
    def _silent_at(self) -> float:
        """When the bot has stopped, unless more is heard until then."""
        return self._end + (self._min_silence if self._reply is None else self._timeout)

    def _wait(self) -> None:
        due = min(self._ongoing_at, self._silent_at)
        self.timer.disposable = self._clock.call_at(due, self._look)

    def _look(self) -> None:
        """Give the mark that is due, if it still is, and wait for the next one."""
        now = self._clock.now_seconds + EARLY
        if self._heard is None or self._silent_at <= now:
            self._stop()
            return
        tick = None
        while self._ongoing_at <= now:
            tick = self._ongoing_at
            self._ongoing_at += self._every
        self._wait()
        if tick is not None and tick <= self._end + EARLY:
            self._observer.on_next(BotSpeechOngoing(self._heard, tick))

    def _stop(self) -> None:
        heard, self._heard = self._heard, None
        if heard is not None:
            self.timer.disposable = None
            pts = min(self._end, self._clock.now_seconds)
            self._observer.on_next(BotSpeechStopped(heard, pts))


def _sounds(frame: AudioFrame) -> bool:
    samples = frame.samples
    if not len(samples):
        return False
    if np.maximum.reduce(samples[::_SOME]) > SILENT:
        return True
    return bool(np.maximum.reduce(samples) > SILENT or np.minimum.reduce(samples) < -SILENT)


__all__ = ["SpeechMarks"]
