"""The start strategies that decide at single items."""

from typing import Any, assert_type

import pytest

from rxvoice.contracts import StartStrategy
from rxvoice.items import (
    Dtmf,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
    Transcript,
    UserStarted,
    UserStopped,
)
from rxvoice.operators import (
    start_on_dtmf,
    start_on_external,
    start_on_speech,
    start_on_transcript,
)
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
    "U": UserStarted("flux", 1.0),
    "P": UserStarted("push_to_talk", 1.0),
    "V": UserStopped("flux", 2.0),
    "5": Dtmf("5"),
    "h": Dtmf("#"),
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


def test_somebody_else_may_start_a_turn() -> None:
    """TU06: it is not announced again and interrupts nothing, for whoever said so has done both."""
    with marbles() as m:
        heard = m.hot("aSUtVEPU|", ITEMS)
        values = {"x": StartTurn("external", interrupts=False, announce=False)}
        m.expect(heard.pipe(start_on_external())).to_be("--x---xx|", values)


def test_who_may_start_a_turn_can_be_said() -> None:
    """TU06: push-to-talk announces and interrupts, when so wanted."""
    start = start_on_external(source="push_to_talk", interrupts=True, announce=True)
    with marbles() as m:
        heard = m.hot("aSUtVEPU|", ITEMS)
        m.expect(heard.pipe(start)).to_be("------x-|", {"x": StartTurn("external")})


def test_what_is_not_announced_cannot_interrupt() -> None:
    """TU18: it is the announcement that does."""
    with pytest.raises(ValueError, match="interrupts needs announce"):
        start_on_external(interrupts=True)


def test_a_key_starts_a_turn() -> None:
    """TU02: any, or some of them."""
    with marbles() as m:
        heard = m.hot("a5Sht5E|", ITEMS)
        x = {"x": StartTurn("dtmf")}
        m.expect(heard.pipe(start_on_dtmf())).to_be("-x-x-x-|", x)
        m.expect(heard.pipe(start_on_dtmf(keys="*#"))).to_be("---x---|", x)


@pytest.mark.parametrize("keys", ["", "12x"])
def test_keys_that_are_none_are_refused_at_the_call(keys: str) -> None:
    """TU02: by name."""
    with pytest.raises(ValueError, match="keys"):
        start_on_dtmf(keys=keys)


@pytest.mark.parametrize(
    ("strategy", "letter", "reason"),
    [
        (start_on_speech(interrupts=False, announce=False), "S", "speech"),
        (start_on_transcript(interrupts=False, announce=False), "t", "transcript"),
        (start_on_dtmf(interrupts=False, announce=False), "5", "dtmf"),
    ],
)
def test_each_says_whether_it_interrupts_and_is_announced(
    strategy: StartStrategy, letter: str, reason: str
) -> None:
    """TU18: both unless said otherwise."""
    with marbles() as m:
        m.expect(m.hot(f"-{letter}", ITEMS).pipe(strategy)).to_be(
            "-x", {"x": StartTurn(reason, interrupts=False, announce=False)}
        )


def test_never_empty_errors_and_unsubscribing() -> None:
    """TU02, TU03, TU06: as the source."""
    for strategy in (start_on_speech(), start_on_transcript(), start_on_external()):
        with marbles() as m:
            never = m.cold("-", ITEMS)
            m.expect(never.pipe(strategy), "^--!").to_be("")
            m.expect(m.cold("|", ITEMS).pipe(strategy)).to_be("|")
            m.expect(m.cold("a#", ITEMS).pipe(strategy)).to_be("-#")
            m.expect_subscriptions(never, "^--!")


def test_their_types_are_start_strategies() -> None:
    """TU02, TU03, TU06: they can be given to aggregate_turn."""
    assert_type(start_on_speech(), StartStrategy)
    assert_type(start_on_external(), StartStrategy)
    assert_type(start_on_dtmf(), StartStrategy)
    assert_type(start_on_transcript(), StartStrategy)
