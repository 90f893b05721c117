"""`watch_queues`."""

import math

from reactivex import Observable, abc
from reactivex.disposable import SerialDisposable

from rxvoice.aio._edge import edge
from rxvoice.clock import loop_scheduler
from rxvoice.items import Metric


def watch_queues(*, every: float = 1.0) -> Observable[Metric]:
    """Tell how many items wait at the borders of the session, and how many were lost there.

    For each border (a thread, a task, a sink) come a `Metric` ``queue_length``, the items that wait
    now, and one ``queue_dropped``, those lost since the session began, whenever they differ from
    what was told last. Names are those of the borders; several of one name count as one. What waits
    to be heard by a far end (``"websocket: play"``, ``"to_speaker"``) counts in packets, of 20 ms
    unless its transport has others.

    Args:
        every: Seconds between two looks.

    Returns:
        The measurements. They never complete.

    Raises:
        ValueError: When ``every`` is not positive and finite.
    """
    if not 0.0 < every < math.inf:
        raise ValueError(f"every must be positive and finite, got {every}")

    def subscribe(
        observer: abc.ObserverBase[Metric], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        timer = SerialDisposable()
        told: dict[tuple[str, str], int] = {}

        def look() -> None:
            timer.disposable = clock.call_later(every, look)
            for state in clock.scope.queues.states():
                tell(state.name, "queue_length", state.waiting)
                tell(state.name, "queue_dropped", state.dropped)

        def tell(source: str, name: str, value: int) -> None:
            if told.get((source, name)) != value:
                told[source, name] = value
                observer.on_next(Metric(source, name, value))

        timer.disposable = clock.call_later(every, look)
        return timer

    return edge(Observable(subscribe), "watch_queues")


__all__ = ["watch_queues"]
