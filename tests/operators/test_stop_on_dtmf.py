"""AU19: a turn of keys alone needs nobody to fall silent."""

import pytest

from rxvoice.contracts import TurnInput
from rxvoice.items import (
    Dtmf,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    StopTurn,
    Transcript,
)
from rxvoice.operators import stop_on_dtmf
from rxvoice.testing import Marbles

VALUES: dict[str, TurnInput] = {
    "1": Dtmf("1"),
    "f": Transcript("DTMF: 1", is_final=True, is_finalized=True),
    "n": Transcript("DTMF: 1", is_final=True),
    "i": Transcript("hel", is_final=False),
    "e": Transcript("", is_final=True, is_finalized=True),
    "S": SpeechStarted(1.0),
    "o": SpeechOngoing(1.1),
    "E": SpeechStopped(1.2),
}
STOP = {"x": StopTurn("dtmf")}


@pytest.mark.parametrize(
    ("turn", "decision"),
    [
        ("1-f---|", "--(x|)"),
        ("1-1-f-|", "----(x|)"),
        ("1-e-f-|", "----(x|)"),
        ("---|", "---|"),
        ("1---|", "----|"),
        ("1-#", "--#"),
        ("|", "|"),
        ("---", "---"),
    ],
)
def test_au19_the_transcript_of_the_keys_stops_it(
    marbles: Marbles, turn: str, decision: str
) -> None:
    marbles.expect(marbles.hot(turn, VALUES).pipe(stop_on_dtmf())).to_be(decision, STOP)


@pytest.mark.parametrize("turn", ["f-|", "S-E-1-f-|", "1-S-f-|", "1-o-f-|", "1-i-f-|", "1-n-f-|"])
def test_au19_where_something_was_said_others_decide(marbles: Marbles, turn: str) -> None:
    nothing = "-" * (len(turn) - 1) + "|"
    marbles.expect(marbles.hot(turn, VALUES).pipe(stop_on_dtmf())).to_be(nothing)


def test_its_decision_unsubscribes_and_so_does_who_listens(marbles: Marbles) -> None:
    source = marbles.hot("1-f---|", VALUES)
    marbles.expect(source.pipe(stop_on_dtmf())).to_be("--(x|)", STOP)
    marbles.expect_subscriptions(source, "^-!")
    other = marbles.hot("1-----f-|", VALUES)
    marbles.expect(other.pipe(stop_on_dtmf()), "^---!").to_be("-----")
    marbles.expect_subscriptions(other, "^---!")


def test_two_turns_are_judged_apart(marbles: Marbles) -> None:
    """The second one begins after the key."""
    stream = marbles.hot("-1---f-|", VALUES).pipe(stop_on_dtmf())
    marbles.expect(stream).to_be("-----(x|)", STOP)
    marbles.expect(stream, "---^").to_be("-------|")
