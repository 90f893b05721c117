"""`stop_on_dtmf`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice.contracts import StopStrategy, TurnInput
from rxvoice.items import Dtmf, SpeechOngoing, SpeechStarted, StopTurn, Transcript


def stop_on_dtmf() -> StopStrategy:
    """Let a turn in which only keys were pressed stop as soon as the entry is complete.

    That is at the finalised transcript of `aggregate_dtmf`; other strategies would still wait
    whether the user says something. In a turn with speech it decides nothing, for more text may
    come. It completes with its one decision, or as the source does.

    Marbles (one column is 100 ms)::

        turn  -1-2-t
        stop_on_dtmf()
        out   -----(x|)

        1: Dtmf("1")  2: Dtmf("2")  x: StopTurn("dtmf")
        t: Transcript("DTMF: 12", is_final=True, is_finalized=True)

    Returns:
        The strategy.
    """

    def stopped(source: Observable[TurnInput]) -> Observable[StopTurn]:
        def subscribe(
            observer: abc.ObserverBase[StopTurn], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            keys = speech = False

            def on_next(item: TurnInput) -> None:
                nonlocal keys, speech
                match item:
                    case Dtmf():
                        keys = True
                    case SpeechStarted() | SpeechOngoing():
                        speech = True
                    case Transcript(text=text, is_finalized=True) if text and keys and not speech:
                        observer.on_next(StopTurn("dtmf"))
                        observer.on_completed()
                    case Transcript(text=text) if text:
                        speech = True
                    case _:
                        pass

            return source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Stream(subscribe)

    return stopped
