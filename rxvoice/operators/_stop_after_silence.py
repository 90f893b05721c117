"""`stop_after_silence`."""

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable, SerialDisposable

from rxvoice.clock import loop_scheduler
from rxvoice.contracts import StopStrategy, TurnInput
from rxvoice.items import SpeechStarted, SpeechStopped, StopTurn, Transcript
from rxvoice.operators._patience import Patience


def stop_after_silence(*, min_delay: float = 0.6, latency: float = 1.0) -> StopStrategy:
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

    It completes with its one decision, or as the source does.

    Marbles (one column is 100 ms)::

        turn   S--tE
        stop_after_silence(min_delay=0.6, latency=1.0)
        out    ------------(x|)

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=2.0, delay=0.2)
        t: Transcript("hello", is_final=True)  x: StopTurn("silence")

    Args:
        min_delay: Seconds from the `SpeechStopped` (Pipecat's value).
        latency: Seconds in which 99 % of final transcripts arrive, from the real end of speech.

    Returns:
        The strategy.

    Raises:
        ValueError: When an argument is negative.
    """
    if not min_delay >= 0.0:
        raise ValueError(f"min_delay must not be negative, got {min_delay}")
    if not latency >= 0.0:
        raise ValueError(f"latency must not be negative, got {latency}")

    def stopped(source: Observable[TurnInput]) -> Observable[StopTurn]:
        def subscribe(
            observer: abc.ObserverBase[StopTurn], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            silence = SerialDisposable()
            vad = silent = False

            def check() -> None:
                if silent and patience.known and (patience.settled or not vad):
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
                    case SpeechStopped():
                        vad = True
                        patience.speech_stopped(item)
                        wait()
                    case Transcript():
                        patience.transcript(item)
                        if not vad and item.text:
                            wait()
                        check()
                    case _:
                        pass

            patience = Patience(clock, latency, check)
            subscription = source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=clock
            )
            return CompositeDisposable(subscription, silence, Disposable(patience.dispose))

        return Observable(subscribe)

    return stopped
