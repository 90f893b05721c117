"""`interrupt_never`."""

from __future__ import annotations

from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import FloorInput, InterruptionPolicy
from rxvoice.items import Reject, Turn


def interrupt_never(*, answer: bool = True) -> InterruptionPolicy:
    """Let every reply be spoken to its end.

    It completes with its source.

    Marbles (one column is 20 ms)::

        floor  -T---B-|
        interrupt_never(answer=False)
        out    -----r-|

        T: TurnStarted(2)  B: Turn("stop", 2)  r: Reject("uninterruptible")

    Args:
        answer: Whether what the user says meanwhile is answered afterwards. Otherwise it comes to
            nothing.

    Returns:
        The policy.
    """

    def decided(floor: Observable[FloorInput]) -> Observable[Reject]:
        return floor.pipe(
            ops.filter(lambda item: not answer and isinstance(item, Turn)),
            ops.map(lambda _: Reject("uninterruptible")),
        )

    return decided
