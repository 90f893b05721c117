"""`any_of`."""

from rxvoice.contracts import Condition
from rxvoice.operators._together import together


def any_of(*conditions: Condition) -> Condition:
    """Hold while at least one of several conditions does.

    All of them see an item before it is judged whether one holds, so that nothing is told that held
    only in the midst of it.

    Marbles (one column is 100 ms)::

        heard  --S--B--E-S-E-P-|
        any_of(speaks(), bot_speaks())
        out    n-y-----------n-|

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=2.0)
        B: BotSpeechStarted(1)  P: BotSpeechStopped(1)  y: True  n: False

    Args:
        conditions: At least one. One that completes holds for good, or never, as it said last.

    Returns:
        The condition. It fails when one of them does.

    Raises:
        ValueError: When there are none.
    """
    return together(conditions, any)
