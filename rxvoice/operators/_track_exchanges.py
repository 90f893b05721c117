"""`track_exchanges`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import (
    BotSpeechStarted,
    BotSpeechStopped,
    Event,
    ExchangeEnded,
    ExchangeStarted,
    ReplyEnded,
    ReplyStarted,
    SpeechStarted,
    TurnStarted,
)


def track_exchanges(*, end_silence: float = 2.5) -> Operator[Event, Event]:
    """Mark the exchanges of a conversation: what the user says and what the bot answers.

    The first exchange, that of the greeting, begins with the subscription, each further one when
    the user speaks: at `TurnStarted`, or, where what the bot says belongs to no reply (a
    speech-to-speech model), at `SpeechStarted`. An exchange in which the bot has spoken ends then,
    or when the bot has been silent for ``end_silence`` and no reply is under way. It is interrupted
    when the user spoke in it while the bot did, and the bot gave way or the user got the floor. The
    end of the stream ends it, too.

    Times are the session's. An exchange lasts until the bot was heard for the last time in it, or,
    when it was not, to its end. All items pass, in order, behind the marks that they lead to.

    It belongs behind `bot_speech`.

    Marbles (one column is 0.5 s)::

        events  -B-E-S-T-B--E--------S-B-iS-|
        track_exchanges(end_silence=2.0)
        out     1B-E-(a 2 S)-T-B--E---b----(3 S)-B-i(c 4 S)-(d |)

        S: TurnStarted(1)  T: Turn("Hello.", 1)  i: ReplyEnded(2, interrupted=True)
        B: BotSpeechStarted(1)  E: BotSpeechStopped(1, pts=100.0)
        1: ExchangeStarted(1, pts=0.0)  a: ExchangeEnded(1, duration=1.5)
        2: ExchangeStarted(2, pts=2.5)  b: ExchangeEnded(2, duration=3.5)
        3: ExchangeStarted(3, pts=10.5)  c: ExchangeEnded(3, interrupted=True)
        4: ExchangeStarted(4)  d: ExchangeEnded(4, interrupted=False)

    Args:
        end_silence: Seconds (Pipecat's value).

    Returns:
        The operator.

    Raises:
        ValueError: When ``end_silence`` is negative.
    """
    if not end_silence >= 0.0:
        raise ValueError(f"end_silence must not be negative, got {end_silence}")

    def tracked(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            exchanges = _Exchanges(observer, clock, end_silence)
            exchanges.begin()
            with begun(exchanges.timer):
                subscription = source.subscribe(
                    exchanges.on_next, exchanges.on_error, exchanges.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, exchanges.timer)

        return Stream(subscribe)

    return tracked


class _Exchanges:
    """One subscription: the exchange that is open, if any."""

    def __init__(
        self, observer: abc.ObserverBase[Event], clock: LoopScheduler, end_silence: float
    ) -> None:
        self.timer = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._end_silence = end_silence
        self._number = 0
        self._began: float | None = None
        self._heard = self._speaking = self._replying = self._raw = self._interrupted = False
        self._silent_since = 0.0

    def begin(self) -> None:
        """Begin the next exchange."""
        self._number += 1
        self._began = self._clock.now_seconds
        self._heard = self._interrupted = False
        self._observer.on_next(ExchangeStarted(self._number, self._began))

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        match item:
            case TurnStarted():
                self._user_speaks()
            case SpeechStarted() if self._raw:
                self._user_speaks()
            case BotSpeechStarted(number=number):
                self._raw = not self._replying and number == 0
                self._heard = self._speaking = True
                self.timer.disposable = None
            case BotSpeechStopped(pts=pts) if self._speaking:
                self._speaking = False
                self._silent_since = min(pts, self._clock.now_seconds)
                self._wait()
            case ReplyStarted():
                self._replying = True
                self.timer.disposable = None
            case ReplyEnded(interrupted=interrupted):
                self._replying = False
                self._interrupted = self._interrupted or (interrupted and self._heard)
                self._wait()
            case _:
                pass
        self._observer.on_next(item)

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self._end()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._end()
        self._observer.on_completed()

    def _user_speaks(self) -> None:
        if self._began is not None and not self._heard:
            return
        self._interrupted = self._interrupted or self._speaking
        self._end()
        self.begin()

    def _wait(self) -> None:
        if self._heard and not self._speaking and not self._replying:
            due = self._silent_since + self._end_silence
            self.timer.disposable = self._clock.call_at(due, self._end)

    def _end(self) -> None:
        self.timer.disposable = None
        began, self._began = self._began, None
        if began is None:
            return
        now = self._clock.now_seconds
        end = self._silent_since if self._heard and not self._speaking else now
        duration = max(0.0, end - began)
        self._observer.on_next(ExchangeEnded(self._number, duration, self._interrupted))
