"""The inside of `interruptible`: one subscription."""

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from reactivex import Observable, abc

from rxvoice.clock import LoopScheduler
from rxvoice.contracts import InterruptionPolicy
from rxvoice.items import (
    Dtmf,
    EndCall,
    Event,
    Interrupt,
    InterruptionRejected,
    Played,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
)
from rxvoice.operators._guesses import Guesses
from rxvoice.operators._reply import Reply
from rxvoice.operators._speculate import Speculation
from rxvoice.operators._waiting_turns import OfTurns, WaitingTurns

OfUser: TypeAlias = (
    SpeechStarted
    | SpeechOngoing
    | SpeechStopped
    | Transcript
    | Dtmf
    | UserStarted
    | UserStopping
    | UserResumed
    | UserStopped
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
        self._reply: Reply | None = None
        self._waiting = WaitingTurns()
        self._open: int | None = None
        self._ended = self._left = False
        self._answers = True
        self._guesses: Guesses | None = None
        if isinstance(project, Speculation):
            self._guesses = Guesses(project, clock)

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        reply = self._reply
        if isinstance(item, Interrupt | EndCall):
            self._observer.on_next(item)
            self._obey(item)
        elif reply is None:
            self._pass(item)
        elif isinstance(item, OfTurns):
            self._waiting.add(item)
            if isinstance(item, TurnStarted | Turn | TurnDropped):
                reply.see(item)
            if isinstance(item, TurnDropped) and self._waiting.holds(item):
                self._come_to_nothing(item.number, item.reason)
        else:
            self._observer.on_next(item)
            if isinstance(item, OfUser) and reply is self._reply:
                reply.see(item)

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
        else:
            self._reply.close()

    def played(self, report: Played) -> None:
        """Take a sink's report."""
        self._position = report.pts
        if self._reply is not None:
            self._reply.report(report.pts)

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
        if self._left or not self._answers:
            return
        if self._guesses is not None:
            self._guesses.take(item)
        if isinstance(item, Turn):
            self._start(item)

    def _start(self, turn: Turn) -> None:
        self._reply = reply = Reply(
            turn.number,
            self._observer,
            self._clock,
            self._policies,
            waiting=self._waiting.undecided,
            interrupted=self._interrupted,
            rejected=self._rejected,
            ended=self._spoken,
            commanded=self._obey,
            fade=self._fade,
            position=self._position,
            heard=lambda: math.inf if self._position is None else self._position,
        )
        reply.start(lambda: self._answer(turn))

    def _answer(self, turn: Turn) -> Observable[Event]:
        """Return the reply to a turn, which may have been begun already."""
        ahead = None if self._guesses is None else self._guesses.right(turn)
        return self._project(turn) if ahead is None else ahead

    def _obey(self, command: Interrupt | EndCall) -> None:
        """Do what the application, or a tool, wants."""
        if isinstance(command, EndCall):
            if command.at_once:
                self._answers = False
                if self._guesses is not None:
                    self._guesses.drop()
                self._interrupted()
        elif self._reply is not None:
            self._reply.interrupt()

    def _interrupted(self) -> None:
        self._cut()
        self._release()
        self._complete_if_over()

    def _rejected(self, reason: str) -> None:
        for number in self._waiting.complete():
            self._come_to_nothing(number, reason)

    def _spoken(self, reply: Reply) -> None:
        """Take the reply's own end."""
        self._reply = None
        self._observer.on_next(reply.ending)
        self._release()
        self._complete_if_over()

    def _cut(self) -> None:
        reply, self._reply = self._reply, None
        if reply is not None:
            reply.cut()

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

    def _complete_if_over(self) -> None:
        if self._ended and self._reply is None and not self._left:
            self._left = True
            self._observer.on_completed()


__all__ = ["Switch"]
