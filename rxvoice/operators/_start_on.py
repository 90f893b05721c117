"""`start_on_speech` and `start_on_transcript`."""

from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import StartStrategy, TurnInput
from rxvoice.items import SpeechStarted, StartTurn, Transcript


def start_on_speech() -> StartStrategy:
    """Let a turn start when voice activity is detected.

    Marbles (one column is 20 ms)::

        heard  -S-t-E-|
        start_on_speech()
        out    -x-----|

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=2.0)
        t: Transcript("hello", is_final=True)  x: StartTurn("speech")

    Returns:
        The strategy; it decides at each `SpeechStarted`.
    """

    def started(source: Observable[TurnInput]) -> Observable[StartTurn]:
        return source.pipe(
            ops.filter(lambda item: isinstance(item, SpeechStarted)),
            ops.map(lambda _: StartTurn("speech")),
        )

    return started


def start_on_transcript(*, interim: bool = True) -> StartStrategy:
    """Let a turn start when something was recognised, for speech that voice activity missed.

    Marbles (one column is 20 ms)::

        heard  -i-t-n-|
        start_on_transcript()
        out    -x-x---|

        i: Transcript("hel", is_final=False)  t: Transcript("hello", is_final=True)
        n: Transcript("", is_final=True)  x: StartTurn("transcript")

    Args:
        interim: Whether interim transcripts count, too.

    Returns:
        The strategy; it decides at each transcript that is not blank.
    """

    def counts(item: TurnInput) -> bool:
        return isinstance(item, Transcript) and bool(item.text) and (interim or item.is_final)

    def started(source: Observable[TurnInput]) -> Observable[StartTurn]:
        return source.pipe(
            ops.filter(counts),
            ops.map(lambda _: StartTurn("transcript")),
        )

    return started
