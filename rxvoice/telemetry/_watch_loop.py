"""`watch_loop`."""

import math
import time
from collections.abc import Callable

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable, SerialDisposable

from rxvoice.aio._edge import edge
from rxvoice.aio._timing import Timing, time_by
from rxvoice.clock import loop_scheduler
from rxvoice.items import Metric


def watch_loop(
    *,
    limit: float = 0.02,
    every: float = 1.0,
    look: bool = True,
    now: Callable[[], float] = time.perf_counter,
) -> Observable[Metric]:
    """Tell how late the session's event loop is, and who blocks it.

    - `Metric` ``blocked``: a timer, a delivery, or a task between two awaits took longer than
      ``limit``. The source is the operator, or the function of the application, that was busy
      then, such as ``"rxvoice.operators.vad_gate"`` or ``"agent.look_up"``; where that could not
      be seen, the timer's function or the name of the task or of the transport.
    - `Metric` ``lag`` of ``loop``, every second: the longest that a timer was late in that second.

    What is timed is what the session does after this was subscribed. A session can be watched once
    at a time. Merge it with the events, or subscribe it beside them.

    `rxvoice.server` does this for all its calls, see its ``Options.watch_loop``.

    Args:
        limit: Seconds; a frame of audio has 0.02.
        every: Seconds.
        look: Whether a thread looks at what the loop is busy with; without it names are coarser.
        now: A clock that does not stand still, in seconds.

    Returns:
        The measurements. They never complete.

    Raises:
        ValueError: When a number is not positive and finite.
        RuntimeError: When the session is watched already; as the stream's error.
    """
    for name, value in (("limit", limit), ("every", every)):
        if not 0.0 < value < math.inf:
            raise ValueError(f"{name} must be positive and finite, got {value}")

    def subscribe(
        observer: abc.ObserverBase[Metric], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        before = clock.timing
        if before is not None and not before.shared:
            observer.on_error(RuntimeError("the loop of this session is watched already"))
            return Disposable()

        def tell(name: str, took: float) -> None:
            observer.on_next(Metric(name, "blocked", took))

        timing = Timing(clock.loop, limit, tell, now)
        time_by(clock, timing)
        timer = SerialDisposable()

        def tick() -> None:
            late, timing.late = timing.late, 0.0
            timer.disposable = clock.call_later(every, tick)
            observer.on_next(Metric("loop", "lag", late))

        def stop() -> None:
            time_by(clock, before)
            timing.stop()

        if look:
            timing.start()
        timer.disposable = clock.call_later(every, tick)
        return CompositeDisposable(timer, Disposable(stop))

    return edge(Observable(subscribe), "watch_loop")


__all__ = ["watch_loop"]
