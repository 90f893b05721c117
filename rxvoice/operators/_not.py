"""`not_`."""

from __future__ import annotations

import operator

from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import Condition, TurnInput


def not_(condition: Condition, /) -> Condition:
    """Hold when a condition does not.

    Marbles (one column is 100 ms)::

        heard  --S-----E--|
        not_(speaks())
        out    y-n-----y--|

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=2.0)  y: True  n: False

    Args:
        condition: The condition.

    Returns:
        Its opposite.
    """

    def turned(source: Observable[TurnInput]) -> Observable[bool]:
        return source.pipe(condition, ops.map(operator.not_))

    return turned
