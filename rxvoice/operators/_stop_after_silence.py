"""`stop_after_silence`."""

from __future__ import annotations

import math

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable, SerialDisposable
from rxvoice._stream import Stream
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import StopStrategy, TurnInput
from rxvoice.items import EagerStop, Metric, SpeechStarted, SpeechStopped, StopTurn, Transcript
from rxvoice.operators._eagerness import Eagerness
from rxvoice.operators._patience import Patience
from rxvoice.operators._stop_delay import StopDelay
from rxvoice.operators._without_audio import WithoutAudio


def stop_after_silence(
    *, min_delay: float = 0.6, latency: float | None = None, eager_delay: float | None = None
) -> StopStrategy:
    """Let a turn stop when the user was silent for a while and the text is there.

    Two timers start when the speech stops: ``min_delay``, in which the user may go on and which
    always runs in full, and what is left of ``latency``, in which the recogniser may still answer
    and which a finalised transcript cuts short. The turn stops when both are over and there is
    text; when they were over before, at the first final transcript. Speech that starts again
    stops both and forgets that a transcript was finalised; an interim transcript forgets it, too.
    A finalised transcript about speech before the last start (where the recogniser says when) cuts
    nothing short. A finalised blank transcript with no other text stops the turn, too, which drops
    it.

    A transcript with text, without voice activity, starts ``min_delay`` anew and nothing else.

    With ``eager_delay`` it guesses beforehand (`EagerStop`): once the user was silent for so long,
    or what they said is finalised, and there is text, be it interim; then again at each transcript.

    It completes with its one decision, or as the source does. A delay of voice activity other than
    the usual 0.2 s, and one that leaves nothing of ``latency``, are warned of in the log, each once
    for each strategy that is made.

    Marbles (one column is 100 ms)::

        turn   S--tE
        stop_after_silence(min_delay=0.6, latency=1.0)
        out    ------------(x|)

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=2.0, delay=0.2)
        t: Transcript("hello", is_final=True)  x: StopTurn("silence")

    Args:
        min_delay: Seconds from the `SpeechStopped` (Pipecat's value).
        latency: Seconds in which 99 % of final transcripts arrive, from the real end of speech.
            Unless given, what the recogniser says (`transcribe`), or 1 s when it says nothing.
        eager_delay: Seconds from the `SpeechStopped`; no guesses unless given.

    Returns:
        The strategy.

    Raises:
        ValueError: When an argument is negative, or ``eager_delay`` is not finite.
    """
    if not min_delay >= 0.0:
        raise ValueError(f"min_delay must not be negative, got {min_delay}")
    if latency is not None and not latency >= 0.0:
        raise ValueError(f"latency must not be negative, got {latency}")
    if eager_delay is not None and not 0.0 <= eager_delay < math.inf:
        raise ValueError(f"eager_delay must be finite and not negative, got {eager_delay}")
    delays = StopDelay()

    def awaited(source: Observable[TurnInput]) -> Observable[StopTurn | EagerStop]:
        def subscribe(
            observer: abc.ObserverBase[StopTurn | EagerStop],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            silence = SerialDisposable()
            vad = silent = stopped = False

            def check() -> None:
                nonlocal stopped
                if silent and patience.known and (patience.settled or not vad):
                    stopped = True
                    observer.on_next(StopTurn("silence"))
                    observer.on_completed()

            def over() -> None:
                nonlocal silent
                silent = True
                check()

            def wait() -> None:
                nonlocal silent
                silent = False
                silence.disposable = clock.call_later(min_delay, over)

            def on_next(item: TurnInput) -> None:
                nonlocal vad, silent
                match item:
                    case SpeechStarted():
                        vad, silent = True, False
                        silence.disposable = None
                        patience.speech_started(item)
                        eagerness.speech_started()
                    case SpeechStopped():
                        vad = True
                        delays.check(item, patience.latency)
                        patience.speech_stopped(item)
                        wait()
                        eagerness.speech_stopped()
                    case Metric():
                        patience.metric(item)
                    case Transcript():
                        patience.transcript(item)
                        unheralded = not vad and bool(item.text)
                        if unheralded:
                            wait()
                        check()
                        if not stopped:
                            eagerness.transcript(item, restart=unheralded)
                    case _:
                        pass

            patience = Patience(clock, latency, check)
            eagerness = Eagerness(
                clock, eager_delay, patience, lambda: observer.on_next(EagerStop("silence"))
            )
            own = CompositeDisposable(
                silence, Disposable(patience.dispose), Disposable(eagerness.dispose)
            )
            with begun(own):
                own.add(
                    source.subscribe(
                        on_next, observer.on_error, observer.on_completed, scheduler=clock
                    )
                )
            return own

        return Stream(subscribe)

    return WithoutAudio(awaited)
