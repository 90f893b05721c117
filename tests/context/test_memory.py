"""The memory of one conversation follows its events."""

from typing import Any

import pytest
from reactivex import Observable, abc
from reactivex.disposable import Disposable

from rxvoice import Context, Memory, Message, ReplyEnded, ReplyStarted, Token, Turn, Word
from rxvoice.items import Event
from rxvoice.testing import marbles

CALL: dict[str, Event] = {
    "a": Turn("hello", 1),
    "(": ReplyStarted(1),
    "r": ReplyStarted(1),
    "t": Token("Hi there you"),
    "v": Word("Hi", 0.0),
    "w": Word("there", 0.2),
    "e": ReplyEnded(1, "Hi there"),
    "i": ReplyEnded(1, "Hi", interrupted=True),
    "b": Turn("bye", 2),
}


def said(memory: Memory) -> list[tuple[str, str, bool]]:
    return [(m.role, m.text, m.interrupted) for m in memory.context.messages]


def test_events_pass_unchanged_and_are_remembered() -> None:
    memory = Memory("be kind")
    with marbles() as m:
        call = m.hot("-a r t v w e b-|", CALL)
        m.expect(call.pipe(memory.record())).to_be("-artvweb-|", CALL)
    assert said(memory) == [
        ("user", "hello", False),
        ("assistant", "Hi there", False),
        ("user", "bye", False),
    ]
    assert memory.context.system == "be kind"


def test_it_is_up_to_date_when_an_event_passes() -> None:
    memory = Memory()
    lengths: list[int] = []
    with marbles() as m:
        call = m.hot("-a--e--b|", CALL).pipe(memory.record())
        m.at(0, lambda: call.subscribe(lambda _: lengths.append(len(memory.context.messages))))
    assert lengths == [1, 2, 3]


def test_cx11_an_interrupted_reply_is_told_once() -> None:
    memory = Memory()
    with marbles() as m:
        m.record(m.hot("-a r v i b|", CALL).pipe(memory.record()))
    assert said(memory) == [
        ("user", "hello", False),
        ("assistant", "Hi", True),
        ("user", "bye", False),
    ]


@pytest.mark.parametrize("ending", ["---", "-#"])
def test_cx11_what_was_played_is_kept_when_the_conversation_ends_in_the_midst_of_a_reply(
    ending: str,
) -> None:
    memory = Memory()
    with marbles() as m:
        m.record(m.hot(f"-a r t v w {ending}", CALL).pipe(memory.record()), "^------!")
    assert said(memory) == [("user", "hello", False), ("assistant", "Hi there", True)]


def test_cx11_a_reply_of_which_nothing_was_heard_leaves_no_trace() -> None:
    memory = Memory()
    with marbles() as m:
        m.record(m.hot("-a r t ----", CALL).pipe(memory.record()), "^-----!")
    assert said(memory) == [("user", "hello", False)]


def test_never_empty_and_failing_conversations() -> None:
    memory = Memory()
    with marbles() as m:
        m.expect(m.hot("----", CALL).pipe(memory.record())).to_be("----")
        m.expect(m.cold("|", CALL).pipe(memory.record())).to_be("|")
        m.expect(m.cold("-#", CALL).pipe(memory.record())).to_be("-#")
    assert memory.context == Context()


def test_a_conversation_may_be_resumed() -> None:
    memory = Memory(Context("be kind", (Message("user", "x"), Message("assistant", "y"))))
    with marbles() as m:
        m.record(m.hot("-b|", CALL).pipe(memory.record()))
    assert [text for _, text, _ in said(memory)] == ["x", "y", "bye"]


def test_conversations_one_after_another_share_the_memory_and_not_the_reply() -> None:
    memory = Memory()
    with marbles() as m:
        call = m.hot("-a r v---w|", CALL).pipe(memory.record())
        m.record(call, "^----!")
        m.record(call, "------^")
    assert said(memory) == [("user", "hello", False), ("assistant", "Hi", True)]


def test_what_was_played_is_kept_when_a_subscriber_raises_at_once() -> None:
    memory = Memory()

    def subscribe(
        observer: abc.ObserverBase[Event], _: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        observer.on_next(CALL["r"])
        observer.on_next(CALL["v"])
        return Disposable()

    def refuse(event: Event) -> None:
        if isinstance(event, Word):
            raise LookupError

    with pytest.raises(LookupError):
        Observable(subscribe).pipe(memory.record()).subscribe(refuse)
    assert said(memory) == [("assistant", "Hi", True)]


@pytest.mark.parametrize("wrong", [None, 3, ("be kind",)])
def test_what_is_no_conversation_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="context must be a Context or an instruction, got a "):
        Memory(wrong)
