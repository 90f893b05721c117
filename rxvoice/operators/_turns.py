"""The inside of `aggregate_turn`: one subscription."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from reactivex import abc

from rxvoice.clock import LoopScheduler
from rxvoice.contracts import StartStrategy, StopStrategy, Told, TurnInput
from rxvoice.items import (
    AudioFrame,
    EagerStop,
    EagerTurn,
    EndRound,
    Event,
    Metric,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
    StopTurn,
    Transcript,
    TurnDropped,
    TurnResumed,
    TurnStarted,
)
from rxvoice.operators._defaults import default_start, default_stop
from rxvoice.operators._last_audio import LastAudio
from rxvoice.operators._latency_of import is_latency
from rxvoice.operators._open_turn import OpenTurn
from rxvoice.operators._panel import Panel
from rxvoice.operators._source_clock import SourceClock
from rxvoice.operators._watchdog import Watchdog
from rxvoice.operators._without_audio import needs_audio

REMEMBERED = 1.0
REMEMBERED_SPEECH = 8.5  # a turn may start late in an utterance; its end may be judged by 8 s

logger = logging.getLogger(__name__)


class Turns:
    """Knows the turn that is open, if any.

    Args:
        observer: Gets turns, and what the strategies have to say.
        clock: For the strategies.
        starts: Start strategies.
        stops: Stop strategies.
        watchdog: Seconds without a sign of life after which a turn is stopped; 0 for never.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        starts: Sequence[StartStrategy],
        stops: Sequence[StopStrategy],
        watchdog: float,
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._stops = stops
        self._watchdog = watchdog
        self._number = 0
        self._turn: OpenTurn | None = None
        self._speech: SpeechStarted | None = None
        self._latency: tuple[Metric, ...] = ()
        self._otherwise = default_stop()
        self._before = LastAudio() if any(map(needs_audio, stops)) else None
        self._time = SourceClock(clock)
        self._starting: Panel[StartTurn | EndRound | Told] = Panel(
            starts, default_start(), self._start, clock
        )
        self._starting.open()

    def take(self, item: TurnInput) -> None:
        """Let the strategies see an item."""
        self._time.note(item)
        before = self._turn
        self._starting.ask(item)
        if isinstance(item, SpeechStarted):
            self._speech = item
        elif isinstance(item, SpeechStopped):
            self._speech = None
        turn = self._turn
        if turn is None:
            self._leave(item)
            return
        self._hear(turn, item if turn is before else turn.beginning(item))

    def take_audio(self, frame: AudioFrame) -> None:
        """Do the same with audio, of which there is more than of all else."""
        self._time.heard(frame)
        before = self._turn
        if self._starting.hears:
            self._starting.ask(frame)
        turn = self._turn
        if turn is None:
            if self._before is not None:
                longest = REMEMBERED if self._speech is None else REMEMBERED_SPEECH
                self._before.add(frame, longest)
        elif turn.stopping.hears:
            turn.stopping.ask(frame if turn is before else turn.beginning(frame))

    def told(self, metric: Metric) -> None:
        """Let the stop strategies know how long the recogniser takes."""
        if is_latency(metric):
            self._latency = (metric,)
            if self._turn is not None:
                self._turn.stopping.ask(metric)

    def muted(self) -> None:
        """Take note that nothing of the user is heard any more."""
        self._speech = None
        if self._turn is not None:
            self._turn.watchdog.muted()

    def flush(self) -> None:
        """Stop the turn that is open, with all its text."""
        if self._turn is not None:
            self._stop(self._turn, "flush", pending=True)

    def dispose(self) -> None:
        """Unsubscribe from all strategies."""
        self._starting.dispose()
        if self._turn is not None:
            self._turn.dispose()

    def _leave(self, item: TurnInput) -> None:
        """Take an item that belongs to no turn."""
        if isinstance(item, Transcript) and item.is_final and item.text:
            logger.debug("a transcript belongs to no turn", extra={"pii.text": item.text})

    def _start(self, decision: StartTurn | EndRound | Told) -> None:
        if isinstance(decision, EndRound):
            return
        if not isinstance(decision, StartTurn):
            self._observer.on_next(decision)
            return
        if self._turn is not None:
            return
        self._number += 1
        turn = self._turn = OpenTurn(self._number, decision)
        before = () if self._before is None else self._before.take()

        def decided(decision: StopTurn | EagerStop | Told) -> None:
            if not isinstance(decision, StopTurn | EagerStop):
                self._observer.on_next(decision)
            elif self._turn is turn and isinstance(decision, StopTurn):
                self._stop(turn, decision.reason)
            elif self._turn is turn:
                self._guess(turn, decision.reason)

        def history() -> list[TurnInput]:
            return [*self._latency, *turn.history()]

        turn.stopping = Panel(self._stops, self._otherwise, decided, self._clock, history=history)
        turn.watchdog = Watchdog(self._clock, self._watchdog, lambda: self._stop(turn, "watchdog"))
        if turn.announced:
            started = TurnStarted(
                self._number, self._time.now, decision.reason, decision.interrupts
            )
            self._observer.on_next(started)
        if self._turn is turn:
            turn.stopping.open()
        for item in (*self._latency, *before, *([] if self._speech is None else [self._speech])):
            self._hear(turn, item)

    def _hear(self, turn: OpenTurn, item: TurnInput) -> None:
        if self._turn is not turn:
            return
        if not isinstance(item, AudioFrame):
            turn.collect(item)
            turn.watchdog.hear(item)
            if turn.goes_on(item):
                self._withdraw(turn)
        turn.stopping.ask(item)

    def _guess(self, turn: OpenTurn, reason: str) -> None:
        guess = turn.turn(self._time.now, reason, pending=True)
        if guess is not None and turn.guessed is None:
            turn.guessed = guess
            self._observer.on_next(EagerTurn(guess))

    def _withdraw(self, turn: OpenTurn) -> None:
        turn.guessed = None
        self._observer.on_next(TurnResumed(turn.number))

    def _stop(self, turn: OpenTurn, reason: str, *, pending: bool = False) -> None:
        self._turn = None
        turn.dispose()
        said = turn.turn(self._time.now, reason, pending=pending)
        if said is not None:
            self._observer.on_next(said)
            return
        if turn.guessed is not None:
            self._withdraw(turn)
        if turn.announced:
            why = reason if reason == "watchdog" else "no text"
            self._observer.on_next(TurnDropped(turn.number, why))
