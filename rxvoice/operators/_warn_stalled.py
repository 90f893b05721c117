"""`warn_stalled`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, cast

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import Event, Fault
from rxvoice.operators._lapse import Lapse


@dataclass(frozen=True, slots=True)
class Beat:
    """Goes through a pipe to show that it lets things through."""


def warn_stalled(
    agent: Operator[Event, Event],
    /,
    *,
    every: float = 1.0,
    timeout: float = 10.0,
    loading: float = 300.0,
) -> Operator[Event, Event]:
    """Notice that an agent lets nothing through any more.

    A beat goes into the agent with the user's audio and comes out behind it, where it is taken
    out again: nobody else sees it, and it is no activity. Stages pass on what they do not know, so
    a beat that does not come out was kept by a stage that hangs: a model in a thread, a generator
    that waits for ever. Each time that none has come for ``timeout`` gives one `Fault`, which is
    not fatal. The first beat goes in when the agent is subscribed, and may take ``loading``, for
    stages keep everything until their models are there; the last goes in before the source ends.

    Marbles (one column is 1 s)::

        events  -a--b---------|
        agent   -a--b---------|
        warn_stalled(lambda source: agent(), timeout=1.0, loading=3.0)
        out     -a-fb---------|

        f: Fault("agent", "nothing has come through for 3 s")

    Args:
        agent: From what comes from the far end to everything that is heard, said and decided.
        every: Seconds between beats.
        timeout: Seconds without a beat that are too long (both are Pipecat's values).
        loading: Seconds that are too long until the first one has come; what `vad_gate` gives a
            model. At least ``timeout``.

    Returns:
        The operator.

    Raises:
        ValueError: When a time is not positive and finite.
    """
    for name, value in (("every", every), ("timeout", timeout), ("loading", loading)):
        if not 0.0 < value < math.inf:
            raise ValueError(f"{name} must be positive and finite, got {value}")

    def watched(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            monitor = _Monitor(observer, clock, timeout, max(loading, timeout))
            with begun(monitor.lapse.timer):
                monitor.begin()
                subscription = agent(_with_beats(source, every)).subscribe(
                    monitor.on_next, monitor.on_error, monitor.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, monitor.lapse.timer)

        return Stream(subscribe)

    return watched


def _with_beats(source: Observable[Event], every: float) -> Observable[Any]:
    def subscribe(
        observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        timer = SerialDisposable()
        began, count = clock.now_seconds, 0

        def beat() -> None:
            nonlocal count
            count += 1
            timer.disposable = clock.call_at(began + count * every, beat)
            observer.on_next(Beat())

        def on_error(error: Exception) -> None:
            timer.dispose()
            observer.on_error(error)

        def on_completed() -> None:
            timer.dispose()
            observer.on_completed()

        own = CompositeDisposable(timer)
        with begun(own):
            timer.disposable = clock.call_later(0.0, beat)
            own.add(source.subscribe(observer.on_next, on_error, on_completed, scheduler=clock))
        return own

    return Stream(subscribe)


class _Monitor:
    """One subscription: when a beat came out for the last time."""

    def __init__(
        self, observer: abc.ObserverBase[Event], clock: LoopScheduler, timeout: float, first: float
    ) -> None:
        self.lapse = Lapse(clock, timeout, self._stalled)
        self._observer = observer
        self._clock = clock
        self._timeout = first
        self._later = timeout
        self._waits_anew = True

    def begin(self) -> None:
        """Wait for the first beat."""
        due = self.lapse.since + self._timeout
        self.lapse.timer.disposable = self._clock.call_at(due, self._stalled)

    def on_next(self, item: Event) -> None:
        """Take an item, or a beat, from the agent."""
        if not isinstance(cast("object", item), Beat):
            self._observer.on_next(item)
            return
        self.lapse.note()
        if self._waits_anew:
            self._waits_anew, self._timeout = False, self._later
            self.lapse.wait()

    def on_error(self, error: Exception) -> None:
        """Take the agent's failure."""
        self.lapse.timer.dispose()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Take the agent's completion."""
        self.lapse.timer.dispose()
        self._observer.on_completed()

    def _stalled(self) -> None:
        self._waits_anew = True
        self._observer.on_next(Fault("agent", f"nothing has come through for {self._timeout:g} s"))
