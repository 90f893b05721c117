"""`log_transcript`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.context._advance import speaker_of
from rxvoice.items import (
    BotSpeechStarted,
    BotSpeechStopped,
    Event,
    ReplyEnded,
    ReplyStarted,
    SpeechStarted,
    SpeechStopped,
    Turn,
    TurnDropped,
    TurnStarted,
    Utterance,
    Word,
    spoken_text,
)
from rxvoice.operators._hold_turns import REASON as HELD

UNSAID = ("completion", "idle")
"""Reasons of turns by which the model is told something that nobody has said."""


def log_transcript() -> Operator[Event, Event]:
    """Tell what each side has said, and when, as soon as it has: the transcript of a session.

    An `Utterance` follows each `Turn`, with what the user said from the beginning of their speech
    to its end, and each `ReplyEnded`, with what the bot was heard to say: empty when it had nothing
    to say, or was cut off before its first word. Turns without text are none, and neither are those
    that nobody has said (`nudge`). A reply in the midst of which the stream ends was interrupted.

    Times are the session's. Speech marks and `bot_speech` make them exact; without them, they are
    those of the turn, the words and the reply. All items pass, in order.

    It belongs at the end of the pipe.

    Marbles (one column is 100 ms)::

        events  -sS--e-T-r--w-i--R--E-|
        log_transcript()
        out     -sS--e-(T u)-r--w-(i b)--R--(E c)-|

        s: SpeechStarted(9.0)  S: TurnStarted(1)  e: SpeechStopped(9.4, delay=0.2)
        T: Turn("Hello.", 1)  u: Utterance("user", "Hello.", 0.1, 0.3, number=1)
        r: ReplyStarted(1)  w: Word("Hi", 1.2, 1.4)  i: ReplyEnded(1, "Hi", interrupted=True)
        b: Utterance("assistant", "Hi", 1.2, 1.4, interrupted=True, number=1)
        R: ReplyStarted(2)  E: ReplyEnded(2)  c: Utterance("assistant", "", 1.7, 2.0, number=2)

    Returns:
        The operator.
    """

    def logged(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            user, bot = _User(clock), _Bot(clock)

            def on_next(item: Event) -> None:
                said = user.take(item) or bot.take(item)
                observer.on_next(item)
                if said is not None:
                    observer.on_next(said)

            def end() -> None:
                if (said := bot.end()) is not None:
                    observer.on_next(said)

            def on_error(error: Exception) -> None:
                end()
                observer.on_error(error)

            def on_completed() -> None:
                end()
                observer.on_completed()

            return source.subscribe(on_next, on_error, on_completed, scheduler=clock)

        return Stream(subscribe)

    return logged


class _User:
    """One subscription: since when the user speaks."""

    def __init__(self, clock: LoopScheduler) -> None:
        self._clock = clock
        self._open = False
        self._start: float | None = None
        self._end: float | None = None

    def take(self, item: Event) -> Utterance | None:
        """Take an item and return what the user has said with it, if anything."""
        now = self._clock.now_seconds
        match item:
            case SpeechStarted(delay=delay):
                if not self._open or self._start is None:
                    self._start = now - delay
                self._end = None
            case SpeechStopped(delay=delay):
                self._end = now - delay
            case TurnStarted():
                self._open = True
                self._start = now if self._start is None else self._start
            case TurnDropped(reason=reason) if reason != HELD:
                self._forget()
            case Turn():
                start, end = self._start, self._end
                self._forget()
                if item.text.strip() and item.reason not in UNSAID:
                    return self._said(item, start, end)
            case _:
                pass
        return None

    def _said(self, turn: Turn, start: float | None, end: float | None) -> Utterance:
        now = self._clock.now_seconds
        if end is None:
            end = now - max(0.0, turn.pts - turn.speech_end) if turn.transcripts else now
        start = end if start is None else min(start, end)
        return Utterance("user", turn.text, start, end, speaker_of(turn), number=turn.number)

    def _forget(self) -> None:
        self._open, self._start, self._end = False, None, None


class _Bot:
    """One subscription: the reply that is being heard, if any."""

    def __init__(self, clock: LoopScheduler) -> None:
        self._clock = clock
        self._number: int | None = None
        self._began = 0.0
        self._start: float | None = None
        self._end: float | None = None
        self._words: list[Word] = []

    def take(self, item: Event) -> Utterance | None:
        """Take an item and return what the bot has said when it is over."""
        match item:
            case ReplyStarted(number=number):
                said = self.end()
                self._number, self._began = number, self._clock.now_seconds
                self._start, self._end, self._words = None, None, []
                return said
            case BotSpeechStarted(pts=pts) if self._number is not None:
                self._start = pts if self._start is None else self._start
            case BotSpeechStopped(pts=pts) if self._number is not None:
                self._end = pts
            case Word() if self._number is not None:
                self._words.append(item)
            case ReplyEnded(spoken=spoken, interrupted=interrupted):
                return self._said(spoken, interrupted)
            case _:
                pass
        return None

    def end(self) -> Utterance | None:
        """Take that nothing more will come, and return what was said by then."""
        return self._said(spoken_text(self._words), True) if self._number is not None else None

    def _said(self, spoken: str, interrupted: bool) -> Utterance:
        number, self._number = self._number or 0, None
        now = self._clock.now_seconds
        heard = [word for word in self._words if word.spoken]
        start, end = self._start, self._end
        if start is None:
            start = heard[0].pts if heard else self._began
        if end is None:
            end = max(word.end for word in heard) if heard else now
        return Utterance(
            "assistant", spoken, start, max(start, end), interrupted=interrupted, number=number
        )
