"""`aggregate_dtmf`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.items import KEYS, Dtmf, Event, Transcript


def aggregate_dtmf(
    *, end: str | None = "#", timeout: float = 2.0, prefix: str = "DTMF: "
) -> Operator[Event, Event]:
    """Make a transcript of the keys that the user presses.

    Everything passes unchanged, the keys first: the first one may start a turn and interrupt the
    bot at once. Keys are collected until ``end`` is pressed, no key came for ``timeout``, or the
    stream completes or fails; then comes a transcript of them, ``end`` included, that is final and
    finalised. Its ``pts`` and ``end`` are 0, for keys have no place in the audio.

    Put it before `aggregate_turn`, with `stop_on_dtmf` among the stop strategies.

    Marbles (one column is 500 ms)::

        heard  -1-2-h----7-----|
        aggregate_dtmf()
        out    -1-2-(h s)----7---t-|

        1: Dtmf("1")  2: Dtmf("2")  h: Dtmf("#")  7: Dtmf("7")
        s: Transcript("DTMF: 12#", is_final=True, is_finalized=True)
        t: Transcript("DTMF: 7", is_final=True, is_finalized=True)

    Args:
        end: The key that ends an entry; ``None`` for none.
        timeout: Seconds without a key after which an entry ends (Pipecat's value).
        prefix: What the transcript begins with, so that a language model knows what it is.

    Returns:
        The operator.

    Raises:
        ValueError: When ``end`` is no key or ``timeout`` not positive.
    """
    if end is not None and end not in tuple(KEYS):
        raise ValueError(f"end must be one of {KEYS}, got {end!r}")
    if not timeout > 0.0:
        raise ValueError(f"timeout must be positive, got {timeout}")

    def aggregated(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            waiting = SerialDisposable()
            keys = ""

            def flush() -> None:
                nonlocal keys
                waiting.disposable = None
                entry, keys = keys, ""
                if entry:
                    observer.on_next(Transcript(prefix + entry, is_final=True, is_finalized=True))

            def on_next(item: Event) -> None:
                nonlocal keys
                observer.on_next(item)
                if not isinstance(item, Dtmf):
                    return
                keys += item.key
                if item.key == end:
                    flush()
                else:
                    waiting.disposable = clock.call_later(timeout, flush)

            def on_error(error: Exception) -> None:
                flush()
                observer.on_error(error)

            def on_completed() -> None:
                flush()
                observer.on_completed()

            with begun(waiting):
                subscription = source.subscribe(on_next, on_error, on_completed, scheduler=clock)
            return CompositeDisposable(subscription, waiting)

        return Stream(subscribe)

    return aggregated
