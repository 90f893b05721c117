"""The inside of `interruptible`: one subscription."""

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from reactivex import Observable, abc
from reactivex.disposable import SingleAssignmentDisposable

from rxvoice.clock import LoopScheduler
from rxvoice.contracts import InterruptionPolicy, Verdict
from rxvoice.items import (
    AudioFrame,
    BotSpeechStarted,
    ClearAudio,
    Dtmf,
    Event,
    Fault,
    Interrupt,
    InterruptionRejected,
    Metric,
    Pause,
    Played,
    Reject,
    ReplyEnded,
    ReplyPaused,
    ReplyResumed,
    ReplyStarted,
    Resume,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Uninterruptible,
    UserStarted,
    UserStopped,
)
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._floor import Floor
from rxvoice.operators._guesses import Guesses
from rxvoice.operators._held_voice import HeldVoice
from rxvoice.operators._ledger import Ledger
from rxvoice.operators._speculate import Speculation
from rxvoice.operators._waiting_turns import OfTurns, WaitingTurns

OfUser: TypeAlias = (
    SpeechStarted | SpeechOngoing | SpeechStopped | Transcript | Dtmf | UserStarted | UserStopped
)


class Switch:
    """At most one reply, and the turns that wait until it is decided what becomes of it.

    Args:
        observer: Gets everything.
        clock: The session's.
        project: Makes the reply to a turn.
        policies: What interrupts one is decided by the first, by the next when that has failed.
        fade: Seconds in which an interrupted voice falls to silence.
        reports: Whether `played` will be called.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        project: Callable[[Turn], Observable[Event]],
        policies: Sequence[InterruptionPolicy],
        *,
        fade: float,
        reports: bool,
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._project = project
        self._policies = policies
        self._fade = fade
        self._position = -math.inf if reports else None
        self._reply: _Reply | None = None
        self._waiting = WaitingTurns()
        self._open: int | None = None
        self._ended = self._left = False
        self._guesses: Guesses | None = None
        if isinstance(project, Speculation):
            self._guesses = Guesses(project, clock)

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        reply = self._reply
        if reply is None:
            self._pass(item)
        elif isinstance(item, OfTurns):
            self._waiting.add(item)
            if isinstance(item, TurnStarted | Turn | TurnDropped):
                reply.floor.see(item)
            if isinstance(item, TurnDropped) and self._waiting.holds(item):
                self._come_to_nothing(item.number, item.reason)
        else:
            self._observer.on_next(item)
            if isinstance(item, OfUser) and reply is self._reply:
                reply.floor.see(item)

    def on_error(self, error: Exception) -> None:
        """Take the source's failure, which ends the reply, too."""
        self._ended = True
        if self._guesses is not None:
            self._guesses.drop()
        self._cut()
        for item in self._waiting.release():  # not answered any more, but they were said
            self._observer.on_next(item)
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Take the source's completion: nobody will interrupt the reply any more."""
        self._ended = True
        if self._reply is None:
            self._observer.on_completed()
            return
        reply = self._reply
        reply.floor.close()
        if reply is self._reply:
            reply.wanted = None
            self._obey(reply)

    def played(self, report: Played) -> None:
        """Take a sink's report."""
        self._position = report.pts
        if self._reply is not None:
            self._reply.ledger.report(report.pts)

    def dispose(self) -> None:
        """Leave the reply."""
        self._left = True
        reply, self._reply = self._reply, None
        self._waiting.clear()
        if self._guesses is not None:
            self._guesses.drop()
        if reply is not None:
            reply.dispose()

    def _pass(self, item: Event) -> None:
        match item:
            case TurnStarted(number=number):
                self._open = number
            case Turn(number=number) | TurnDropped(number=number) if number == self._open:
                self._open = None
            case _:
                pass
        self._observer.on_next(item)
        if self._left:
            return
        if self._guesses is not None:
            self._guesses.take(item)
        if isinstance(item, Turn):
            self._start(item)

    def _release(self) -> None:
        """Let the turns that have waited take their course."""
        for item in self._waiting.release():
            self.on_next(item)

    def _come_to_nothing(self, number: int, reason: str) -> None:
        """Take a turn away that has waited and does not count."""
        text = self._waiting.remove(number)
        if self._open == number:
            self._pass(TurnDropped(number, reason))
        else:
            self._observer.on_next(InterruptionRejected(number, text, reason))

    def _start(self, turn: Turn) -> None:
        self._reply = reply = _Reply(turn.number)

        def emit(item: Event) -> None:
            if reply is not self._reply:
                return
            if isinstance(item, Uninterruptible):
                reply.protected = item.active
            self._observer.on_next(item)
            if reply is not self._reply:
                return
            if isinstance(item, AudioFrame) and not reply.told:
                reply.told = True
                reply.floor.see(BotSpeechStarted(reply.number, item.pts))
            elif isinstance(item, Uninterruptible):
                self._obey(reply)

        def done() -> None:
            if reply is self._reply:
                self._finish(reply)

        def failed(error: Exception) -> None:
            if reply is self._reply:
                self._observer.on_next(fault_of("reply", error))
                reply.voice.end()

        reply.ledger = Ledger(self._clock, emit, done, self._position)
        reply.voice = HeldVoice(
            self._clock,
            reply.ledger.put,
            reply.ledger.end,
            fade=self._fade,
            heard=self._heard,
        )
        reply.floor = Floor(
            self._policies,
            self._clock,
            lambda verdict: self._decided(reply, verdict),
            lambda item: self._told(reply, item),
            self._waiting.undecided,
        )
        self._observer.on_next(ReplyStarted(turn.number))
        if reply is not self._reply:
            return
        reply.floor.open()
        try:
            ahead = None if self._guesses is None else self._guesses.right(turn)
            stream = self._project(turn) if ahead is None else ahead
            if not isinstance(stream, Observable):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"project must return a stream, got {stream!r}")
        except Exception as error:
            failed(error)
            return
        reply.inner.disposable = stream.subscribe(
            reply.voice.put, failed, reply.voice.end, scheduler=self._clock
        )

    def _heard(self) -> float:
        return math.inf if self._position is None else self._position

    def _decided(self, reply: "_Reply", verdict: Verdict) -> None:
        """Take a verdict of the policy."""
        if reply is not self._reply:
            return
        match verdict:
            case Reject(reason=reason):
                self._reject(reason)
                reply.wanted = None
            case Resume():
                reply.wanted = None
            case Pause() | Interrupt():
                reply.wanted = verdict
        self._obey(reply)

    def _told(self, reply: "_Reply", item: Fault | Metric) -> None:
        if reply is self._reply:
            self._observer.on_next(item)

    def _reject(self, reason: str) -> None:
        for number in self._waiting.complete():
            self._come_to_nothing(number, reason)

    def _obey(self, reply: "_Reply") -> None:
        """Do what the policy wants, unless the reply must not be interrupted now."""
        if reply.protected or reply is not self._reply:
            return
        voice = reply.voice
        match reply.wanted:
            case Interrupt():
                self._cut()
                self._release()
                self._complete_if_over()
            case Pause() if not voice.held:
                audible, tail = voice.audible, voice.stop()
                if audible:
                    self._clear(reply, tail)
                self._observer.on_next(ReplyPaused(reply.number))
            case None if voice.held:
                self._observer.on_next(ReplyResumed(reply.number))
                if reply is self._reply:
                    voice.go_on()
            case _:
                pass

    def _clear(self, reply: "_Reply", tail: AudioFrame | None) -> None:
        self._observer.on_next(ClearAudio(reply.number))
        if tail is not None:
            self._observer.on_next(tail)

    def _cut(self) -> None:
        """Stop the reply in progress."""
        reply, self._reply = self._reply, None
        if reply is None:
            return
        sounding = reply.voice.audible and not reply.voice.held
        tail = reply.voice.cut()
        reply.dispose()
        if sounding:
            self._clear(reply, tail)
        self._observer.on_next(ReplyEnded(reply.number, reply.ledger.spoken, True))

    def _finish(self, reply: "_Reply") -> None:
        """Take the reply's own end."""
        self._reply = None
        reply.dispose()
        self._observer.on_next(ReplyEnded(reply.number, reply.ledger.spoken))
        self._release()
        self._complete_if_over()

    def _complete_if_over(self) -> None:
        if self._ended and self._reply is None and not self._left:
            self._left = True
            self._observer.on_completed()


class _Reply:
    """One reply."""

    floor: Floor
    voice: HeldVoice
    ledger: Ledger

    def __init__(self, number: int) -> None:
        self.number = number
        self.inner = SingleAssignmentDisposable()
        self.wanted: Pause | Interrupt | None = None
        self.protected = False
        self.told = False

    def dispose(self) -> None:
        self.floor.dispose()
        self.inner.dispose()
        self.voice.dispose()
        self.ledger.dispose()


__all__ = ["Switch"]
