"""RT08, RT09: what is left out, and each item once."""

from typing import Any

import pytest

from rxvoice.items import (
    Fault,
    Metric,
    Token,
    Turn,
    TurnStarted,
    Usage,
    UserMuted,
)
from rxvoice.rtvi import (
    BotLlmText,
    FromStage,
    Reports,
    UserStartedSpeaking,
    UserStoppedSpeaking,
    rtvi_messages,
)
from rxvoice.testing import OnNext, marbles

from .said import told, told_of

NONE: dict[str, Any] = {}


def test_rt08_what_comes_from_an_ignored_source_is_not_told() -> None:
    reports = Reports(ignored=frozenset({"evaluator"}))
    own, other = Fault("evaluator", "it failed"), Fault("llm", "lost")
    events = [own, Metric("evaluator", "ttfb", 0.1), Usage("evaluator", 1, 1), other]
    assert [message["type"] for message in told_of(events, reports)] == ["error"]


def test_rt08_what_is_ignored_may_change_while_it_runs() -> None:
    items: dict[str, Any] = {
        "e": FromStage("evaluator", Token("Good.")),
        "t": Token("Hi."),
        "i": Reports(ignored=frozenset({"evaluator"})),
        "n": Reports(),
    }
    with marbles() as m:
        reports = m.hot("--i---n-", items)
        events = m.hot(" -e-t-e-e|", items)
        messages = events.pipe(rtvi_messages(reports=reports))
        log = m.record(messages)
    texts = [
        (round(at, 6), note.value.text)
        for at, note in log
        if isinstance(note, OnNext) and isinstance(note.value, BotLlmText)
    ]
    assert texts == [(0.02, "Good."), (0.06, "Hi."), (0.14, "Good.")]


def test_rt09_an_item_that_several_streams_carry_is_told_once() -> None:
    items: dict[str, Any] = {"a": UserMuted(True), "b": UserMuted(False)}
    assert len(told("a-b-|", items, also=[])) == 2
    with marbles() as m:
        twin = m.hot("-a-b|", items)
        events = m.hot("a-b-|", items)
        m.expect(events.pipe(rtvi_messages(also=[twin]))).to_be(
            "u-v-|",
            {"u": told("a", items)[0], "v": told("b", items)[0]},
        )


def test_rt09_an_object_that_one_stream_carries_twice_is_two_items() -> None:
    items: dict[str, Any] = {"a": UserMuted(True)}
    with marbles() as m:
        twin = m.hot("---a--|", items)
        events = m.hot("a-a---|", items)
        log = m.record(events.pipe(rtvi_messages(also=[twin])))
    assert len([note for _, note in log if hasattr(note, "value")]) == 2


def test_it_completes_with_all_and_fails_with_any_of_its_streams() -> None:
    with marbles() as m:
        m.expect(m.hot("---|", NONE).pipe(rtvi_messages(also=[m.hot("-----|", NONE)]))).to_be(
            "-----|"
        )
        m.expect(m.hot("---|", NONE).pipe(rtvi_messages(also=[m.hot("-#", NONE)]))).to_be("-#")
        m.expect(m.hot("-#", NONE).pipe(rtvi_messages())).to_be("-#")
        m.expect(m.cold("|", NONE).pipe(rtvi_messages())).to_be("|")


def test_unsubscribing_leaves_all_streams() -> None:
    with marbles() as m:
        events, twin, reports = (m.hot("------", NONE) for _ in range(3))
        log = events.pipe(rtvi_messages(reports=reports, also=[twin]))
        m.expect(log, "^--!").to_be("----")
        for stream in (events, twin, reports):
            m.expect_subscriptions(stream, "^--!")


def test_the_users_audio_is_listened_to_while_its_levels_are_told() -> None:
    told = {"l": Reports(level_every=0.1), "f": Reports(level_every=0.2), "n": Reports()}
    with marbles() as m:
        audio, reports = m.hot("---------", NONE), m.hot("-l-f-n-l-", told)
        events = m.hot("---------", NONE)
        log = events.pipe(rtvi_messages(reports=reports, user_audio=audio))
        m.expect(log, "^-------!").to_be("---------")
        m.expect_subscriptions(audio, "-^---!", "-------^!")


def test_two_subscribers_have_a_state_of_their_own() -> None:
    items = {"1": TurnStarted(1), "T": Turn("Hi.", 1)}
    with marbles() as m:
        events = m.hot("1T|", items)
        messages = events.pipe(rtvi_messages())
        both = {"s": UserStartedSpeaking(), "e": UserStoppedSpeaking()}
        m.expect(messages).to_be("se|", both)
        m.expect(messages).to_be("se|", both)


def test_wrong_reports_are_refused() -> None:
    with pytest.raises(ValueError, match="f must be one of disabled, id"):
        Reports(levels={"f": "all"})  # pyright: ignore[reportArgumentType]
    for every in (-1.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="level_every must be finite"):
            Reports(level_every=every)
