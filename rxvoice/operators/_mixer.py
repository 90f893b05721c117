"""The inside of `mix_background`: one subscription."""

import numpy as np
from numpy.typing import NDArray
from reactivex import abc

from rxvoice._disposables import SerialDisposable
from rxvoice.audio import mix
from rxvoice.clock import LoopScheduler
from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame, ClearAudio, Event
from rxvoice.operators._background import Background
from rxvoice.operators._pacer import EARLY, LATE

AHEAD = 1.0  # seconds; audio that is early by more was not paced


class Mixer:
    """One subscription of `mix_background`.

    All that leaves lies on one line of time, sample behind sample: the bot's audio with the
    background under it, and where there is none, the background alone. A single timer waits for
    the moment at which the line would run dry.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        background: Background,
        *,
        rate: int,
        chunk: float,
        lead: float,
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._background = background
        self._rate = rate
        self._size = round(chunk * rate)
        self._lead = lead
        self._base = clock.now_seconds
        self._sent = 0
        self._disposed = False
        self._timer = SerialDisposable()

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        if isinstance(item, AudioFrame) and len(item.samples):
            self._take(item)
            return
        self._observer.on_next(item)
        if isinstance(item, ClearAudio):
            self._clear()

    def on_error(self, error: Exception) -> None:
        """Fail."""
        self.dispose()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Complete."""
        self.dispose()
        self._observer.on_completed()

    def dispose(self) -> None:
        """Stop."""
        self._disposed = True
        self._timer.dispose()

    def turn(self) -> None:
        """Send what is due and wait for what comes next; to be called when something changed."""
        while not self._disposed and self._background.audible:
            self._catch_up()
            due = self._until - self._lead
            if due > self._clock.now_seconds + EARLY:
                self._timer.disposable = self._clock.call_at(due, self.turn)
                return
            self._send(np.zeros(self._size, np.int16))

    @property
    def _until(self) -> float:
        """What was sent is heard until then."""
        return self._base + self._sent / self._rate

    def _go_on_at(self, time: float) -> None:
        self._base, self._sent = time, 0

    def _catch_up(self) -> None:
        now = self._clock.now_seconds
        if self._until < now - LATE:
            self._go_on_at(now)

    def _take(self, frame: AudioFrame) -> None:
        if frame.rate != self._rate:
            message = f"mix_background has {self._rate} Hz and cannot take {frame.rate} Hz"
            self.on_error(AudioFormatError(f"{message}; give pace the same rate"))
            return
        if not self._background.audible:
            if frame.pts >= self._until - EARLY:
                self._go_on_at(frame.pts)
            self._send(frame.samples, frame)
            return
        self._catch_up()
        ahead = frame.pts - self._until
        if ahead > AHEAD:
            self._go_on_at(frame.pts)
        elif missing := max(round(ahead * self._rate), 0):
            self._send(np.zeros(missing, np.int16))
        self._send(frame.samples)

    def _send(self, samples: NDArray[np.int16], frame: AudioFrame | None = None) -> None:
        if self._disposed:
            return
        pts = self._until
        if self._background.audible:
            samples = mix(samples, self._background.render(len(samples)))
            frame = None
        if frame is None or frame.pts != pts:
            frame = AudioFrame(samples, self._rate, pts)
        self._sent += len(samples)
        self._observer.on_next(frame)

    def _clear(self) -> None:
        """Send again, without the bot, what was sent and not heard yet."""
        now = self._clock.now_seconds
        unheard = round((self._until - now) * self._rate)
        if unheard > 0 and not self._disposed:
            self._background.rewind(unheard)
            self._go_on_at(now)
            # A reply may still fade out at this very instant.
            self._timer.disposable = self._clock.call_later(0.0, self.turn)
