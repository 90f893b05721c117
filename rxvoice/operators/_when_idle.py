"""`when_idle`."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.aio._from_awaitable import from_awaitable
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import BotSpeechOngoing, BotSpeechStarted, SpeechOngoing, SpeechStarted
from rxvoice.operators._lapse import Lapse

T = TypeVar("T")
logger = logging.getLogger(__name__)
SPEAKING = (BotSpeechOngoing, BotSpeechStarted, SpeechOngoing, SpeechStarted)


def when_idle(
    tell: Callable[[], Awaitable[None] | None],
    /,
    *,
    timeout: float = 300.0,
    kinds: Sequence[type] = SPEAKING,
) -> Operator[T, T]:
    """Call a function each time that nothing of some kinds has come by for a while.

    The time begins with the subscription, and anew with each item that counts, be it swallowed
    further down or not. When nothing came, ``tell`` is called again after another ``timeout``.
    While what it returned is being awaited it is not called; what comes meanwhile counts, so that
    no false idleness follows. Unsubscribing cancels it; what it raises is logged.

    To end a call in which nothing happens, let ``tell`` send ``EndCall`` to `steer`. For a user who
    does not answer there is `user_idle`, which knows whose turn it is. All items pass, in order.

    Marbles (one column is 1 s)::

        events  -S-w-----|
        when_idle(lambda: None, timeout=3.0)
        out     -S-w-----|

        S: SpeechStarted(0.0)  w: Word("Hi", 0.0, 0.1)

    Args:
        tell: Called on the loop; may be an async function.
        timeout: Seconds (Pipecat's value for a session).
        kinds: Types of the items that count; by default whoever speaks.

    Returns:
        The operator.

    Raises:
        ValueError: When ``timeout`` is not positive and finite, or there are no kinds.
    """
    if not 0.0 < timeout < math.inf:
        raise ValueError(f"timeout must be positive and finite, got {timeout}")
    if not kinds:
        raise ValueError("kinds must not be empty")
    counting = tuple(kinds)

    def watched(source: Observable[T]) -> Observable[T]:
        def subscribe(
            observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            watch = _Watch(tell, loop_scheduler(scheduler), timeout)

            def on_next(item: T) -> None:
                if isinstance(item, counting):
                    watch.lapse.note()
                observer.on_next(item)

            own = CompositeDisposable(watch.lapse.timer, watch.call)
            with begun(own):
                watch.lapse.wait()
                own.add(
                    source.subscribe(
                        on_next, observer.on_error, observer.on_completed, scheduler=scheduler
                    )
                )
            return own

        return Stream(subscribe)

    return watched


class _Watch:
    """One subscription: when something counted for the last time."""

    def __init__(
        self, tell: Callable[[], Awaitable[None] | None], clock: LoopScheduler, timeout: float
    ) -> None:
        self.lapse = Lapse(clock, timeout, self._idle)
        self.call = SerialDisposable()
        self._tell = tell
        self._clock = clock

    def _idle(self) -> None:
        called = self._clock.now_seconds
        try:
            told = self._tell()
        except Exception as error:
            self._failed(error)
            told = None
        if told is None:
            self._again(called)
        else:

            def on_error(error: Exception) -> None:
                self._failed(error)
                self._again(called)

            self.call.disposable = from_awaitable(told, name="when_idle").subscribe(
                on_error=on_error,
                on_completed=lambda: self._again(called),
                scheduler=self._clock,
            )

    def _failed(self, error: Exception) -> None:
        logger.error("what was to be called in idleness has failed", exc_info=error)

    def _again(self, called: float) -> None:
        if self.lapse.since <= called:
            self.lapse.note()
        self.lapse.wait()
