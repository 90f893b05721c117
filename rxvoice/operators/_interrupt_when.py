"""`interrupt_when`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Inlet, Stream
from rxvoice.contracts import Condition, FloorInput, InterruptionPolicy, TurnInput
from rxvoice.items import BotSpeechStarted, Interrupt, Reject, Turn, TurnDropped, TurnStarted


def interrupt_when(condition: Condition, /) -> InterruptionPolicy:
    """Let the reply be interrupted when a condition begins to hold, such as three words.

    The condition sees the reply's time from its start. A turn that comes to its end while it does
    not hold is rejected; but one that needed no start, such as a typed text, interrupts at once,
    and so does any turn as long as the bot is not heard yet. It completes with its source.

    Marbles (one column is 20 ms)::

        floor  b-T-t-B----U-w-C-|
        interrupt_when(words(2))
        out    ------r------x-x-|

        b: BotSpeechStarted(1)  T: TurnStarted(2)  t: Transcript("right", is_final=True)
        B: Turn("right", 2)  r: Reject("not enough")  U: TurnStarted(3)  x: Interrupt()
        w: Transcript("not that", is_final=True)  C: Turn("not that", 3)

    Args:
        condition: For instance ``words(3)``, ``lasting(0.5)`` or
            ``any_of(words(3), lasting(1.0))``.

    Returns:
        The policy.
    """

    def decided(floor: Observable[FloorInput]) -> Observable[Interrupt | Reject]:
        def subscribe(
            observer: abc.ObserverBase[Interrupt | Reject],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            seen: Inlet[TurnInput] = Inlet()
            holds = audible = False
            started: int | None = None

            def changed(value: bool) -> None:
                nonlocal holds
                holds = value
                if holds:
                    observer.on_next(Interrupt())

            def on_next(item: FloorInput) -> None:
                nonlocal audible, started
                if not isinstance(item, TurnStarted | Turn | TurnDropped):
                    seen.on_next(item)
                match item:
                    case BotSpeechStarted():
                        audible = True
                    case TurnStarted(number=number):
                        started = number
                    case Turn(number=number):
                        if holds or not audible or number != started:
                            observer.on_next(Interrupt())
                        else:
                            observer.on_next(Reject("not enough"))
                    case _:
                        pass

            return CompositeDisposable(
                condition(seen).subscribe(changed, observer.on_error, scheduler=scheduler),
                floor.subscribe(
                    on_next, observer.on_error, observer.on_completed, scheduler=scheduler
                ),
            )

        return Stream(subscribe)

    return decided
