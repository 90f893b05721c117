"""`start_on_transcript`."""

from __future__ import annotations

from rxvoice.contracts import StartStrategy, TurnInput
from rxvoice.items import StartTurn, Transcript
from rxvoice.operators._start_on import start_on


def start_on_transcript(
    *, interim: bool = True, interrupts: bool = True, announce: bool = True
) -> StartStrategy:
    """Let a turn start when something was recognised, for speech that voice activity missed.

    Marbles (one column is 20 ms)::

        heard  -i-t-n-|
        start_on_transcript()
        out    -x-x---|

        i: Transcript("hel", is_final=False)  t: Transcript("hello", is_final=True)
        n: Transcript("", is_final=True)  x: StartTurn("transcript")

    Args:
        interim: Whether interim transcripts count, too.
        interrupts: Whether a reply in progress has to give way.
        announce: Whether `TurnStarted` is emitted.

    Returns:
        The strategy; it decides at each transcript that is not blank.
    """

    def counts(item: TurnInput) -> bool:
        return isinstance(item, Transcript) and bool(item.text) and (interim or item.is_final)

    return start_on(counts, StartTurn("transcript", interrupts, announce))
