"""`dejitter`."""

from __future__ import annotations

import math

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.items import Event
from rxvoice.operators._dejitter_buffer import Buffer


def dejitter(
    *, delay: float = 0.0, max_delay: float = 0.2, max_gap: float = 0.06, name: str = "dejitter"
) -> Operator[Event, Event]:
    """Put audio that comes late, in bursts, in disorder or twice back into order and pace.

    It belongs next to the source. Every `AudioFrame` leaves when it would have come over an even
    line, and a delay later, by the session's clock, in the order of ``pts`` and each sample once.
    The delay is what 95 of 100 frames of the last seconds needed, within its bounds; jitter below
    5 ms needs none. When nothing comes, nothing leaves, and what comes then is not lost but passes
    at once: silence on the line and a pause of the speaker are the same.

    A frame is missing once it is due, 5 ms are over and later ones are there. Up to ``max_gap`` in
    a row are made up from the audio on both sides; a longer gap, or a pause, stays a gap in
    ``pts``. What comes after its place was given away is dropped, and the delay becomes what it
    would have needed. Two metrics tell the seconds of both since they were told last, at most every
    5 s and at the end: ``concealed`` and ``late``.

    The far end's clock may be faster or slower: the pace follows it, so that no sample has to be
    dropped or doubled, and ``pts`` stay those of the source. A source whose ``pts`` begin anew is
    followed, too. At most ``max_delay`` of audio is held, and a frame more, and none for longer;
    what comes faster pushes it out. Other items stay behind the audio that came before them.

    Marbles (one column is 20 ms, within 5 ms)::

        audio  -ab-(dc)-fg|
        dejitter(delay=0.02)
        out    --abcd(em)f(g|)

        a: speech(0.02, pts=0.0)  b: speech(0.02, pts=0.02)  c: speech(0.02, pts=0.04)
        d: speech(0.02, pts=0.06)  e: speech(0.02, pts=0.08)  f: speech(0.02, pts=0.1)
        g: speech(0.02, pts=0.12)  m: Metric("dejitter", "concealed", 0.02)

    Args:
        delay: Seconds of delay at least. 0 suits whatever keeps the order, such as a websocket:
            TCP loses nothing, so that waiting makes audio even, not better. For lines that lose
            or swap packets take 0.04 to 0.08: WebRTC's own buffer, NetEq, starts with 80 ms.
        max_delay: Seconds of delay at most. ITU-T G.114 asks for 0.15 s on the way from mouth to
            ear, and for 0.4 s at the very most.
        max_gap: Seconds of a gap that is made up; 0 for none. After 60 ms the concealment of
            G.711 (Appendix I) is silent, too.
        name: Source of the metrics.

    Returns:
        The operator. When the source ends, what is held leaves at once.

    Raises:
        ValueError: When an argument is out of range.
    """
    if not 0.0 <= delay <= max_delay < math.inf:
        raise ValueError(f"delay must be from 0 to max_delay, got {delay} and {max_delay}")
    if not 0.0 <= max_gap < math.inf:
        raise ValueError(f"max_gap must not be negative, got {max_gap}")

    def evened(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            buffer = Buffer(
                observer, clock, delay=delay, max_delay=max_delay, max_gap=max_gap, name=name
            )
            held = Disposable(buffer.dispose)
            with begun(held):
                subscription = source.subscribe(
                    buffer.on_next, buffer.on_error, buffer.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, held)

        return Stream(subscribe)

    return evened
