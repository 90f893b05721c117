"""The inside of `record`: one subscription."""

import logging
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from reactivex import abc

from rxvoice._disposables import SerialDisposable
from rxvoice.audio import mix
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
from rxvoice.operators._both_sides import BothSides
from rxvoice.operators._pacer import EARLY

logger = logging.getLogger(__name__)

GRACE = 0.5
"""Seconds by which the user's audio may be late."""


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
        self._mono = mono or channels == 1
        self._by_turn = by_turn
        self._every = every
        self._padding = padding
        self._sides = BothSides(channels, rate)
        self._begin = clock.now_seconds
        self._offset: float | None = None
        self._open: tuple[float, int] | None = None if by_turn else (0.0, 1)
        self._complete: deque[_Piece] = deque()
        self._ended = False
        self._timer = SerialDisposable()
        self._wait()

    def hear(self, item: Event) -> None:
        """Take what the user says."""
        if isinstance(item, AudioFrame):
            if self._offset is None:
                self._offset = self._now - item.end
            self._place(self._sides.hear, item, item.pts + self._offset)

    def user_failed(self, error: Exception) -> None:
        """Go on with the bot alone."""
        logger.info("the user's stream failed, the recording goes on", exc_info=error)

    def say(self, item: Event) -> None:
        """Take what the bot says, and when turns begin and end."""
        match item:
            case AudioFrame():
                self._place(self._sides.say, item, item.pts - self._begin)
            case ClearAudio():
                self._sides.cut(self._now)
            case TurnStarted(number=number) if self._by_turn:
                self._close(max(self._now, self._sides.bot_end))
                self._open = max(self._now - self._padding, 0.0), number
            case ReplyStarted(number=number) if self._by_turn and self._open is None:
                self._open = self._now, number
            case ReplyEnded(number=number) | TurnDropped(number=number):
                if self._by_turn and self._open is not None and self._open[1] == number:
                    self._close(max(self._now, self._sides.bot_end))
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

    def _place(
        self, place: Callable[[AudioFrame, float, float], None], frame: AudioFrame, start: float
    ) -> None:
        silent = not self._sides.rate
        place(frame, start, self._now)
        if silent:
            self._wait()
        self._forget()

    def _close(self, end: float) -> None:
        """Take the open piece for complete."""
        if self._open is not None:
            self._complete.append(_Piece(self._open[0], end, self._open[1]))
            self._open = None
            self._wait()

    def _wait(self) -> None:
        """Wait until what is complete, or is going to be, can be handed out."""
        due = self._complete[0].end if self._complete else self._full
        if self._sides.rate and due < math.inf:
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
        samples, rate = self._sides.read(piece.start, piece.end), self._sides.rate
        if self._mono:
            samples = mix(*samples.T)
        pts = self._begin + round(piece.start * rate) / rate
        self._observer.on_next(Recording(samples, rate, pts, piece.number))

    def _end(self) -> None:
        """Hand out all that is left."""
        self._sides.flush()
        if self._sides.rate:
            end = self._sides.end
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
        self._sides.forget(min(needed, default=0.0))
