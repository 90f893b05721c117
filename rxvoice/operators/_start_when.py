"""`start_when`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice.aio._begun import begun
from rxvoice.aio._fan import Fan
from rxvoice.contracts import Condition, StartStrategy, TurnInput
from rxvoice.items import StartTurn, Transcript


def start_when(
    condition: Condition,
    /,
    *,
    reason: str = "condition",
    interrupts: bool = True,
    announce: bool = True,
) -> StartStrategy:
    """Let a turn start when a condition begins to hold.

    It starts one, too, at each transcript that is not blank while the condition holds, so that the
    next turn starts when the last one was stopped meanwhile.

    Marbles (one column is 100 ms)::

        heard  --S-----E-S--E--|
        start_when(lasting(0.5))
        out    -------x--------|

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=2.0)  x: StartTurn("condition")

    Args:
        condition: What must hold. What holds when it is subscribed, does not begin to.
        reason: Told in `TurnStarted`.
        interrupts: Whether a reply in progress has to give way.
        announce: Whether `TurnStarted` is emitted.

    Returns:
        The strategy.
    """
    decision = StartTurn(reason, interrupts, announce)

    def started(source: Observable[TurnInput]) -> Observable[StartTurn]:
        def subscribe(
            observer: abc.ObserverBase[StartTurn], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            heard: Fan[TurnInput] = Fan()
            holds: bool | None = None
            hearing = begins = False

            def changed(now: bool) -> None:
                nonlocal holds, begins
                begins = begins or (now and holds is False)
                holds = now
                if not hearing:
                    settle()

            def settle() -> None:
                nonlocal begins
                if begins:
                    begins = False
                    observer.on_next(decision)

            def on_next(item: TurnInput) -> None:
                nonlocal hearing, begins
                hearing = True
                heard.on_next(item)
                hearing = False
                if holds and isinstance(item, Transcript) and item.text:
                    begins = True
                settle()

            def on_completed() -> None:
                heard.on_completed()
                observer.on_completed()

            own = CompositeDisposable()
            with begun(own):
                own.add(condition(heard).subscribe(changed, observer.on_error, scheduler=scheduler))
                own.add(
                    source.subscribe(on_next, observer.on_error, on_completed, scheduler=scheduler)
                )
            return own

        return Stream(subscribe)

    return started
