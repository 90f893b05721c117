"""`aggregate_turn`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import StartStrategy, StopStrategy
from rxvoice.items import (
    AudioFrame,
    BotSpeechOngoing,
    BotSpeechStarted,
    BotSpeechStopped,
    Dtmf,
    Event,
    Metric,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    UserMuted,
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
)
from rxvoice.operators._defaults import default_start, default_stop
from rxvoice.operators._feedback_failed import feedback_failed
from rxvoice.operators._turns import Turns

A = TypeVar("A")
B = TypeVar("B")

SPEECH = SpeechStarted | SpeechOngoing | SpeechStopped
USER = SPEECH | Transcript | Dtmf | UserStarted | UserStopping | UserResumed | UserStopped
BOT = BotSpeechStarted | BotSpeechOngoing | BotSpeechStopped


def aggregate_turn(
    *,
    start: Sequence[StartStrategy] | StartStrategy | None = None,
    stop: Sequence[StopStrategy] | StopStrategy | None = None,
    feedback: Observable[Event] | None = None,
    watchdog: float = 5.0,
) -> Operator[Event, Event]:
    """Group what the user says into turns.

    A start strategy's decision gives `TurnStarted`, a stop strategy's gives `Turn` with the final
    transcripts since, or `TurnDropped` when there are none. Start strategies are asked in order at
    each item and the first decision counts; one that answers `EndRound` keeps the item from those
    after it. Stop strategies are subscribed anew for each turn and unsubscribed when it stops, so
    that nothing leaks from one turn into another; they see the turn from the item that started it,
    and before it the last second of audio since the turn before. Where the user is speaking
    already, they see that speech from its `SpeechStarted`. While a turn lasts, decisions to start
    are ignored. A turn that is not to be announced has neither `TurnStarted` nor `TurnDropped`.

    A stop strategy's guess gives an `EagerTurn` with all that was understood so far, the last
    interim transcript included. `TurnResumed` takes it back when the user speaks again, or when a
    transcript changes the text; a guess that stands is not repeated.

    When the user is silent and nothing was heard of them for ``watchdog`` seconds (marks of speech,
    transcripts with text, keys), the turn stops all the same, for the reason ``"watchdog"``; while
    they speak, or hold a key, never.

    `AudioFrame` items are consumed: only strategies hear them. All others pass, in order, before
    what they lead to. Faults and metrics of the strategies are merged in. A strategy that fails
    gives a `Fault` and the others go on; when all have failed, the default ones take their place:
    stop strategies until the turn has stopped, start strategies for good.

    When the source completes or fails, a turn that is open gives its text once, the last interim
    transcript included, and the stream ends likewise. Unsubscribing emits nothing, for nobody
    listens.

    Marbles (one column is 100 ms)::

        heard  S-t-E-S-uE----------|
        aggregate_turn(stop=stop_after_silence(min_delay=0.6, latency=1.0))
        out    (S 1)-t-E-S-uE-------T--|

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=2.0, delay=0.2)
        t: Transcript("Hello,", is_final=True)  u: Transcript("are you there?", is_final=True)
        1: TurnStarted(1, pts=1.0, reason="speech")
        T: Turn("Hello, are you there?", 1, pts=2.8, speech_end=1.8, reason="silence")

    Args:
        start: `rxvoice.turns.default_start` unless given.
        stop: `rxvoice.turns.default_stop` unless given.
        feedback: What the bot does, from `with_feedback`; only the strategies see it.
        watchdog: Seconds (Pipecat's value); 0 for never.

    Returns:
        The operator.

    Raises:
        ValueError: When a list of strategies is empty, or ``watchdog`` is negative or not finite.
    """
    if not 0.0 <= watchdog < math.inf:
        raise ValueError(f"watchdog must be finite and not negative, got {watchdog}")
    starts = _several(start, default_start(), "start")
    stops = _several(stop, default_stop(), "stop")

    def aggregated(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            turns = Turns(observer, clock, starts, stops, watchdog)

            def on_next(item: Event) -> None:
                if isinstance(item, AudioFrame):
                    turns.take_audio(item)
                    return
                observer.on_next(item)
                if isinstance(item, USER):
                    turns.take(item)
                elif isinstance(item, Metric):
                    turns.told(item)
                elif isinstance(item, UserMuted) and item.muted:
                    turns.muted()

            def on_feedback(item: Event) -> None:
                if isinstance(item, BOT):
                    turns.take(item)

            def on_error(error: Exception) -> None:
                turns.flush()
                observer.on_error(error)

            def on_completed() -> None:
                turns.flush()
                observer.on_completed()

            own = CompositeDisposable(Disposable(turns.dispose))
            with begun(own):
                if feedback is not None:
                    own.add(feedback.subscribe(on_feedback, feedback_failed, scheduler=clock))
                own.add(source.subscribe(on_next, on_error, on_completed, scheduler=clock))
            return own

        return Stream(subscribe)

    return aggregated


def _several(
    given: Sequence[Operator[A, B]] | Operator[A, B] | None,
    default: list[Operator[A, B]],
    name: str,
) -> list[Operator[A, B]]:
    if given is None:
        return default
    several = [given] if callable(given) else list(given)
    if not several:
        raise ValueError(f"{name} must hold at least one strategy")
    return several
