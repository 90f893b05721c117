"""`vad_gate`."""

from __future__ import annotations

from functools import partial

from reactivex import Observable, abc
from reactivex import operators as ops

from rxvoice._disposables import CompositeDisposable, Disposable, SingleAssignmentDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.aio._edge import edge
from rxvoice.aio._loaded import loaded
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Vad
from rxvoice.errors import ModelError
from rxvoice.items import Event, VadOptions
from rxvoice.operators._gate_entry import GateEntry
from rxvoice.operators._provider import check_detector, check_vad

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
    options: Observable[VadOptions] | None = None,
    in_thread: bool = False,
) -> Operator[Event, Event]:
    """Let the user's audio pass while they speak, between marks of where speech starts and stops.

    `SpeechStarted` comes first, then the audio from ``prefix_padding`` before the real onset (never
    twice), then live audio with a `SpeechOngoing` every ``ongoing_every`` seconds, but for the
    silence that may become a stop, at last `SpeechStopped`. Both marks carry the configured delay,
    so that ``speech_pts`` is the real time. All times are stream time, the same whatever the size
    of the frames; only ``idle_timeout`` is measured on the clock. Frames pass whole, and without
    a copy. What is not an `AudioFrame` passes unchanged and in order.

    The model runs inline, on windows of its own size and rate, unless ``in_thread`` is set. While
    it is loading, up to 30 s of audio wait, then the oldest goes and a `Fault` says so. A model
    that raises gives one `Fault` for each run of failures, and its windows count as silence; one
    that cannot be loaded, or not within five minutes, fails the stream.

    When no audio comes for ``idle_timeout`` during speech, a stop is forced: it counts the time
    without audio as silence. The same goes for a hole of that length in the frames' ``pts``.
    When the source completes or fails during speech, `SpeechStopped` comes first.

    With ``options``, the numbers can change: new ones apply at once, runs of windows are counted
    anew, speech that is under way stays so. `VadOptions` tells what is in force, at the start and
    at each change; without ``options`` nothing is told, for nothing changes. The stream does not
    wait for ``options`` to complete.

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
        options: Replaces all of the numbers above, also at the start when it emits then.
        in_thread: Let the detector work in a worker thread, one frame at a time. What comes out is
            the same, in the same order, but later: a hop takes 0.1 ms, more than Silero itself, so
            that it pays for slow detectors alone. Half a minute of audio may wait.

    Returns:
        The operator.

    Raises:
        TypeError: When ``vad`` is no function without arguments, or one that makes such functions.
        ValueError: When an argument is out of range.
    """
    check_vad("vad", vad)
    given = VadOptions(
        threshold=threshold,
        min_speech=min_speech,
        min_silence=min_silence,
        min_volume=min_volume,
        prefix_padding=prefix_padding,
        idle_timeout=idle_timeout,
        ongoing_every=ongoing_every,
    )

    def gated(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            entry = GateEntry(observer, clock, given, mark_only=mark_only, in_thread=in_thread)
            opened = vad()
            loading, changes = SingleAssignmentDisposable(), SingleAssignmentDisposable()
            parts = CompositeDisposable(loading, changes, Disposable(entry.dispose))
            with begun(parts):
                late = ModelError(f"voice detection was still loading after {LOAD_TIMEOUT:g} s")
                detector = loaded(opened, name="vad: load", timeout=LOAD_TIMEOUT, late=late)
                loading.disposable = detector.pipe(
                    ops.do_action(partial(check_detector, "vad", vad))
                ).subscribe(entry.ready, observer.on_error, scheduler=clock)
                if options is not None:
                    changes.disposable = edge(options, "options").subscribe(
                        entry.change, observer.on_error, scheduler=clock
                    )
                    entry.announce()
                subscription = source.subscribe(
                    entry.inlet, entry.on_error, entry.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, parts)

        return Stream(subscribe)

    return gated
