"""`speaks`."""

from rxvoice.contracts import Condition
from rxvoice.items import SpeechOngoing, SpeechStarted, SpeechStopped
from rxvoice.operators._claim import between


def speaks() -> Condition:
    """Hold while the user speaks: from `SpeechStarted`, or `SpeechOngoing`, to `SpeechStopped`.

    Marbles (one column is 100 ms)::

        heard  --S---t-E---S--|
        speaks()
        out    n-y-----n---y--|

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=2.0)
        t: Transcript("hello", is_final=True)  y: True  n: False

    Returns:
        The condition.
    """
    return between((SpeechStarted, SpeechOngoing), SpeechStopped)
