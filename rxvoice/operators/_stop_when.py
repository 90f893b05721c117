"""`stop_when`."""

from __future__ import annotations

from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import Condition, StopStrategy, TurnInput
from rxvoice.items import StopTurn


def stop_when(condition: Condition, /, *, reason: str = "condition") -> StopStrategy:
    """Let a turn stop when a condition begins to hold.

    It completes with its one decision, or as the source does.

    Marbles (one column is 100 ms)::

        turn  S---t-u-|
        stop_when(words(3, across=True))
        out   ------(x|)

        S: SpeechStarted(pts=1.0)  t: Transcript("four", is_final=True)
        u: Transcript("seven three", is_final=True)  x: StopTurn("condition")

    Args:
        condition: What must hold. What holds from the beginning, does not begin to.
        reason: Told in `Turn`.

    Returns:
        The strategy.
    """

    def stopped(source: Observable[TurnInput]) -> Observable[StopTurn]:
        return source.pipe(
            condition,
            ops.skip_while(bool),
            ops.filter(bool),
            ops.take(1),
            ops.map(lambda _: StopTurn(reason)),
        )

    return stopped
