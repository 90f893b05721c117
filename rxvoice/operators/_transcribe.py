"""`transcribe`."""

import logging

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable
from reactivex.subject import Subject

from rxvoice._types import Operator
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.contracts import Heard, Transcriber
from rxvoice.errors import ProviderError
from rxvoice.items import (
    AudioFrame,
    Event,
    Fault,
    Metric,
    SpeechStarted,
    SpeechStopped,
    Transcript,
)

logger = logging.getLogger(__name__)


def transcribe(
    stt: Transcriber,
    /,
    *,
    pass_audio: bool = True,
    restarts: int = 3,
    name: str = "stt",
) -> Operator[Event, Event]:
    """Add what was heard to the stream.

    Everything passes in order; each item goes on first and to the recogniser then, and what the
    recogniser answers is merged in as it comes. A final transcript that follows a `SpeechStopped`
    is preceded by a `Metric` ``latency``: the time from the real end of the speech.

    A recogniser that fails gives a `Fault` and is started anew at the next `SpeechStarted` (or the
    next frame, where there are no marks), at most ``restarts`` times in a row without a transcript
    between; then, or at once when the error says that trying again cannot help, the fault is fatal
    and the recogniser stays off. The stream itself goes on.

    It completes when the source has and the recogniser has given its last transcript.

    Args:
        stt: The recogniser.
        pass_audio: Whether the audio passes, too.
        restarts: How often a failing recogniser is started anew.
        name: Source of faults and metrics.

    Returns:
        The operator.

    Raises:
        ValueError: When ``restarts`` is negative.
    """
    if restarts < 0:
        raise ValueError(f"restarts must not be negative, got {restarts}")

    def transcribed(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            listening = _Listening(observer, clock, stt, restarts, name)
            listening.start()

            def on_next(item: Event) -> None:
                if not isinstance(item, AudioFrame) or pass_audio:
                    observer.on_next(item)
                if isinstance(item, AudioFrame | SpeechStarted | SpeechStopped):
                    listening.hear(item)

            subscription = source.subscribe(
                on_next, observer.on_error, listening.end, scheduler=clock
            )
            return CompositeDisposable(subscription, listening.subscription)

        return Observable(subscribe)

    return transcribed


class _Listening:
    """One subscription: the recogniser and what it is given."""

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        stt: Transcriber,
        restarts: int,
        name: str,
    ) -> None:
        self.subscription = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._stt = stt
        self._name = name
        self._restarts = restarts
        self._left = restarts
        self._heard: Subject[Heard] | None = None
        self._on = False
        self._ended = False
        self._marks = False
        self._speech_end: float | None = None

    def start(self) -> None:
        self._on = True
        self._heard = heard = Subject[Heard]()
        self.subscription.disposable = self._stt(heard).subscribe(
            self._result, self._failed, self._completed, scheduler=self._clock
        )

    def hear(self, item: Heard) -> None:
        match item:
            case SpeechStarted():
                self._marks = True
                self._speech_end = None
            case SpeechStopped(delay=delay):
                self._speech_end = self._clock.now_seconds - delay
            case AudioFrame() if not len(item.samples):
                logger.warning("an empty audio frame was not sent to the recogniser")
                return
            case _:
                pass
        if (
            not self._on
            and self._left >= 0
            and (isinstance(item, SpeechStarted) or not self._marks)
        ):
            self.start()
        if self._on and self._heard is not None:
            self._heard.on_next(item)

    def end(self) -> None:
        self._ended = True
        if self._on and self._heard is not None:
            self._heard.on_completed()
        else:
            self._observer.on_completed()

    def _result(self, item: Transcript | Fault | Metric) -> None:
        if isinstance(item, Transcript):
            self._left = self._restarts
            if item.is_final and self._speech_end is not None:
                latency = self._clock.now_seconds - self._speech_end
                self._speech_end = None
                self._observer.on_next(Metric(self._name, "latency", latency))
        self._observer.on_next(item)

    def _failed(self, error: Exception) -> None:
        self._on = False
        self._left -= 1
        if isinstance(error, ProviderError) and not error.retryable:
            self._left = -1
        message = f"{type(error).__name__}: {error}"
        self._observer.on_next(Fault(self._name, message, fatal=self._left < 0, cause=error))
        if self._ended:
            self._observer.on_completed()

    def _completed(self) -> None:
        self._on = False
        self._left -= 1
        if self._ended:
            self._observer.on_completed()
