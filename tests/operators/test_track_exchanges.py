"""Where exchanges begin and end (OB06)."""

from typing import Any

import pytest

from rxvoice.items import (
    BotSpeechStarted,
    BotSpeechStopped,
    Event,
    ExchangeEnded,
    ExchangeStarted,
    ReplyEnded,
    ReplyStarted,
    SpeechStarted,
    Turn,
    TurnStarted,
)
from rxvoice.operators import track_exchanges
from rxvoice.testing import OnNext, approx, marbles, timers_left

ITEMS: dict[str, Event] = {
    "B": BotSpeechStarted(1),
    "0": BotSpeechStarted(0),
    "E": BotSpeechStopped(1, 100.0),
    "S": TurnStarted(1),
    "s": SpeechStarted(1.0),
    "T": Turn("Hello.", 1),
    "r": ReplyStarted(1),
    "z": ReplyEnded(1),
    "x": ReplyEnded(1, interrupted=True),
}


def exchanges(events: str) -> list[tuple[float, Any]]:
    """Return what is told of exchanges, and when; one column is 0.5 s."""
    with marbles(0.5) as m:
        log = m.record(m.hot(events, ITEMS).pipe(track_exchanges()))
    return [
        (round(at, 6), approx(note.value))
        for at, note in log
        if isinstance(note, OnNext) and isinstance(note.value, ExchangeStarted | ExchangeEnded)
    ]


def test_ob06_the_first_exchange_starts_with_the_session() -> None:
    assert exchanges("----") == [(0.0, ExchangeStarted(1, 0.0))]


def test_ob06_it_ends_when_the_bot_was_silent_for_a_while() -> None:
    assert exchanges("-B--E---------") == [
        (0.0, ExchangeStarted(1, 0.0)),
        (4.5, ExchangeEnded(1, 2.0)),
    ]


def test_ob06_the_others_start_when_the_user_speaks() -> None:
    assert exchanges("-B--E---------S--T--B-E------") == [
        (0.0, ExchangeStarted(1, 0.0)),
        (4.5, ExchangeEnded(1, 2.0)),
        (7.0, ExchangeStarted(2, 7.0)),
        (13.5, ExchangeEnded(2, 4.0)),
    ]


def test_ob06_it_ends_when_the_user_speaks_again() -> None:
    assert exchanges("-B--E--S-") == [
        (0.0, ExchangeStarted(1, 0.0)),
        (3.5, ExchangeEnded(1, 2.0)),
        (3.5, ExchangeStarted(2, 3.5)),
    ]


def test_ob06_a_user_who_speaks_during_the_bots_speech_interrupts_it() -> None:
    """As `interruptible` and `bot_speech` tell it: the bot stops, and then the turn starts."""
    wanted = [
        (0.0, ExchangeStarted(1, 0.0)),
        (2.5, ExchangeEnded(1, 2.5, interrupted=True)),
        (2.5, ExchangeStarted(2, 2.5)),
    ]
    assert exchanges("-rB--(E x S)-T-") == wanted
    assert exchanges("-rB--S-T-") == wanted


def test_a_reply_that_was_cut_off_before_it_was_heard_interrupts_nothing() -> None:
    assert exchanges("S-Tr--(x S)-TrB-(E z)------") == [
        (0.0, ExchangeStarted(1, 0.0)),
        (8.5, ExchangeEnded(1, 6.0)),
    ]


def test_what_the_user_says_before_the_bot_answers_is_the_same_exchange() -> None:
    assert exchanges("S-T-S-T-B-|") == [
        (0.0, ExchangeStarted(1, 0.0)),
        (5.0, ExchangeEnded(1, 5.0)),
    ]


def test_a_pause_of_the_bot_does_not_end_it() -> None:
    assert exchanges("B-E--B-E-----") == [
        (0.0, ExchangeStarted(1, 0.0)),
        (6.0, ExchangeEnded(1, 3.5)),
    ]


def test_a_reply_that_is_silent_while_a_tool_runs_does_not_end_it() -> None:
    assert exchanges("rB-E----------B-(E z)-----") == [
        (0.0, ExchangeStarted(1, 0.0)),
        (10.5, ExchangeEnded(1, 8.0)),
    ]


def test_noises_do_not_start_one() -> None:
    assert exchanges("-rB-s-sEz--s---") == [
        (0.0, ExchangeStarted(1, 0.0)),
        (6.0, ExchangeEnded(1, 3.5)),
    ]


def test_without_replies_voice_activity_tells_that_the_user_speaks() -> None:
    assert exchanges("s-0-E--s--0-s-E") == [
        (0.0, ExchangeStarted(1, 0.0)),
        (3.5, ExchangeEnded(1, 2.0)),
        (3.5, ExchangeStarted(2, 3.5)),
        (6.0, ExchangeEnded(2, 2.5, interrupted=True)),
        (6.0, ExchangeStarted(3, 6.0)),
    ]


@pytest.mark.parametrize("end", ["|", "#"])
def test_ob06_the_end_of_the_stream_ends_it(end: str) -> None:
    with marbles(0.5) as m:
        stream = m.hot(f"-B-{end}", ITEMS).pipe(track_exchanges())
        values = {**ITEMS, "1": ExchangeStarted(1), "d": approx(ExchangeEnded(1, 1.5))}
        m.expect(stream).to_be(f"1B-(d {end})", values)
        after = m.hot(f"B-E----------{end}", ITEMS).pipe(track_exchanges())
        values = {**ITEMS, "1": ExchangeStarted(1), "d": approx(ExchangeEnded(1, 1.0))}
        m.expect(after).to_be(f"(1 B)-E----d-----{end}", values)


def test_an_empty_stream_has_one_exchange_of_no_time() -> None:
    with marbles() as m:
        values: dict[str, Any] = {"1": ExchangeStarted(1), "d": ExchangeEnded(1)}
        m.expect(m.cold("|", ITEMS).pipe(track_exchanges())).to_be("(1 d|)", values)


def test_unsubscribing_takes_the_timer_along() -> None:
    left: list[object] = []
    with marbles(0.5) as m:
        source = m.hot("B-E", ITEMS)
        values = {**ITEMS, "1": ExchangeStarted(1)}
        m.expect(source.pipe(track_exchanges()), "^--!").to_be("(1 B)-E", values)
        m.expect_subscriptions(source, "^--!")
        m.at(1.6, lambda: left.extend(timers_left(m.loop)))
    assert left == []


def test_two_subscribers_count_each_on_their_own() -> None:
    with marbles(0.5) as m:
        stream = m.hot("---------", ITEMS).pipe(track_exchanges())
        m.expect(stream).to_be("1--------", {"1": ExchangeStarted(1)})
        m.expect(stream, "--^").to_be("--1------", {"1": ExchangeStarted(1, 1.0)})


def test_a_negative_silence_is_refused() -> None:
    with pytest.raises(ValueError, match="end_silence"):
        track_exchanges(end_silence=-1.0)
