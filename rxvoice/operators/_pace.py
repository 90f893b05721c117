"""`pace`."""

from __future__ import annotations

import math

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.items import Event
from rxvoice.operators._pacer import Pacer
from rxvoice.operators._resample import resample


def pace(
    *,
    rate: int | None = None,
    chunk: float = 0.04,
    lead: float = 0.04,
    end_silence: float = 0.0,
    idle_silence: bool = False,
    max_buffer: float = 600.0,
) -> Operator[Event, Event]:
    """Release audio at the speed at which it is heard, so that unsubscribing really cuts.

    Audio is cut into chunks that leave by deadlines, like from a sound card: the first at once,
    each further one ``lead`` before its turn. From here on ``pts`` is the time on the session's
    clock at which a sample is heard. When audio comes too late, what follows is heard as soon as
    it is there. A `Word` leaves when half of it has been heard, so that the words that left are
    the words that were spoken; one that is not spoken leaves once all before it has been heard. All
    other items pass at once.

    The last chunk may be shorter; nothing is lost or padded. The stream completes when the last
    sample has been heard; it fails, if the source does, after what came before was heard.

    Marbles (one column is 40 ms)::

        reply  (h t a|)
        pace(chunk=0.04, lead=0.04)
        out    (b b)(H b)bT|
        out    (b b)(H b)--
               ^-!

        a: speech(0.16)  h: Word("Hi", 0.0, 0.08)  t: Word("there.", 0.08, 0.16)
        b: speech(0.04)  H: Word("Hi", 0.0, 0.08)  T: Word("there.", 0.08, 0.16)

    Args:
        rate: Sample rate to bring all audio to, in Hz; that of the first frame unless given.
        chunk: Length of a chunk in seconds, a multiple of 0.01.
        lead: Seconds by which a chunk may leave early, so that a sink never runs dry. After an
            interruption a sink that ignores `ClearAudio` still plays up to ``lead + chunk``.
        end_silence: Seconds of silence after the end, for sinks that cut the last word off.
        idle_silence: Whether to send silence, too, from the subscription on, while there is no
            audio.
        max_buffer: Seconds of audio that may wait; more makes the stream fail with
            `rxvoice.errors.BufferOverflow`.

    Returns:
        The operator.

    Raises:
        ValueError: When an argument is out of range.
    """
    if chunk <= 0.0 or not math.isclose(chunk * 100, round(chunk * 100), abs_tol=1e-6):
        raise ValueError(f"chunk must be a positive multiple of 0.01 s, got {chunk}")
    if max_buffer <= 0.0:
        raise ValueError(f"max_buffer must be positive, got {max_buffer}")
    for name, value in (("lead", lead), ("end_silence", end_silence)):
        if value < 0.0:
            raise ValueError(f"{name} must not be negative, got {value}")
    if rate is None and idle_silence:
        raise ValueError("idle_silence needs a rate")
    convert = None if rate is None else resample(rate, clear_after=math.inf, low_delay=True)

    def paced(source: Observable[Event]) -> Observable[Event]:
        converted: Observable[Event] = source if convert is None else convert(source)

        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            pacer = Pacer(
                observer,
                clock,
                chunk=chunk,
                lead=lead,
                end_silence=end_silence,
                idle_rate=rate if idle_silence else None,
                max_buffer=max_buffer,
            )
            subscription = converted.subscribe(
                pacer.on_next, pacer.on_error, pacer.on_completed, scheduler=clock
            )
            return CompositeDisposable(subscription, Disposable(pacer.dispose))

        return Stream(subscribe)

    return paced
