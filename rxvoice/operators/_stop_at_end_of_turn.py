"""`stop_at_end_of_turn`."""

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable, SerialDisposable

from rxvoice.aio import from_coroutine
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
from rxvoice.operators._audio_span import AudioSpan
from rxvoice.operators._patience import Patience

LONGEST = 8.0
RATE = 16_000


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

    Without voice activity a turn is taken to be complete ``min_delay`` after its last transcript,
    or at once when that is finalised.

    Args:
        model: Judges at most the last 8 s of the turn.
        threshold: Probability from which a turn is complete (Smart Turn's own).
        latency: Seconds in which 99 % of final transcripts arrive, from the real end of speech.
        min_delay: Seconds; only where there is no voice activity.
        max_delay: Seconds of silence, from the real end of speech (Smart Turn's own).
        prefix_padding: Seconds of audio before `SpeechStarted` that belong to the turn.

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
        if value < 0.0:
            raise ValueError(f"{name} must not be negative, got {value}")

    def stopped(source: Observable[TurnInput]) -> Observable[StopTurn | Fault | Metric]:
        def subscribe(
            observer: abc.ObserverBase[StopTurn | Fault | Metric],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            span = AudioSpan(RATE)
            judging = SerialDisposable()
            silence = SerialDisposable()
            speaking = vad = complete = False

            def check() -> None:
                known = patience.has_text or patience.finalized
                if complete and not speaking and patience.settled and known:
                    observer.on_next(StopTurn("end_of_turn"))

            def finish() -> None:
                nonlocal complete
                complete = True
                check()

            def judged(probability: float) -> None:
                observer.on_next(Metric("end_of_turn", "probability", probability))
                if probability >= threshold:
                    finish()

            def failed(error: Exception) -> None:
                message = f"the end-of-turn model failed: {error}"
                observer.on_next(Fault("end_of_turn", message, cause=error))
                finish()

            def judge() -> None:
                audio = span.audio(LONGEST)
                judging.disposable = from_coroutine(
                    lambda: model(audio), name="end_of_turn"
                ).subscribe(judged, failed, scheduler=clock)

            def on_next(item: TurnInput) -> None:
                nonlocal speaking, vad, complete
                match item:
                    case AudioFrame():
                        span.add(item)
                        span.forget_before(item.end - LONGEST - prefix_padding)
                        if not speaking and not vad:
                            span.forget_before(item.end - prefix_padding)
                    case SpeechStarted():
                        if not vad:
                            span.forget_before(item.speech_pts - prefix_padding)
                        speaking, vad, complete = True, True, False
                        judging.disposable = silence.disposable = None
                        patience.speech_started()
                    case SpeechStopped(delay=delay):
                        speaking, vad = False, True
                        patience.speech_stopped(item)
                        silence.disposable = clock.call_later(max(0.0, max_delay - delay), finish)
                        judge()
                    case Transcript():
                        patience.transcript(item)
                        if not vad:
                            complete = True
                            patience.wait(min_delay)
                        check()

            patience = Patience(clock, latency, check)
            subscription = source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=clock
            )
            return CompositeDisposable(subscription, judging, silence, Disposable(patience.dispose))

        return Observable(subscribe)

    return stopped
