"""`Prometheus`."""

import asyncio
import math
from collections.abc import Awaitable

from reactivex import Observable

from rxvoice.items import Metric
from rxvoice.session import Session

from ._call_families import CallFamilies, family
from ._exposition import Exposition, expose
from ._families import Count, Level


class Prometheus:
    """What is measured in the calls of a process, as Prometheus reads it.

    An instance is a sink, for any number of sessions, one after another or at once:

        page = Prometheus()
        await run(events, to_speaker(), page)

    and `expose` is what a web server of one's own answers at ``/metrics``. `rxvoice.server` has
    such a page already. Of `watch_loop` and `watch_queues` it tells as well, where they are merged
    into the stream; what is lost after the last look at the queues counts at the end of the call.
    Labels have a bounded number of values.
    """

    def __init__(self) -> None:
        self._calls = CallFamilies()
        self._active = family("sessions_active", "Sessions there are.", Level)
        self._started = family("sessions_started", "Sessions begun.", Count)
        self._failed = family("sessions_failed", "Sessions that an error ended.", Count)
        self._length = family("queue_length", "Items that wait at a border.", Level, ["queue"])
        self._dropped = family("queue_dropped", "Items lost at a border.", Count, ["queue"])

    def __call__(self, stream: Observable[object], session: Session) -> Awaitable[None]:
        """Count a session, and measure what happens in it."""
        done: asyncio.Future[None] = session.scheduler.loop.create_future()
        queues: dict[tuple[str, str], float] = {}
        self._started.at().add()
        self._active.at().add(1.0)

        def on_next(item: object) -> None:
            if not (isinstance(item, Metric) and item.name in ("queue_length", "queue_dropped")):
                self._calls.observe(item)
            elif math.isfinite(item.value):
                before = queues.get((item.source, item.name), 0.0)
                queues[item.source, item.name] = item.value
                self._queue(item.source, item.name, item.value - before)

        def on_error(error: Exception) -> None:
            self._failed.at().add()
            if not done.done():
                done.set_exception(error)

        def on_completed() -> None:
            if not done.done():
                done.set_result(None)

        subscription = session.subscribe(stream, on_next, on_error, on_completed)

        def end(_: "asyncio.Future[None]") -> None:
            subscription.dispose()
            self._active.at().add(-1.0)
            for (name, what), value in queues.items():
                if what == "queue_length":
                    self._queue(name, what, -value)
            for state in session.scope.queues.states() if queues else ():
                told = queues.get((state.name, "queue_dropped"), 0.0)
                self._queue(state.name, "queue_dropped", state.dropped - told)

        done.add_done_callback(end)
        return done

    def observe(self, event: object) -> None:
        """Measure a single event that belongs to no session."""
        self._calls.observe(event)

    def expose(self, accept: str = "") -> Exposition:
        """Return everything, as a collector wants it.

        Args:
            accept: The header of its request: OpenMetrics 1.0 for who asks for it, Prometheus's
                text format 0.0.4 for all others.
        """
        own = (self._active, self._started, self._failed, self._length, self._dropped)
        return expose((*own, *self._calls.all()), accept)

    @property
    def text(self) -> str:
        """Everything, in Prometheus's text format."""
        return self.expose().body.decode()

    def _queue(self, name: str, what: str, more: float) -> None:
        if what == "queue_length":
            self._length.at(name).add(more)
        else:
            self._dropped.at(name).add(max(more, 0.0))


__all__ = ["Prometheus"]
