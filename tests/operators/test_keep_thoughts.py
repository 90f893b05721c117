"""What a model thought is kept for the provider that wants it back (CX18)."""

from collections.abc import Mapping
from typing import Any

import pytest

from rxvoice import Memory, Message
from rxvoice.context._prepared import Warned, prepare
from rxvoice.items import (
    AppendMessages,
    Event,
    ReplyEnded,
    ReplyStarted,
    Thought,
    ThoughtEnded,
    ToolCall,
    ToolResult,
    Turn,
    Word,
)
from rxvoice.operators import keep_thoughts
from rxvoice.testing import marbles

DATA: Mapping[str, Any] = {"signature": "x"}
ITEMS: dict[str, Event] = {
    "T": Turn("2 + 2?", 1),
    "r": ReplyStarted(1),
    "h": Thought("It is"),
    "t": ThoughtEnded(1, "It is 4.", "p", (DATA, {"more": 1})),
    "u": ThoughtEnded(1, "No data.", "p"),
    "v": ThoughtEnded(1, "Nobody's.", "", (DATA,)),
    "c": ToolCall("1", "sum"),
    "d": ToolResult("1", "sum", 4),
    "w": Word("Four.", 0.0),
    "e": ReplyEnded(1, "Four."),
    "i": ReplyEnded(1, "Fo", interrupted=True),
    "n": ReplyEnded(1, ""),
}
KEPT = Message(
    "assistant", "It is 4.", provider="p", data={"thoughts": [DATA, {"more": 1}]}
)  # fmt: skip
TOLD = {**ITEMS, "K": AppendMessages((KEPT,)), "L": AppendMessages((KEPT, KEPT))}


@pytest.mark.parametrize(
    ("events", "out"),
    [
        ("-r h t w e|", "-rhtw(Ke)|"),
        ("-r t t e|", "-rtt(Le)|"),
        ("-r t i|", "-rt(Ki)|"),
        ("-r t n r e|", "-rtnre|"),
        ("-r u v e|", "-ruve|"),
        ("-r t c d t e|", "-rtcdt(Ke)|"),
        ("-r t c d e|", "-rtcde|"),
        ("-r t r e|", "-rtre|"),
        ("-r t #", "-rt#"),
        ("-t-", "-t-"),
        ("---", "---"),
        ("|", "|"),
    ],
)
def test_cx18_thoughts_stand_before_what_was_heard(events: str, out: str) -> None:
    with marbles() as m:
        m.expect(m.hot(events, ITEMS).pipe(keep_thoughts())).to_be(out, TOLD)


def test_cx18_they_are_not_stored_unless_asked() -> None:
    memory = Memory()
    with marbles() as m:
        m.record(m.hot("-T r h t w e|", ITEMS).pipe(memory.record()))
    assert [message.text for message in memory.context.messages] == ["2 + 2?", "Four."]


def test_cx18_other_providers_leave_them_out() -> None:
    memory = Memory()
    with marbles() as m:
        m.record(m.hot("-T r h t w e|", ITEMS).pipe(keep_thoughts(), memory.record()))
    mine = prepare(memory.context, "p", Warned()).messages
    assert [message.text for message in mine] == ["2 + 2?", "It is 4.", "Four."]
    theirs = prepare(memory.context, "q", Warned()).messages
    assert [message.text for message in theirs] == ["2 + 2?", "Four."]


def test_two_subscribers_and_an_early_end() -> None:
    with marbles() as m:
        events = m.hot("-r t w e---|", ITEMS)
        out = events.pipe(keep_thoughts())
        m.expect(out).to_be("-rtw(Ke)---|", TOLD)
        m.expect(out, "---^").to_be("---we---|", TOLD)
        m.expect(out, "^--!").to_be("-rt-----", TOLD)


def test_a_subscriber_that_raises_gets_its_error_and_the_others_hear_all() -> None:
    heard: list[Event] = []

    def refuse(_: Event) -> None:
        raise LookupError

    with marbles() as m:
        m.expect(m.hot("-rte|", ITEMS).pipe(keep_thoughts())).to_be("-rt(Ke)|", TOLD)

        def start() -> None:
            from reactivex.subject import Subject

            source: Subject[Event] = Subject()
            source.pipe(keep_thoughts()).subscribe(heard.append)
            source.pipe(keep_thoughts()).subscribe(refuse)
            with pytest.raises(LookupError):
                source.on_next(ITEMS["r"])

        m.at(0, start)
    assert heard == [ITEMS["r"]]
