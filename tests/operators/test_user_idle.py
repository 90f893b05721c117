"""When the user says nothing any more (TU22)."""

from typing import Any

import pytest
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.items import (
    BotSpeechStarted,
    BotSpeechStopped,
    Dtmf,
    Event,
    Fault,
    InterruptionRejected,
    ReplyEnded,
    ReplyStarted,
    SpeechStarted,
    SpeechStopped,
    ToolCall,
    ToolResult,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    UserIdle,
    UserMuted,
    UserStarted,
    UserStopped,
)
from rxvoice.operators import user_idle
from rxvoice.testing import marbles, timers_left

ITEMS: dict[str, Event] = {
    "B": BotSpeechStarted(1),
    "E": BotSpeechStopped(1, 100.0),
    "s": SpeechStarted(1.0),
    "e": SpeechStopped(1.5),
    "S": TurnStarted(1),
    "T": Turn("Yes.", 1),
    "D": TurnDropped(1),
    "R": InterruptionRejected(1),
    "r": ReplyStarted(1),
    "z": ReplyEnded(1),
    "x": ReplyEnded(1, interrupted=True),
    "c": ToolCall("1", "weather"),
    "C": ToolResult("1", "weather"),
    "t": Transcript("hm", is_final=False),
    "n": Transcript("", is_final=True),
    "k": Dtmf("1"),
    "<": UserStarted("key"),
    ">": UserStopped("key"),
    "m": UserMuted(True),
    "u": UserMuted(False),
}
COUNTS: dict[str, UserIdle] = {str(count): UserIdle(count) for count in range(1, 6)}


def idle(events: str, expected: str, timeout: Any = 0.4) -> None:
    """Expect that the user is found idle; one column is 0.1 s, a digit is a count."""
    with marbles(0.1) as m:
        stream = m.hot(events, ITEMS).pipe(
            user_idle(timeout), ops.filter(lambda item: isinstance(item, UserIdle))
        )
        m.expect(stream).to_be(expected, COUNTS)


def test_tu22_after_the_bot_has_spoken_nobody_says_anything() -> None:
    idle("-B--E----------|", "--------1------|")


def test_tu22_zero_is_off() -> None:
    idle("-B--E--- 60s |", "-------- 60s |", 0.0)


def test_tu22_before_the_bot_has_spoken_nobody_is_idle() -> None:
    idle("-sSeT--- 60s |", "-------- 60s |")


@pytest.mark.parametrize(
    "events",
    ["-E--B------|", "-E--s------|", "-E--S------|", "-E--<------|", "-E--se-S---|"],
    ids=["the bot", "a voice", "a turn", "a key that is held", "a turn that begins late"],
)
def test_tu22_either_side_speaking_cancels_it(events: str) -> None:
    idle(events, "-----------|")


def test_tu22_it_fires_again_each_cycle_and_counts() -> None:
    idle("-BE-----BE-----BE-----|", "------1------2------3-|")


def test_tu22_the_count_begins_anew_when_the_user_speaks() -> None:
    idle("-BE-----BE-----sSeTBE-----|", "------1------2----------1-|")


def test_it_fires_once_until_the_bot_speaks_again() -> None:
    idle("-BE- 60s |", "---- 200ms 1 59.7s |")


def test_tu22_not_during_a_turn_of_the_user() -> None:
    """An interruption: the bot's stop comes while the user is speaking, and not their last."""
    idle("-B-sES----e---T-- 2s |", "----------------- 2s |")


def test_tu22_not_while_a_tool_runs() -> None:
    idle("-B-E-c------C------|", "----------------1--|")


def test_tu22_not_while_a_tool_runs_that_was_called_before_the_bot_stopped() -> None:
    idle("-B-c-E------C------|", "----------------1--|")
    idle("-cB--E------C------|", "----------------1--|")


def test_tu22_not_while_a_tool_runs_that_ended_before_the_bot_stopped() -> None:
    idle("-B-cC-E-------|", "----------1---|")


def test_a_call_ends_with_its_reply() -> None:
    idle("-rBcE------z------|", "---------------1--|")


def test_a_bot_that_is_still_working_keeps_nobody_waiting() -> None:
    idle("-rB-E--------B-Ez-----|", "--------------------1-|")


def test_after_a_turn_the_bot_has_the_word() -> None:
    idle("-B-E-sSe-T-- 2s |", "------------ 2s |")


def test_a_reply_that_was_never_heard_gives_the_user_the_word() -> None:
    idle("-sSeTr-z------|", "-----------1--|")


def test_a_reply_that_was_cut_off_does_not() -> None:
    idle("-sSeTr-x------|", "--------------|")


@pytest.mark.parametrize("mark", ["D", "R"])
def test_a_noise_that_was_no_turn_starts_it_anew(mark: str) -> None:
    idle(f"-B-E-sSe-{mark}----- |", "-------------1-|")
    idle(f"-rB-sExSe{mark}----- |", "-------------1-|")


def test_a_voice_without_a_turn_starts_it_anew() -> None:
    idle("-B-E-s-e------|", "-----------1--|")


def test_words_and_keys_of_the_telephone_start_it_anew() -> None:
    idle("-B-E--t------|", "----------1--|")
    idle("-B-E--k------|", "----------1--|")
    idle("-B-E--n------|", "-------1-----|")


def test_a_user_who_is_muted_is_not_idle() -> None:
    idle("-B-mE------u------|", "---------------1--|")


def test_the_time_runs_from_when_the_bot_was_last_heard() -> None:
    """Raw speech has stopped a third of a second before the mark."""
    with marbles(0.1) as m:
        stops = m.hot("-----E------", {"E": BotSpeechStopped(0, 0.2)})
        m.expect(stops.pipe(user_idle(0.4))).to_be(
            "-----E1-----", {"E": BotSpeechStopped(0, 0.2), "1": UserIdle(1)}
        )


def test_tu22_the_time_out_may_be_changed_while_it_runs() -> None:
    with marbles(0.1) as m:
        values = {"a": 0.4, "b": 0.8, "c": 0.2, "o": 0.0}
        for changes, events, expected in (
            ("a----------|", "-E--------", "-----1----"),
            ("a-b--------|", "-E---------", "---------1-"),
            ("b----c----", "-E---------", "-----1-----"),
            ("a-o--------", "-E---------", "-----------"),
            ("o--a-------", "-E---------", "-----1-----"),
            ("-----------", "-E---------", "-----------"),
        ):
            stream = m.hot(events, ITEMS).pipe(
                user_idle(m.hot(changes, values)),
                ops.filter(lambda item: isinstance(item, UserIdle)),
            )
            m.expect(stream).to_be(expected, COUNTS)


def test_a_negative_change_is_a_fault_and_changes_nothing() -> None:
    with marbles(0.1) as m:
        fault = Fault("idle", "ValueError: timeout must not be negative, got -1.0")
        stream = m.hot("-E------", ITEMS).pipe(user_idle(m.hot("a-b-----", {"a": 0.4, "b": -1.0})))
        m.expect(stream).to_be("-Ef--1--", {**ITEMS, **COUNTS, "f": fault})


def test_changes_that_fail_are_a_fault_and_change_nothing() -> None:
    with marbles(0.1) as m:
        changes = m.hot("a-#-----", {"a": 0.4}, error=LookupError("gone"))
        values = {**ITEMS, **COUNTS, "f": Fault("idle", "LookupError: gone")}
        m.expect(m.hot("-E------", ITEMS).pipe(user_idle(changes))).to_be("-Ef--1--", values)


def test_never_empty_and_error() -> None:
    with marbles() as m:
        m.expect(m.hot("----", ITEMS).pipe(user_idle(1.0))).to_be("----")
        m.expect(m.cold("|", ITEMS).pipe(user_idle(1.0))).to_be("|")
        m.expect(m.hot("-E#", ITEMS).pipe(user_idle(1.0))).to_be("-E#", ITEMS)
        m.expect(m.hot("-E|", ITEMS).pipe(user_idle(1.0))).to_be("-E|", ITEMS)


def test_unsubscribing_takes_the_timer_and_the_changes_along() -> None:
    left: list[object] = []
    with marbles(0.1) as m:
        source, changes = m.hot("-E", ITEMS), m.hot("a", {"a": 5.0})
        m.expect(source.pipe(user_idle(changes)), "^--!").to_be("-E-", ITEMS)
        m.expect_subscriptions(source, "^--!")
        m.expect_subscriptions(changes, "^--!")
        m.at(0.35, lambda: left.extend(timers_left(m.loop)))
    assert left == []


def test_two_subscribers_count_each_on_their_own() -> None:
    with marbles(0.1) as m:
        source: Observable[Event] = m.hot("-E-----E-----", ITEMS)
        stream = source.pipe(user_idle(0.4), ops.filter(lambda item: isinstance(item, UserIdle)))
        m.expect(stream).to_be("-----1-----2-", COUNTS)
        m.expect(stream, "------^").to_be("-----------1-", COUNTS)


def test_a_negative_time_out_is_refused() -> None:
    with pytest.raises(ValueError, match="timeout"):
        user_idle(-1.0)
