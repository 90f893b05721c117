"""`Startup`."""

import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from reactivex import Observable, abc

from rxvoice._types import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.items import AudioFrame, BotSpeechStarted, Connected, Event, Metric

A = TypeVar("A")
B = TypeVar("B")


class Startup:
    """How long the parts of a call took to start, each told once.

    A stage starts when it is subscribed, and with it everything before it in the pipe; what a
    stage's own start takes is the time in which nothing before it starts::

        startup = Startup()
        events = microphone.pipe(
            startup.stage("hearing", hear),
            startup.stage("answering", answer),
            startup.report(),
        )

    Args:
        now: A clock that does not stand still, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._began: float | None = None
        self._inner: list[float] = []
        self._started: set[str] = set()
        self._connected: set[str] = set()
        self._untold: deque[Metric] = deque()

    def stage(self, name: str, operator: Operator[A, B], /) -> Operator[A, B]:
        """Return an operator whose start is timed, wherever it stands; also in a branch.

        Args:
            name: Source of the measurements.
            operator: The stage.
        """

        def timed(source: Observable[A]) -> Observable[B]:
            stage = operator(self._entrance(source))

            def subscribe(
                observer: abc.ObserverBase[B], scheduler: abc.SchedulerBase | None = None
            ) -> abc.DisposableBase:
                began = self._now()
                self._began = began if self._began is None else self._began
                self._inner.append(0.0)
                try:
                    return stage.subscribe(
                        observer.on_next,
                        observer.on_error,
                        observer.on_completed,
                        scheduler=scheduler,
                    )
                finally:
                    own = self._now() - began - self._inner.pop()
                    if name not in self._started:
                        self._started.add(name)
                        self._untold.append(Metric(name, "start_offset", began - self._began))
                        self._untold.append(Metric(name, "start", own))

            return Observable(subscribe)

        return timed

    def report(self) -> Operator[Event, Event]:
        """Return the operator that tells, at the end of the pipe; all items pass.

        Right before the first item comes a `Metric` ``start_offset`` and one ``start`` for each
        stage that has started: when its start began, counted from the first one's, and how long it
        took, in seconds of the given clock. What starts later is told before the next item.

        ``connected``, in seconds of the session: of ``client``, with the first `Connected`; of
        ``bot``, with the first of its audio or `BotSpeechStarted`.
        """

        def reported(source: Observable[Event]) -> Observable[Event]:
            def subscribe(
                observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
            ) -> abc.DisposableBase:
                clock = loop_scheduler(scheduler)
                begun = clock.now_seconds

                def connected(who: str) -> None:
                    if who not in self._connected:
                        self._connected.add(who)
                        observer.on_next(Metric(who, "connected", clock.now_seconds - begun))

                def on_next(item: Event) -> None:
                    while self._untold:
                        observer.on_next(self._untold.popleft())
                    if isinstance(item, Connected):
                        connected("client")
                    elif isinstance(item, AudioFrame | BotSpeechStarted):
                        connected("bot")
                    observer.on_next(item)

                self._began = self._now() if self._began is None else self._began
                return source.subscribe(
                    on_next, observer.on_error, observer.on_completed, scheduler=clock
                )

            return Observable(subscribe)

        return reported

    def _entrance(self, source: Observable[A]) -> Observable[A]:
        """Take the time off in which what stands before a stage starts."""

        def subscribe(
            observer: abc.ObserverBase[A], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            began = self._now()
            try:
                return source.subscribe(
                    observer.on_next, observer.on_error, observer.on_completed, scheduler=scheduler
                )
            finally:
                if self._inner:
                    self._inner[-1] += self._now() - began

        return Observable(subscribe)


__all__ = ["Startup"]
