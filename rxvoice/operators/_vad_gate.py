"""`vad_gate`."""

import inspect

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice._types import Operator
from rxvoice.aio import from_coroutine
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Vad
from rxvoice.items import Event
from rxvoice.operators._gate import Gate, GateOptions


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
    twice), then live audio with a `SpeechOngoing` every ``ongoing_every`` seconds, at last
    `SpeechStopped`. Both marks carry the configured delay, so that ``speech_pts`` is the real
    time. All times are stream time; only ``idle_timeout`` is measured on the clock. What is not
    an `AudioFrame` passes unchanged and in order.

    The model runs inline, on windows of its own size, whatever the size of the frames. While it is
    loading, up to 30 s of 20 ms frames wait, then the oldest go. A model that raises gives one
    `Fault` for each run of failures, and its windows count as silence; one that cannot be loaded
    fails the stream.

    When the source completes or fails during speech, `SpeechStopped` comes first.

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
            gate = Gate(observer, clock, options)
            opened = vad()
            loading: abc.DisposableBase = Disposable()
            if inspect.isawaitable(opened):
                waiting = opened
                loading = from_coroutine(lambda: waiting, name="vad: load").subscribe(
                    gate.ready, observer.on_error, scheduler=clock
                )
            else:
                gate.ready(opened)
            subscription = source.subscribe(
                gate.on_next, gate.on_error, gate.on_completed, scheduler=clock
            )
            return CompositeDisposable(subscription, loading, Disposable(gate.dispose))

        return Observable(subscribe)

    return gated
