"""`interrupt_at_once`."""

from reactivex import Observable
from reactivex import operators as ops

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
        return floor.pipe(ops.filter(_interrupts), ops.map(lambda _: Interrupt()))

    return decided


def _interrupts(item: FloorInput) -> bool:
    return isinstance(item, Turn) or (isinstance(item, TurnStarted) and item.interrupts)
