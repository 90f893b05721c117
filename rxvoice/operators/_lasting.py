"""`lasting`."""

from __future__ import annotations

import math

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable
from rxvoice._stream import Stream
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Condition, TurnInput
from rxvoice.items import SpeechOngoing, SpeechStarted, SpeechStopped


def lasting(duration: float, /) -> Condition:
    """Hold while the user speaks and has done so for a while without a stop.

    The time counts from the real start of the speech: what had passed before voice detection
    declared it (``delay``) is taken off. The rest is waited for on the session's clock.

    Marbles (one column is 100 ms)::

        heard  --S--E--S------E--|
        lasting(0.5)
        out    n----------y---n--|

        S: SpeechStarted(pts=1.0, delay=0.2)  E: SpeechStopped(pts=2.0, delay=0.2)
        y: True  n: False

    Args:
        duration: Seconds.

    Returns:
        The condition.

    Raises:
        ValueError: When the duration is negative or not finite.
    """
    if not 0.0 <= duration < math.inf:
        raise ValueError(f"duration must be finite and not negative, got {duration}")

    def lasted(source: Observable[TurnInput]) -> Observable[bool]:
        def subscribe(
            observer: abc.ObserverBase[bool], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            timer = SerialDisposable()
            speaking = holds = False

            def tell(now: bool) -> None:
                nonlocal holds
                if now is not holds:
                    holds = now
                    observer.on_next(now)

            def begin(rest: float) -> None:
                nonlocal speaking
                speaking = True
                if rest > 0.0:
                    timer.disposable = clock.call_later(rest, lambda: tell(True))
                else:
                    tell(True)

            def on_next(item: TurnInput) -> None:
                nonlocal speaking
                match item:
                    case SpeechStarted() if not speaking:
                        begin(duration - item.delay)
                    case SpeechOngoing() if not speaking:
                        begin(duration)
                    case SpeechStopped():
                        speaking = False
                        timer.disposable = None
                        tell(False)
                    case _:
                        pass

            observer.on_next(False)
            with begun(timer):
                subscription = source.subscribe(
                    on_next, observer.on_error, observer.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, timer)

        return Stream(subscribe)

    return lasted
