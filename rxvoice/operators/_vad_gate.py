"""`vad_gate`."""

import inspect

import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice._types import Operator
from rxvoice.aio import from_coroutine
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.contracts import Vad, VoiceDetector
from rxvoice.errors import ModelError
from rxvoice.items import Event, Fault
from rxvoice.operators._backlog import Backlog
from rxvoice.operators._gate import Gate, GateOptions

NEVER_RUN = inspect.CORO_CREATED
LOAD_TIMEOUT = 300.0


def vad_gate(
    vad: Vad,
    /,
    *,
    threshold: float = 0.7,
    min_speech: float = 0.2,
    min_silence: float = 0.2,
    min_volume: float = 0.6,
    prefix_padding: float = 0.8,
    idle_timeout: float = 1.0,
    ongoing_every: float = 0.2,
    mark_only: bool = False,
) -> Operator[Event, Event]:
    """Let the user's audio pass while they speak, between marks of where speech starts and stops.

    `SpeechStarted` comes first, then the audio from ``prefix_padding`` before the real onset (never
    twice), then live audio with a `SpeechOngoing` every ``ongoing_every`` seconds, but for the
    silence that may become a stop, at last `SpeechStopped`. Both marks carry the configured delay,
    so that ``speech_pts`` is the real time. All times are stream time, the same whatever the size
    of the frames; only ``idle_timeout`` is measured on the clock. Frames pass whole, and without
    a copy. What is not an `AudioFrame` passes unchanged and in order.

    The model runs inline, on windows of its own size and rate. While it is loading, up to 30 s of
    audio wait, then the oldest goes and a `Fault` says so. A model that raises gives one `Fault`
    for each run of failures, and its windows count as silence; one that cannot be loaded, or not
    within five minutes, fails the stream.

    When no audio comes for ``idle_timeout`` during speech, a stop is forced: it counts the time
    without audio as silence. The same goes for a hole of that length in the frames' ``pts``.
    When the source completes or fails during speech, `SpeechStopped` comes first.

    Marbles (one column is 20 ms: "s" is a frame of speech, "q" a quiet one)::

        audio  qqqqssssssqqqqq|
        vad_gate(vad, min_speech=0.06, min_silence=0.06, prefix_padding=0.04)
        out    ------(B q q s s s)sssqq(q E)--|

        B: SpeechStarted(pts=0.14, delay=0.06)  E: SpeechStopped(pts=0.26, delay=0.06)

    Args:
        vad: Opens a detector for each subscription; it is closed with it.
        threshold: Probability from which a window counts as speech. The defaults of this and the
            next three are Pipecat's.
        min_speech: Seconds of consecutive speech that make a start.
        min_silence: Seconds of consecutive silence that make a stop.
        min_volume: Volume from 0 to 1 below which nothing counts; 0.6 is −50 dBFS.
        prefix_padding: Seconds of audio before the onset that pass, too.
        idle_timeout: Seconds without audio after which speech is taken to have stopped, for
            instance because the microphone was muted; 0 for never.
        ongoing_every: Seconds between two `SpeechOngoing`; 0 for none.
        mark_only: Let all audio pass as it comes and only add the marks.

    Returns:
        The operator.

    Raises:
        ValueError: When an argument is out of range.
    """
    options = GateOptions(
        threshold=threshold,
        min_speech=min_speech,
        min_silence=min_silence,
        min_volume=min_volume,
        prefix_padding=prefix_padding,
        idle_timeout=idle_timeout,
        ongoing_every=ongoing_every,
        mark_only=mark_only,
    )

    def gated(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            entry = _Entry(observer, clock, options)
            opened = vad()
            loading: abc.DisposableBase = Disposable()
            if inspect.isawaitable(opened):
                waiting = opened
                late = ModelError(f"voice detection was still loading after {LOAD_TIMEOUT:g} s")
                loading = (
                    from_coroutine(lambda: waiting, name="vad: load")
                    .pipe(ops.timeout(LOAD_TIMEOUT, rx.throw(late)))
                    .subscribe(entry.ready, observer.on_error, scheduler=clock)
                )
            else:
                entry.ready(opened)

            def dispose() -> None:
                entry.dispose()
                if inspect.iscoroutine(opened) and inspect.getcoroutinestate(opened) == NEVER_RUN:
                    opened.close()

            subscription = source.subscribe(
                entry.on_next, entry.on_error, entry.on_completed, scheduler=clock
            )
            return CompositeDisposable(subscription, loading, Disposable(dispose))

        return Observable(subscribe)

    return gated


class _Entry:
    """One subscription: keeps what comes until the detector is there."""

    def __init__(
        self, observer: abc.ObserverBase[Event], clock: LoopScheduler, options: GateOptions
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._options = options
        self._backlog = Backlog()
        self._gate: Gate | None = None
        self._ended = False
        self._error: Exception | None = None

    def ready(self, detector: VoiceDetector) -> None:
        """Begin to judge, with what has waited."""
        self._gate = gate = Gate(self._observer, self._clock, detector, self._options)
        if self._backlog.dropped:
            lost = f"{self._backlog.dropped:.1f} s of audio were lost while the model was loading"
            self._observer.on_next(Fault("vad", lost))
        while self._backlog:
            gate.on_next(self._backlog.get())
        if self._ended:
            self._finish()

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        if self._gate is None or self._backlog:
            self._backlog.put(item)
        else:
            self._gate.on_next(item)

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self._error = error
        self.on_completed()

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        if not self._backlog:
            self._finish()

    def dispose(self) -> None:
        """Release the detector."""
        self._backlog.clear()
        if self._gate is not None:
            self._gate.dispose()

    def _finish(self) -> None:
        if self._gate is not None:
            self._gate.finish()
        if self._error is not None:
            self._observer.on_error(self._error)
        else:
            self._observer.on_completed()
