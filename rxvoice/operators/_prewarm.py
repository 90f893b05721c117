"""`prewarm`."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SingleAssignmentDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio import from_coroutine
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import Event, Fault, SpeechStarted, TurnStarted

Warm: TypeAlias = Callable[[], Awaitable[object]]


def prewarm(
    *providers: object, every: float = 10.0, name: str = "prewarm"
) -> Operator[Event, Event]:
    """Have providers open their connections while the user speaks.

    At each `TurnStarted` and `SpeechStarted`, but at most once every so many seconds of the
    session's clock, and not while it is still under way, the ``prewarm`` of each provider that has
    one is awaited in a task of the session, which keeps what it opens. So the reply to what the
    user is saying does not wait for a handshake. What fails is told by one `Fault` a provider,
    which is not fatal, for the reply tries again. All items pass, in order and at once.

    Marbles (one column is 0.5 s)::

        events  --1--T------S-2-T------3------|
        socket    -o|
                --^!
        socket              -#
                ------------^!
        socket                         --#
                -----------------------^-!
        prewarm(provider(socket), every=4.0)
        out     --1--T------Sf2-T------3------|

        S: SpeechStarted(10.0)  1: TurnStarted(1)  2: TurnStarted(2)  3: TurnStarted(3)
        T: Turn("Yes.", 1)  f: Fault("prewarm", anything)

    Args:
        *providers: Language models, voices, recognisers. Those that have no ``prewarm`` are left
            alone.
        every: Seconds. Connections that nobody uses are closed after 15 s or more.
        name: Source of the faults that no provider signs.

    Returns:
        The operator. What is being opened when the source ends is given up.

    Raises:
        ValueError: When ``every`` is negative.
    """
    if not every >= 0.0:
        raise ValueError(f"every must not be negative, got {every}")
    found: list[Warm | None] = [getattr(provider, "prewarm", None) for provider in providers]
    warms = [warm for warm in found if warm is not None]

    def warmed(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            own = CompositeDisposable()
            connections = [_Connection(warm, observer, clock, name) for warm in warms]
            due = -math.inf

            def on_next(item: Event) -> None:
                nonlocal due
                observer.on_next(item)
                if isinstance(item, TurnStarted | SpeechStarted) and clock.now_seconds >= due:
                    due = clock.now_seconds + every - 1e-9
                    for connection in connections:
                        connection.open(own)

            def on_error(error: Exception) -> None:
                own.dispose()
                observer.on_error(error)

            def on_completed() -> None:
                own.dispose()
                observer.on_completed()

            subscription = source.subscribe(on_next, on_error, on_completed, scheduler=clock)
            return CompositeDisposable(subscription, own)

        return Stream(subscribe)

    return warmed if warms else _unchanged


class _Connection:
    """Opens what one provider keeps, and tells once when it cannot."""

    def __init__(
        self, warm: Warm, observer: abc.ObserverBase[Any], clock: LoopScheduler, name: str
    ) -> None:
        self._opening = from_coroutine(warm, name=name)
        self._observer = observer
        self._clock = clock
        self._name = name
        self._under_way = self._told = False

    def open(self, own: CompositeDisposable) -> None:
        """Begin, unless it is under way."""
        if self._under_way or own.is_disposed:
            return
        self._under_way = True
        task = SingleAssignmentDisposable()
        own.add(task)

        def over() -> None:
            self._under_way = False
            own.remove(task)

        def failed(error: Exception) -> None:
            over()
            if not self._told:
                self._told = True
                source = str(getattr(error, "provider", "") or self._name)
                message = f"no connection could be opened beforehand: {error}"
                self._observer.on_next(Fault(source, message, cause=error))

        task.disposable = self._opening.subscribe(None, failed, over, scheduler=self._clock)


def _unchanged(source: Observable[Event]) -> Observable[Event]:
    return source
