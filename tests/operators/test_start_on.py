"""The start strategies that everybody has."""

from typing import Any, assert_type

from rxvoice.contracts import StartStrategy
from rxvoice.items import SpeechStarted, SpeechStopped, StartTurn, Transcript
from rxvoice.operators import start_on_speech, start_on_transcript
from rxvoice.testing import marbles
from tests.operators.fakes import sound

ITEMS: dict[str, Any] = {
    "S": SpeechStarted(1.5, 0.2),
    "E": SpeechStopped(2.0, 0.2),
    "a": sound("s"),
    "i": Transcript("hal", False, pts=1.2),
    "t": Transcript("hallo", True, pts=1.2),
    "m": Transcript("", False),
    "n": Transcript("", True, True),
    "x": StartTurn("speech"),
    "y": StartTurn("transcript"),
}


def test_voice_activity_starts_a_turn() -> None:
    """TU02: every start of speech does."""
    with marbles() as m:
        heard = m.hot("aSaiEtSa|", ITEMS)
        m.expect(heard.pipe(start_on_speech())).to_be("-x----x-|", ITEMS)
        m.expect_subscriptions(heard, "^-------!")


def test_text_starts_a_turn_interim_or_final() -> None:
    """TU03: for speech that voice activity missed; blank text does not."""
    with marbles() as m:
        heard = m.hot("aSamnitE|", ITEMS)
        m.expect(heard.pipe(start_on_transcript())).to_be("-----yy-|", ITEMS)


def test_interim_text_need_not_start_a_turn() -> None:
    """TU03: interim transcripts are an option."""
    with marbles() as m:
        heard = m.hot("aSamnitE|", ITEMS)
        m.expect(heard.pipe(start_on_transcript(interim=False))).to_be("------y-|", ITEMS)


def test_never_empty_errors_and_unsubscribing() -> None:
    """TU02, TU03: as the source."""
    for strategy in (start_on_speech(), start_on_transcript()):
        with marbles() as m:
            never = m.cold("-", ITEMS)
            m.expect(never.pipe(strategy), "^--!").to_be("")
            m.expect(m.cold("|", ITEMS).pipe(strategy)).to_be("|")
            m.expect(m.cold("a#", ITEMS).pipe(strategy)).to_be("-#")
            m.expect_subscriptions(never, "^--!")


def test_their_types_are_start_strategies() -> None:
    """TU02, TU03: they can be given to aggregate_turn."""
    assert_type(start_on_speech(), StartStrategy)
    assert_type(start_on_transcript(), StartStrategy)
