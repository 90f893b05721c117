"""`warn_missing_input`."""

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable

from rxvoice._types import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.items import AudioFrame, Event, Fault


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
            timer = SerialDisposable()
            waiting = False
            arrived = 0.0

            def on_next(item: Event) -> None:
                nonlocal waiting, arrived
                if isinstance(item, AudioFrame) and len(item.samples):
                    arrived = clock.now_seconds
                    if not waiting:
                        waiting = True
                        timer.disposable = clock.call_at(arrived + timeout, look)
                observer.on_next(item)

            def look() -> None:
                """Wait on when a frame has come meanwhile: frames do not touch the timer."""
                nonlocal waiting
                due = arrived + timeout
                if clock.now_seconds < due - 1e-9:
                    timer.disposable = clock.call_at(due, look)
                else:
                    waiting = False
                    observer.on_next(missing)

            def on_error(error: Exception) -> None:
                timer.dispose()
                observer.on_error(error)

            def on_completed() -> None:
                timer.dispose()
                observer.on_completed()

            subscription = source.subscribe(on_next, on_error, on_completed, scheduler=clock)
            return CompositeDisposable(subscription, timer)

        return Observable(subscribe)

    return watched
