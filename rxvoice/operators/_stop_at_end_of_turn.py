"""`stop_at_end_of_turn`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable, SerialDisposable
from rxvoice._stream import Stream
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import EndOfText, EndOfTurn, StopStrategy, TurnInput
from rxvoice.items import (
    AudioFrame,
    EagerStop,
    Fault,
    Metric,
    SpeechStarted,
    SpeechStopped,
    StopTurn,
    Transcript,
)
from rxvoice.operators._delays import checked_delays, delay_for
from rxvoice.operators._judgement import Judgement
from rxvoice.operators._patience import Patience
from rxvoice.operators._provider import TEXT, check_provider


def stop_at_end_of_turn(
    model: EndOfTurn,
    /,
    *,
    text: EndOfText | None = None,
    threshold: float = 0.5,
    delays: Sequence[tuple[float, float]] = (),
    latency: float | None = None,
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

    With ``text``, the words are judged, too: what there is at the `SpeechStopped`, and again when
    a transcript changes it in the silence. The probability is then that of both together, the
    turn does not stop while an answer is pending, and if one of the two raises, the other counts
    alone.

    With ``delays``, how sure it is decides how long the silence must be: the first pair whose
    probability is reached says after how many seconds, from the real end of the speech, the turn
    is complete. Below the last pair it is ``max_delay``. An `EagerStop` comes when all but that
    silence is there and the probability reaches the ``threshold``.

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
        text: Judges the words of the turn, such as
            `rxvoice.providers.llama_turn.llama_turn` or `rxvoice.providers.last_words.last_words`.
        threshold: Probability from which a turn is complete (Smart Turn's own).
        delays: Pairs of a probability and seconds, falling and rising, such as
            ``[(0.6, 0.5), (0.3, 0.9), (0.1, 1.0), (0.03, 1.25)]``, which was measured with
            `llama_turn`. Unless given, a turn is complete at once from the ``threshold`` on.
        latency: Seconds in which 99 % of final transcripts arrive, from the real end of speech.
            Unless given, what the recogniser says (`transcribe`), or 1 s when it says nothing.
        min_delay: Seconds; only where there is no voice activity.
        max_delay: Seconds of silence, from the real end of speech (Smart Turn's own).
        prefix_padding: Seconds of audio before the first speech that belong to the turn.

    Returns:
        The strategy.

    Raises:
        TypeError: When ``model`` or ``text`` is no function.
        ValueError: When an argument is out of range.

    Where the numbers come from: see ``docs/end-of-turn.md``.
    """
    check_provider("model", model, "audio")
    if text is not None:
        check_provider("text", text, TEXT)
    if not 0.0 <= threshold <= 1.0:
        raise ValueError(f"threshold must be in 0…1, got {threshold}")
    for name, value in (
        ("latency", latency or 0.0),
        ("min_delay", min_delay),
        ("max_delay", max_delay),
        ("prefix_padding", prefix_padding),
    ):
        if not 0.0 <= value < math.inf:
            raise ValueError(f"{name} must be finite and not negative, got {value}")
    steps = checked_delays(delays) or ((threshold, 0.0),)

    def stopped(source: Observable[TurnInput]) -> Observable[StopTurn | EagerStop | Fault | Metric]:
        def subscribe(
            observer: abc.ObserverBase[StopTurn | EagerStop | Fault | Metric],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            vad = complete = overdue = probable = False
            ended = 0.0
            silence, longest = SerialDisposable(), SerialDisposable()

            def check() -> None:
                nonlocal probable
                if not (patience.known and patience.settled) or (judgement.pending and not overdue):
                    return
                if complete:
                    observer.on_next(StopTurn("end_of_turn"))
                    observer.on_completed()
                elif probable:
                    probable = False
                    observer.on_next(EagerStop("end_of_turn"))

            def finish() -> None:
                nonlocal complete
                complete = True
                check()

            def give_up() -> None:
                nonlocal overdue
                overdue = True
                finish()

            def judged(probability: float) -> None:
                nonlocal complete, probable
                due = ended + delay_for(probability, steps, max_delay)
                complete = overdue or due <= clock.now_seconds + 1e-9
                probable = bool(delays) and probability >= threshold
                silence.disposable = None if complete else clock.call_at(due, finish)
                check()

            def on_next(item: TurnInput) -> None:
                nonlocal vad, complete, overdue, probable, ended
                match item:
                    case AudioFrame():
                        judgement.hear(item)
                    case SpeechStarted():
                        vad, complete, overdue, probable = True, False, False, False
                        silence.disposable = longest.disposable = None
                        judgement.speech_started(item)
                        patience.speech_started(item)
                    case SpeechStopped():
                        vad = True
                        ended = clock.now_seconds - item.delay
                        longest.disposable = clock.call_later(max_delay - item.delay, give_up)
                        patience.speech_stopped(item)
                        judgement.speech_stopped(item)
                    case Metric():
                        patience.metric(item)
                    case Transcript():
                        patience.transcript(item)
                        judgement.transcript(item)
                        if not vad and item.text:
                            complete = True
                            patience.wait(min_delay)
                        check()
                    case _:
                        pass

            patience = Patience(clock, latency, check)
            judgement = Judgement(clock, model, text, prefix_padding, observer.on_next, judged)
            subscription = source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=clock
            )
            return CompositeDisposable(
                subscription,
                silence,
                longest,
                Disposable(judgement.dispose),
                Disposable(patience.dispose),
            )

        return Stream(subscribe)

    return stopped
