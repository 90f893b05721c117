"""`bot_speech`."""

import math

import numpy as np
from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
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
EARLY = 1e-6  # times are sums of floats, and a loop may round them to its resolution


def bot_speech(
    *, ongoing_every: float = 0.2, min_silence: float = 0.35, timeout: float = 3.0
) -> Operator[Event, Event]:
    """Mark when the bot begins to be heard, is still heard, and is not heard any more.

    `BotSpeechStarted` comes before the first `AudioFrame` of a reply that is not silence,
    `BotSpeechStopped` before the `ReplyEnded`, and only when there was a start. When the reply is
    cut off or paused, it comes at once, behind the `ClearAudio`; the piece in which the voice falls
    to silence is no start, the next audio behind `ReplyResumed` is one. Without sound for
    ``timeout`` the bot has stopped, too, until it is heard again.
    Audio without `ReplyStarted` around it, such as that of a speech-to-speech model, is marked
    likewise, with the number 0, and has stopped after ``min_silence``. Silence is frames of it as
    well as no frames.

    While the bot is heard, `BotSpeechOngoing` comes every ``ongoing_every`` seconds, but for the
    silence that may become a stop. All items pass, in order.

    It belongs behind `pace`, where ``pts`` is the time on the session's clock at which a frame is
    heard: those of the marks are when the bot was heard, and ceased to be. So a start comes by as
    early as its frame does, and a stop tells of a time that may be past.

    When the source completes or fails while the bot is heard, `BotSpeechStopped` comes first.

    Marbles (one column is 100 ms)::

        reply  -1-aaaae-----aaa-----|
        bot_speech(min_silence=0.3)
        out    -1-(B a)a(a o)a(E e)-----(F a)a(a p)---G-|

        1: ReplyStarted(1)  e: ReplyEnded(1)  a: speech(0.1)
        B: BotSpeechStarted(1, pts=0.3)  o: BotSpeechOngoing(1, pts=0.5)
        E: BotSpeechStopped(1, pts=0.7)
        F: BotSpeechStarted(0, pts=1.3)  p: BotSpeechOngoing(0, pts=1.5)
        G: BotSpeechStopped(0, pts=1.6)

    Args:
        ongoing_every: Seconds between two `BotSpeechOngoing`; 0 for none.
        min_silence: Seconds of silence that make a stop where no reply is marked. The defaults of
            this and of the next one are Pipecat's.
        timeout: Seconds of silence within a reply that make a stop.

    Returns:
        The operator.

    Raises:
        ValueError: When an argument is negative, or one of the last two is 0.
    """
    if not ongoing_every >= 0.0:
        raise ValueError(f"ongoing_every must not be negative, got {ongoing_every}")
    for name, value in (("min_silence", min_silence), ("timeout", timeout)):
        if not value > 0.0:
            raise ValueError(f"{name} must be positive, got {value}")

    def marked(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            marks = _Marks(observer, clock, ongoing_every or math.inf, min_silence, timeout)
            with begun(marks.timer):
                subscription = source.subscribe(
                    marks.on_next, marks.on_error, marks.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, marks.timer)

        return Observable(subscribe)

    return marked


class _Marks:
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
                self._observer.on_next(item)
                self._stop()
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
    return bool(len(samples)) and bool(np.max(samples) > SILENT or np.min(samples) < -SILENT)
