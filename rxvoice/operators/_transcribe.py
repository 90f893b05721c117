"""`transcribe`."""

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Transcriber
from rxvoice.items import AudioFrame, Event, SpeechStarted, SpeechStopped
from rxvoice.operators._listening import Listening


def transcribe(
    stt: Transcriber,
    /,
    *,
    pass_audio: bool = True,
    restarts: int = 3,
    timeout: float = 15.0,
    name: str = "stt",
) -> Operator[Event, Event]:
    """Add what was heard to the stream.

    Everything passes in order; each item goes on first and to the recogniser then, and what the
    recogniser answers is merged in as it comes, its texts without surrounding blanks. The first
    final transcript with text that follows a `SpeechStopped` is preceded by a `Metric` ``latency``:
    the time from the real end of the speech. The recogniser is not given empty frames; the first
    one is logged as a warning.

    A recogniser that fails gives a `Fault` and is started anew at the next `SpeechStarted` (or,
    where there are no marks, at the first frame a second later), at most ``restarts`` times in a
    row without a transcript between; then, or at once when the error says that trying again cannot
    help, the fault is fatal and the recogniser stays off. One that ends by itself is started anew
    likewise, without a fault. The stream itself goes on.

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
        restarts: How often a failing recogniser is started anew.
        timeout: Seconds without anything from the recogniser after the source has ended; 0 for
            waiting as long as it takes.
        name: Source of faults and metrics.

    Returns:
        The operator.

    Raises:
        ValueError: When ``restarts`` or ``timeout`` is negative.
    """
    if restarts < 0:
        raise ValueError(f"restarts must not be negative, got {restarts}")
    if not timeout >= 0.0:
        raise ValueError(f"timeout must not be negative, got {timeout}")

    def transcribed(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            listening = Listening(observer, clock, stt, restarts, timeout, name)
            listening.start()

            def on_next(item: Event) -> None:
                if pass_audio or not isinstance(item, AudioFrame):
                    observer.on_next(item)
                if isinstance(item, AudioFrame | SpeechStarted | SpeechStopped):
                    listening.hear(item)

            with begun(listening.subscription, listening.timer):
                subscription = source.subscribe(
                    on_next, observer.on_error, listening.end, scheduler=clock
                )
            return CompositeDisposable(subscription, listening.subscription, listening.timer)

        return Observable(subscribe)

    return transcribed
