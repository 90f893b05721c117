"""`start_on_speech`."""

from rxvoice.contracts import StartStrategy
from rxvoice.items import SpeechStarted, StartTurn
from rxvoice.operators._start_on import start_on


def start_on_speech(*, interrupts: bool = True, announce: bool = True) -> StartStrategy:
    """Let a turn start when voice activity is detected.

    Marbles (one column is 20 ms)::

        heard  -S-t-E-|
        start_on_speech()
        out    -x-----|

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=2.0)
        t: Transcript("hello", is_final=True)  x: StartTurn("speech")

    Args:
        interrupts: Whether a reply in progress has to give way.
        announce: Whether `TurnStarted` is emitted.

    Returns:
        The strategy; it decides at each `SpeechStarted`.
    """
    decision = StartTurn("speech", interrupts, announce)
    return start_on(lambda item: isinstance(item, SpeechStarted), decision)
