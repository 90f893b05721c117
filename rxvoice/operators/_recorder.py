"""The inside of `record`: one subscription."""

import logging
import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from reactivex import abc
from reactivex.disposable import SerialDisposable

from rxvoice.audio import Track, mix
from rxvoice.audio._canvas import Canvas
from rxvoice.clock import LoopScheduler
from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Event,
    Recording,
    ReplyEnded,
    ReplyStarted,
    TurnDropped,
    TurnStarted,
)

logger = logging.getLogger(__name__)

GRACE = 0.5
"""Seconds by which the user's audio may be late."""

EARLY = 1e-6  # times are sums of floats, and a loop may round them to its resolution

AHEAD = 3_600.0
"""Seconds; a frame that is to be heard later than this has a time that makes no sense."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is complete and waits for late audio.

    Attributes:
        start: When it begins, in seconds since the recording began.
        end: When it ends.
        number: Its number.
    """

    start: float
    end: float
    number: int


class Recorder:
    """One subscription of `record`."""

    def __init__(
        self,
        observer: abc.ObserverBase[Recording],
        clock: LoopScheduler,
        *,
        channels: int,
        mono: bool,
        by_turn: bool,
        every: float | None,
        padding: float,
        rate: int | None,
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._channels = channels
        self._mono = mono or channels == 1
        self._by_turn = by_turn
        self._every = every
        self._padding = padding
        self._rate = 0
        self._tracks: list[Track] = []
        self._canvas = Canvas(channels)
        self._begin = clock.now_seconds
        self._offset: float | None = None
        self._open: tuple[float, int] | None = None if by_turn else (0.0, 1)
        self._complete: deque[_Piece] = deque()
        self._ended = False
        self._timer = SerialDisposable()
        if rate is not None:
            self._set_rate(rate)

    def hear(self, item: Event) -> None:
        """Take what the user says."""
        if isinstance(item, AudioFrame):
            if self._offset is None:
                self._offset = self._now - item.end
            self._place(item, item.pts + self._offset, 0)

    def user_failed(self, error: Exception) -> None:
        """Go on with the bot alone."""
        logger.info("the user's stream failed, the recording goes on", exc_info=error)

    def say(self, item: Event) -> None:
        """Take what the bot says, and when turns begin and end."""
        match item:
            case AudioFrame():
                self._place(item, item.pts - self._begin, self._channels - 1)
            case ClearAudio() if self._tracks:
                channel = self._channels - 1
                pieces, at = self._tracks[channel].cut(self._now)
                self._write(pieces, channel)
                self._canvas.cut(at, channel)
            case TurnStarted(number=number) if self._by_turn:
                self._close()
                self._open = max(self._now - self._padding, 0.0), number
            case ReplyStarted(number=number) if self._by_turn and self._open is None:
                self._open = self._now, number
            case ReplyEnded(number=number) | TurnDropped(number=number):
                if self._by_turn and self._open is not None and self._open[1] == number:
                    self._close()
            case _:
                pass

    def on_error(self, error: Exception) -> None:
        """Hand out what was recorded, and fail."""
        self._end()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Hand out what was recorded, and complete."""
        self._end()
        self._observer.on_completed()

    def dispose(self) -> None:
        """Forget what was recorded."""
        self._ended = True
        self._timer.dispose()
        self._complete.clear()

    @property
    def _now(self) -> float:
        return self._clock.now_seconds - self._begin

    def _set_rate(self, rate: int) -> None:
        self._rate = rate
        self._tracks = [Track(rate) for _ in range(self._channels)]
        self._wait()

    def _place(self, frame: AudioFrame, start: float, channel: int) -> None:
        if start - self._now > AHEAD:
            logger.warning("a frame was left out of the recording, its time makes no sense")
            return
        if not self._tracks:
            self._set_rate(frame.rate)
        self._write(self._tracks[channel].place(frame, start), channel)
        self._forget()

    def _write(self, pieces: list[tuple[int, NDArray[np.int16]]], channel: int) -> None:
        for at, samples in pieces:
            self._canvas.write(samples, at, channel)

    def _close(self, end: float | None = None) -> None:
        """Take the open piece for complete."""
        if self._open is None:
            return
        if end is None:
            spoken = self._canvas.end_of(self._channels - 1) / max(self._rate, 1)
            end = max(self._now, spoken)
        self._complete.append(_Piece(self._open[0], end, self._open[1]))
        self._open = None
        self._wait()

    def _wait(self) -> None:
        """Wait until what is complete, or is going to be, can be handed out."""
        due = self._complete[0].end if self._complete else self._full
        if self._rate and due < math.inf:
            self._timer.disposable = self._clock.call_at(
                self._begin + due + GRACE, lambda: self._hand_out(self._now - GRACE)
            )

    @property
    def _full(self) -> float:
        """When the open piece is as long as it may get."""
        if self._every is None or self._open is None:
            return math.inf
        return self._open[0] + self._every

    def _hand_out(self, until: float) -> None:
        """Hand out what ends before a time, and wait for what comes next."""
        while (end := self._full) <= until + EARLY and self._open is not None:
            number = self._open[1]
            self._close(end)
            self._open = number * (self._every or 0.0), number + 1
        while self._complete and self._complete[0].end <= until + EARLY and not self._ended:
            self._emit(self._complete.popleft())
        self._forget()
        if not self._ended:
            self._wait()

    def _emit(self, piece: _Piece) -> None:
        start = round(piece.start * self._rate)
        samples = self._canvas.read(start, round(piece.end * self._rate))
        if self._mono:
            samples = mix(*samples.T)
        pts = self._begin + start / self._rate
        self._observer.on_next(Recording(samples, self._rate, pts, piece.number))

    def _end(self) -> None:
        """Hand out all that is left."""
        for channel, track in enumerate(self._tracks):
            self._write(track.flush(), channel)
        if self._rate:
            end = self._canvas.end / self._rate
            self._hand_out(end)
            if self._open is not None and end > self._open[0] + EARLY:
                self._close(end)
            self._open = None
            self._hand_out(math.inf)
        self.dispose()

    def _forget(self) -> None:
        """Let go of what no piece can need any more."""
        needed = [piece.start for piece in self._complete]
        if self._open is not None:
            needed.append(self._open[0])
        if self._by_turn:
            needed.append(self._now - self._padding)
        self._canvas.forget(round(min(needed, default=0.0) * self._rate))
