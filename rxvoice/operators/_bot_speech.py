"""`bot_speech`."""

from __future__ import annotations

import math

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.items import Event
from rxvoice.operators._speech_marks import SpeechMarks


def bot_speech(
    *, ongoing_every: float = 0.2, min_silence: float = 0.35, timeout: float = 3.0
) -> Operator[Event, Event]:
    """Mark when the bot begins to be heard, is still heard, and is not heard any more.

    `BotSpeechStarted` comes before the first `AudioFrame` of a reply that is not silence,
    `BotSpeechStopped` before the `ReplyEnded`, and only when there was a start. When the reply is
    cut off or paused, it comes at once, before the `ClearAudio`; the piece in which the voice then
    falls to silence is no start, the next audio behind `ReplyResumed` is one. Without sound for
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
            marks = SpeechMarks(observer, clock, ongoing_every or math.inf, min_silence, timeout)
            with begun(marks.timer):
                subscription = source.subscribe(
                    marks.on_next, marks.on_error, marks.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, marks.timer)

        return Stream(subscribe)

    return marked
