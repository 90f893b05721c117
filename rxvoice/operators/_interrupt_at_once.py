"""`interrupt_at_once`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice.contracts import FloorInput, InterruptionPolicy
from rxvoice.items import Interrupt, Turn, TurnStarted


def interrupt_at_once() -> InterruptionPolicy:
    """Let a turn interrupt the reply in progress as soon as it starts.

    It is a reflex: a cough cuts the reply off, also one that has not begun to be heard. It
    completes with its source.

    Marbles (one column is 20 ms)::

        floor  -n-T---B-|
        interrupt_at_once()
        out    ---x---x-|

        n: TurnStarted(2, interrupts=False)  T: TurnStarted(3)  B: Turn("stop", 3)  x: Interrupt()

    Returns:
        The policy; it decides at each `TurnStarted` that interrupts, and at each `Turn`.
    """

    def decided(floor: Observable[FloorInput]) -> Observable[Interrupt]:
        def subscribe(
            observer: abc.ObserverBase[Interrupt], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            def on_next(item: FloorInput) -> None:
                if _interrupts(item):
                    observer.on_next(Interrupt())

            return floor.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Stream(subscribe)

    return decided


def _interrupts(item: FloorInput) -> bool:
    return isinstance(item, Turn) or (isinstance(item, TurnStarted) and item.interrupts)
