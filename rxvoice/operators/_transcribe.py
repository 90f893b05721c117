"""`transcribe`."""

from __future__ import annotations

import math

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Transcriber
from rxvoice.items import AudioFrame, Event, SpeechStarted, SpeechStopped
from rxvoice.operators._listening import Listening, Manner
from rxvoice.operators._provider import check_provider


def transcribe(
    stt: Transcriber,
    /,
    *,
    pass_audio: bool = True,
    restarts: int = 3,
    timeout: float = 15.0,
    latency: float | None = None,
    name: str = "stt",
) -> Operator[Event, Event]:
    """Add what was heard to the stream.

    Everything passes in order; each item goes on first and to the recogniser then, and what the
    recogniser answers is merged in as it comes: transcripts and translations, without surrounding
    blanks, turns where it knows them, and what it tells beside them. It is not given empty frames;
    the first one is logged as a warning.

    A recogniser that fails gives a `Fault` and is started anew at the next `SpeechStarted`, or,
    where there are no marks, at the first frame a second later. After more than ``restarts``
    failures in a row without a transcript between, the fault says so; later ones are not told any
    more, and a start is tried only when 1, 2, 4 … at most 30 seconds have passed since the last
    failure. When an error says that trying again cannot help, as with bad credentials, the fault is
    fatal and the recogniser stays off. One that ends by itself is started anew likewise, without a
    fault. The stream itself goes on.

    What is measured, each as a `Metric` in seconds from the real end of the speech: ``latency``, to
    the first final transcript with text, told before it, and ``last_transcript``, to the last one,
    told two seconds after it unless the user speaks again. ``latency_p99`` tells in what time 99 %
    of final transcripts are to be expected, for those who wait for them: at the start, where it is
    known, and when `switchable` or `failover` have changed the recogniser.

    It completes when the source has and the recogniser has given its last transcript; one that
    then gives nothing for ``timeout`` seconds is given up with a `Fault`. When the source fails,
    it fails at once.

    Marbles (one column is 20 ms: "s" is a frame of speech)::

        audio  Ssss-E------|
        stt    --i-----t|
        transcribe(stt)
        out    Ss(s i)s-E--(m t)---|

        S: SpeechStarted(pts=0.1)  E: SpeechStopped(pts=0.2, delay=0.02)
        i: Transcript("hel", is_final=False)  t: Transcript("hello", is_final=True)
        m: Metric("stt", "latency", 0.08)

    Args:
        stt: The recogniser.
        pass_audio: Whether the audio passes, too.
        restarts: How often in a row a failing recogniser is started anew at the next occasion.
        timeout: Seconds without anything from the recogniser after the source has ended; 0 for
            waiting as long as it takes.
        latency: Seconds in which 99 % of final transcripts are to be expected, from the real end of
            speech; what the recogniser says by its attribute ``latency`` unless given.
        name: Source of faults and metrics.

    Returns:
        The operator.

    Raises:
        TypeError: When ``stt`` is no function of a stream.
        ValueError: When ``restarts`` or ``timeout`` is negative, or ``latency`` is negative or not
            finite.
    """
    check_provider("stt", stt, "a stream of audio")
    if restarts < 0:
        raise ValueError(f"restarts must not be negative, got {restarts}")
    if not timeout >= 0.0:
        raise ValueError(f"timeout must not be negative, got {timeout}")
    if latency is not None and not 0.0 <= latency < math.inf:
        raise ValueError(f"latency must be finite and not negative, got {latency}")
    manner = Manner(restarts, timeout, latency, name)

    def transcribed(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            listening = Listening(observer, clock, stt, manner)

            def on_next(item: Event) -> None:
                if isinstance(item, AudioFrame):
                    if pass_audio:
                        observer.on_next(item)
                    listening.hear(item)
                    return
                observer.on_next(item)
                if isinstance(item, SpeechStarted | SpeechStopped):
                    listening.hear(item)

            with begun(listening.own):
                listening.announce()
                subscription = source.subscribe(
                    on_next, observer.on_error, listening.end, scheduler=clock
                )
            return CompositeDisposable(subscription, listening.own)

        return Stream(subscribe)

    return transcribed
