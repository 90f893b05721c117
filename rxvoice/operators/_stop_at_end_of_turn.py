"""`stop_at_end_of_turn`."""

import math

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice.clock import loop_scheduler
from rxvoice.contracts import EndOfTurn, StopStrategy, TurnInput
from rxvoice.items import (
    AudioFrame,
    Fault,
    Metric,
    SpeechStarted,
    SpeechStopped,
    StopTurn,
    Transcript,
)
from rxvoice.operators._judgement import Judgement
from rxvoice.operators._patience import Patience


def stop_at_end_of_turn(
    model: EndOfTurn,
    /,
    *,
    threshold: float = 0.5,
    latency: float = 1.0,
    min_delay: float = 0.6,
    max_delay: float = 3.0,
    prefix_padding: float = 0.5,
) -> StopStrategy:
    """Let a turn stop when a model hears that the user has finished.

    At each `SpeechStopped` the model judges the turn's audio. When it says complete, the turn
    stops as soon as the transcript is finalised, or there is text and the rest of ``latency`` has
    run out. When it says incomplete, the strategy listens on; ``max_delay`` of silence counts as
    complete all the same. Speech that starts again cancels the judgement. Each judgement gives a
    `Metric` ``probability``; a model that raises gives a `Fault` and counts as complete.

    Without voice activity a turn is taken to be complete ``min_delay`` after its last transcript
    with text, or at once when that is finalised.

    It completes with its one decision, or as the source does.

    Marbles (one column is 100 ms: "s" is a frame of speech, "q" a quiet one)::

        turn   SsssqqE---t
        model         -p
               ------^!
        stop_at_end_of_turn(model)
        out    -------m--(x|)

        S: SpeechStarted(pts=0.0)  E: SpeechStopped(pts=0.5, delay=0.2)
        t: Transcript("hello", is_final=True, is_finalized=True)
        p: 0.9  m: Metric("end_of_turn", "probability", 0.9)  x: StopTurn("end_of_turn")

    Args:
        model: Judges at most the last 8 s of the turn.
        threshold: Probability from which a turn is complete (Smart Turn's own).
        latency: Seconds in which 99 % of final transcripts arrive, from the real end of speech.
        min_delay: Seconds; only where there is no voice activity.
        max_delay: Seconds of silence, from the real end of speech (Smart Turn's own).
        prefix_padding: Seconds of audio before the first speech that belong to the turn.

    Returns:
        The strategy.

    Raises:
        ValueError: When an argument is out of range.
    """
    if not 0.0 <= threshold <= 1.0:
        raise ValueError(f"threshold must be in 0…1, got {threshold}")
    for name, value in (
        ("latency", latency),
        ("min_delay", min_delay),
        ("max_delay", max_delay),
        ("prefix_padding", prefix_padding),
    ):
        if not 0.0 <= value < math.inf:
            raise ValueError(f"{name} must be finite and not negative, got {value}")

    def stopped(source: Observable[TurnInput]) -> Observable[StopTurn | Fault | Metric]:
        def subscribe(
            observer: abc.ObserverBase[StopTurn | Fault | Metric],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            vad = complete = False

            def check() -> None:
                if complete and patience.known and patience.settled:
                    observer.on_next(StopTurn("end_of_turn"))
                    observer.on_completed()

            def finish() -> None:
                nonlocal complete
                complete = True
                check()

            def judged(result: Metric | Fault) -> None:
                observer.on_next(result)
                if isinstance(result, Fault) or result.value >= threshold:
                    finish()

            def on_next(item: TurnInput) -> None:
                nonlocal vad, complete
                match item:
                    case AudioFrame():
                        judgement.hear(item)
                    case SpeechStarted():
                        vad, complete = True, False
                        judgement.speech_started(item)
                        patience.speech_started(item)
                    case SpeechStopped():
                        vad = True
                        patience.speech_stopped(item)
                        judgement.speech_stopped(item)
                    case Transcript():
                        patience.transcript(item)
                        if not vad and item.text:
                            complete = True
                            patience.wait(min_delay)
                        check()
                    case _:
                        pass

            patience = Patience(clock, latency, check)
            judgement = Judgement(clock, model, max_delay, prefix_padding, judged, finish)
            subscription = source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=clock
            )
            return CompositeDisposable(
                subscription, Disposable(judgement.dispose), Disposable(patience.dispose)
            )

        return Observable(subscribe)

    return stopped
