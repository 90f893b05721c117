"""`warn_missing_input`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.items import AudioFrame, Event, Fault
from rxvoice.operators._lapse import Lapse


def warn_missing_input(*, timeout: float = 0.5, name: str = "input") -> Operator[Event, Event]:
    """Tell when the user's audio ceases to come.

    After the first `AudioFrame`, each time that none has come for ``timeout`` seconds of the
    session's clock gives one `Fault`, which is not fatal. Frames without samples are no audio. All
    items pass, in order. It belongs next to the source, before anything that holds audio back.

    Marbles (one column is 100 ms)::

        audio  ---ss-s-------s----|
        warn_missing_input(timeout=0.5)
        out    ---ss-s----f--s----|

        f: Fault("input", "no audio came for 0.5 s")

    Args:
        timeout: Seconds (Pipecat's value).
        name: Source of the faults.

    Returns:
        The operator.

    Raises:
        ValueError: When ``timeout`` is not positive.
    """
    if not timeout > 0.0:
        raise ValueError(f"timeout must be positive, got {timeout}")
    missing = Fault(name, f"no audio came for {timeout:g} s")

    def watched(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            waiting = False

            def on_next(item: Event) -> None:
                nonlocal waiting
                if isinstance(item, AudioFrame) and len(item.samples):
                    lapse.note()
                    if not waiting:
                        waiting = True
                        lapse.wait()
                observer.on_next(item)

            def lapsed() -> None:
                nonlocal waiting
                waiting = False
                observer.on_next(missing)

            def on_error(error: Exception) -> None:
                lapse.timer.dispose()
                observer.on_error(error)

            def on_completed() -> None:
                lapse.timer.dispose()
                observer.on_completed()

            lapse = Lapse(clock, timeout, lapsed)
            subscription = source.subscribe(on_next, on_error, on_completed, scheduler=clock)
            return CompositeDisposable(subscription, lapse.timer)

        return Stream(subscribe)

    return watched
