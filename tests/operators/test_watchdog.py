"""What ends a turn in which nothing happens any more; letters as in test_aggregate_turn.

One column is 0.1 s.
"""

import math
from typing import Any

import pytest
from reactivex import Observable

from rxvoice.items import (
    BotSpeechOngoing,
    Dtmf,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    UserMuted,
    UserStarted,
    UserStopped,
)
from rxvoice.operators import (
    aggregate_turn,
    start_on_dtmf,
    start_on_external,
    stop_on_external,
    stop_when,
    words,
)
from rxvoice.testing import like, marbles
from tests.operators.fakes import sound

TICK = 0.1
ITEMS: dict[str, Any] = {
    "S": SpeechStarted(1.0, 0.2),
    "o": SpeechOngoing(2.0),
    "E": SpeechStopped(3.0, 0.2),
    "i": Transcript("hal", False),
    "t": Transcript("hallo", True),
    "n": Transcript("", False),
    "a": sound("s"),
    "k": Dtmf("1"),
    "U": UserStarted("key"),
    "V": UserStopped("key"),
    "M": UserMuted(True),
    "m": UserMuted(False),
    "1": like(TurnStarted, number=1),
    "2": like(TurnStarted, number=2),
    "W": like(Turn, text="hallo", reason="watchdog"),
    "D": TurnDropped(1, "watchdog"),
    "T": like(Turn, text="hallo", reason="silence"),
    "N": TurnDropped(1, "no text"),
}


def never(source: Observable[Any]) -> Observable[Any]:
    return stop_when(words(99))(source)


def check(heard: str, expected: str, **options: Any) -> None:
    with marbles(TICK) as m:
        m.expect(m.hot(heard, ITEMS).pipe(aggregate_turn(**options))).to_be(expected, ITEMS)


def test_a_turn_without_a_transcript_is_dropped_five_seconds_after_the_speech() -> None:
    """TU16: its reason says that it was not the recogniser who found nothing."""
    check("S-E", "(S 1)-E 4900ms D")
    check("S-E-i", "(S 1)-E-i 4900ms D")


def test_a_turn_with_text_is_a_turn_whatever_its_strategies_wait_for() -> None:
    """TU16: with its own reason."""
    check("S-tE", "(S 1)-tE 4900ms W", stop=never)
    check("t", "(t 1) 4900ms W", stop=never)


def test_every_sign_of_life_makes_it_wait_anew() -> None:
    """TU16: marks of speech, transcripts and keys."""
    check("S-E 4s i 4s i", "(S 1)-E 4s i 4s i 4900ms D")
    check("S-E 4s k 4s V", "(S 1)-E 4s k 4s V 4900ms D")
    check("S-E 4s S-E", "(S 1)-E 4s S-E 4900ms D")


def test_what_comes_while_nobody_speaks_is_no_sign_of_life() -> None:
    """TU16: audio, and the blank transcripts that some recognisers send all the time."""
    check("S-E 2s n 2s a", "(S 1)-E 2s n 2800ms D")


def test_what_the_bot_does_is_no_sign_of_life() -> None:
    """TU16: only the user's matter."""
    with marbles(TICK) as m:
        bot = m.hot("- 2s b 2s b", {"b": BotSpeechOngoing(1)})
        out = m.hot("S-E", ITEMS).pipe(aggregate_turn(feedback=bot))
        m.expect(out).to_be("(S 1)-E 4900ms D", ITEMS)


def test_never_while_the_user_is_still_speaking() -> None:
    """TU16: however long they speak, and whatever came before."""
    check("S-t 60s E", "(S 1)-t 60s E 4900ms W", stop=never)
    check("t-o 60s E", "(t 1)-o 60s E 4900ms W", stop=never)


def test_never_while_the_user_holds_a_key() -> None:
    """TU16: voice activity may come and go meanwhile."""
    start, stop = start_on_external(announce=True), stop_on_external()
    check("U-S-E 60s V", "(U 1)-S-E 60s V 4900ms D", start=start, stop=stop)


def test_a_turn_that_starts_in_the_midst_of_speech_lasts_until_it_stops() -> None:
    """TU16: though it did not see the speech begin."""
    check("S-k 60s E", "S-(k 1) 60s E 4900ms D", start=start_on_dtmf(), stop=never)
    check("S-E-k 60s", "S-E-(k 1) 4900ms D", start=start_on_dtmf(), stop=never)


def test_a_user_who_is_muted_is_silent() -> None:
    """TU16, TU20: the end of their speech will not be heard; hearing them again changes nothing."""
    check("S-M 60s", "(S 1)-M 4900ms D")
    check("S-M-m 60s", "(S 1)-M-m 4700ms D")


def test_another_turn_may_follow() -> None:
    """TU16: the late transcript is not lost; it is a turn of its own."""
    check("S-E 6s t", "(S 1)-E 4900ms D 1s (t 2) 500ms T")


def test_its_time_is_an_option() -> None:
    """TU16: 0 for never."""
    check("S-E 9s", "(S 1)-E 1900ms D", watchdog=2.0)
    check("S-E 60s |", "(S 1)-E 60s (N |)", watchdog=0.0)


def test_no_timer_is_left_of_a_turn_that_stopped_or_was_left() -> None:
    """TU16: the bench sees to that."""
    with marbles(TICK) as m:
        heard = m.hot("S-tE---", ITEMS)
        m.expect(heard.pipe(aggregate_turn(stop=never)), "^---!").to_be("(S 1)-tE", ITEMS)
        m.expect(heard.pipe(aggregate_turn(stop=stop_when(words(1))))).to_be(
            "(S 1)-(t T)E---", {**ITEMS, "T": like(Turn, reason="condition")}
        )


@pytest.mark.parametrize("watchdog", [-0.1, math.inf, math.nan])
def test_a_bad_time_is_refused_at_the_call(watchdog: float) -> None:
    """TU16: by name."""
    with pytest.raises(ValueError, match="watchdog"):
        aggregate_turn(watchdog=watchdog)
