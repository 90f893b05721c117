"""What a model thought is remembered for the provider that wants it back (CX18)."""

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from rxvoice import Memory, Message
from rxvoice.context._prepared import Warned, prepare
from rxvoice.items import Event, ReplyEnded, ReplyStarted, Thought, ThoughtEnded, Turn, Word
from rxvoice.testing import marbles

DATA: Mapping[str, Any] = {"signature": "x"}
ITEMS: dict[str, Event] = {
    "T": Turn("2 + 2?", 1),
    "r": ReplyStarted(1),
    "h": Thought("It is"),
    "t": ThoughtEnded(1, "It is 4.", "p", (DATA, {"more": 1})),
    "u": ThoughtEnded(1, "Nothing to give back."),
    "w": Word("Four.", 0.0),
    "e": ReplyEnded(1, "Four."),
}
KEPT = Message("assistant", "It is 4.", provider="p", data={"thoughts": [DATA, {"more": 1}]})
SAID = (Message("user", "2 + 2?"), Message("assistant", "Four."))


def remembered(memory: Memory) -> tuple[Message, ...]:
    with marbles() as m:
        m.record(m.hot("-T r h t u w e|", ITEMS).pipe(memory.record()))
    return memory.context.messages


def test_cx18_thoughts_stand_before_what_was_heard() -> None:
    asked, said = SAID
    assert remembered(Memory(keep_thoughts=True)) == (asked, KEPT, said)


def test_cx18_they_are_not_remembered_unless_asked_for() -> None:
    assert remembered(Memory()) == SAID


def test_cx18_other_providers_leave_them_out(caplog: pytest.LogCaptureFixture) -> None:
    memory = Memory(keep_thoughts=True)
    remembered(memory)
    assert KEPT in prepare(memory.context, "p", Warned()).messages
    assert caplog.records == []
    assert prepare(memory.context, "q", Warned()).messages == SAID
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
