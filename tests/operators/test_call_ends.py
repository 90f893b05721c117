"""Whole calls to their end: who hangs up when, and what is left of it."""

import asyncio
from typing import Any, TypeVar

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import (
    Command,
    Disconnected,
    EndCall,
    Event,
    Fault,
    Memory,
    Operator,
    ReplyEnded,
    ResponseStarted,
    RunModel,
    Say,
    Token,
    ToolCall,
    ToolResult,
    ToolsCancelled,
    ToolUse,
    Turn,
    TurnDropped,
    tool,
)
from rxvoice.context import end_call
from rxvoice.operators import (
    aggregate_turn,
    converse,
    hang_up,
    interruptible,
    pace,
    respond,
    synthesize,
    uninterruptible,
)
from rxvoice.testing import approx, conversation, search_races
from rxvoice.testing.calls import Call, Response

T = TypeVar("T")
LEAVES = {"D": Disconnected(reason="gone")}
GONE = 2.5
"""When the user leaves in most of these calls, in seconds."""

STORY = "Once upon a time there was a king who had no horse."


def call(user: str, llm: Any, *commands: tuple[float, Command], **options: Any) -> Call:
    """Hold a call; D is where the far end leaves."""
    wanted: Subject[Command] = Subject()

    def agent(*, vad: Any, stt: Any, llm: Any, tts: Any, session: Any, **parts: Any) -> Any:
        for at, command in commands:
            session.scheduler.call_later(at, lambda command=command: wanted.on_next(command))
        return converse(commands=wanted, vad=vad, stt=stt, llm=llm, tts=tts, **parts)

    return conversation(agent, user=user, llm=llm, values=LEAVES, **options)


def only(call: Call, kind: type[T]) -> list[T]:
    return [one.item for one in call.events if isinstance(one.item, kind)]


def told(call: Call) -> list[str]:
    return [str(one) for one in call.history]


def at_the_end(call: Call, *kinds: type) -> list[Event]:
    """Return what came at the instant at which the call ended."""
    return [
        one.item
        for one in call.events
        if one.at == approx(call.duration) and isinstance(one.item, kinds)
    ]


def test_who_hangs_up_in_the_midst_of_a_reply_has_heard_what_was_played_by_then() -> None:
    held = call("[--]'a story' 2s D 5s", [STORY])
    assert told(held) == ["user: a story", "bot: Once upon a—"]
    assert held.duration == approx(GONE)
    assert at_the_end(held, Disconnected, EndCall, ReplyEnded) == [
        LEAVES["D"],
        EndCall("gone", at_once=True),
        ReplyEnded(1, "Once upon a", interrupted=True),
    ]


def test_a_recording_that_ends_lets_the_bot_finish() -> None:
    held = call("[--]'a story' 2s |", [STORY])
    assert told(held) == ["user: a story", f"bot: {STORY}"]


def test_what_nothing_may_interrupt_is_cut_off_too() -> None:
    def agent(*, llm: Any, tts: Any) -> Operator[Event, Event]:
        memory = Memory()

        def reply(turn: Turn) -> Observable[Event]:
            speak = rx.compose(respond(llm, memory), synthesize(tts), pace())
            return rx.just(turn).pipe(speak, uninterruptible())

        return hang_up(rx.compose(aggregate_turn(), interruptible(reply), memory.record()))

    held = conversation(agent, user="[--]'a story' 2s D 5s", llm=[STORY], values=LEAVES)
    assert told(held) == ["user: a story", "bot: Once upon a—"]
    assert held.duration == approx(GONE)


def test_nothing_is_said_that_was_to_be_said_when_the_caller_hangs_up() -> None:
    held = call("[--]'a story' 2s D 5s", [STORY], (2.3, Say("Wait.")), (2.3, RunModel()))
    assert told(held) == ["user: a story", "bot: Once upon a—"]


def test_who_hangs_up_while_the_bot_thinks_is_not_answered() -> None:
    held = call("[--]'a story' 0.7s D 5s", [Response("-----a", {"a": Token(STORY)})])
    assert told(held) == ["user: a story"]
    assert only(held, ReplyEnded) == [ReplyEnded(1, "", interrupted=True)]


def test_who_hangs_up_while_they_speak_is_remembered_and_not_answered() -> None:
    held = call("[-- 'I want' -- 'to know…' -D 5s", [])
    assert told(held) == ["user: I want to know"]
    assert [turn.reason for turn in only(held, Turn)] == ["flush"]
    assert only(held, ResponseStarted) == []


def test_who_hangs_up_without_a_word_leaves_a_turn_that_was_none() -> None:
    held = call("[--D 5s", [])
    assert told(held) == []
    assert len(only(held, TurnDropped)) == 1


def test_who_hangs_up_between_a_turn_and_its_answer_is_not_answered() -> None:
    """The turn is over at the instant at which the far end leaves."""
    held = call("[--]'hello' 0.6s D 5s", ["Hi."])
    assert told(held) == ["user: hello"]


def test_who_hangs_up_before_anything_leaves_nothing() -> None:
    held = call("D 5s", [])
    assert held.duration == approx(0.0)
    assert [type(one.item) for one in held.events] == [Disconnected, EndCall]


def test_who_hangs_up_in_the_midst_of_a_tool_call_has_it_cancelled() -> None:
    cancelled: list[str] = []

    @tool
    async def book(use: ToolUse) -> str:
        """Book a table."""
        try:
            await asyncio.sleep(5.0)
        except asyncio.CancelledError:
            cancelled.append(use.call.id)
            raise
        return "booked"

    held = call(
        "[--]'a table' 2s D 5s",
        [Response("(c|)", {"c": ToolCall("1", "book")})],
        memory=Memory(tools=[book]),
    )
    assert cancelled == ["1"]
    assert held.duration == approx(GONE)
    assert [one.reason for one in only(held, ToolsCancelled)] == ["interrupted"]


def test_a_tool_in_the_background_has_a_while_to_end_when_the_caller_hangs_up() -> None:
    @tool(background=True)
    async def book(use: ToolUse) -> str:
        """Book a table."""
        await asyncio.sleep(float(use.call.id))
        return "booked"

    for takes, results in (("4", 1), ("40", 0)):
        held = call(
            "[--]'a table' 2s D 9s",
            [Response("(c|)", {"c": ToolCall(takes, "book")}), STORY],
            memory=Memory(tools=[book]),
        )
        assert len(only(held, ToolResult)) == results
        assert len(only(held, ReplyEnded)) == 1, "nobody is there to be told"
        assert held.duration < GONE + 5.0 + 0.01
        assert only(held, Fault) == []


def test_a_recogniser_that_never_ends_is_left() -> None:
    def stays(source: Observable[Any]) -> Observable[Any]:
        return rx.concat(source.pipe(ops.ignore_elements()), rx.never())

    def agent(*, vad: Any, llm: Any, tts: Any) -> Any:
        return converse(vad=vad, stt=stays, llm=llm, tts=tts)

    held = conversation(agent, user="[--]-D 20s", llm=[], values=LEAVES)
    assert held.duration == approx(0.5 + 10.0)
    assert [fault.source for fault in only(held, Fault)] == ["hang_up"]


# The agent ends the call.


def test_the_bot_says_goodbye_and_hangs_up_when_that_was_heard() -> None:
    goodbye = Response("(c|)", {"c": ToolCall("1", "end_call")})
    held = call("[--]'bye' 9s", [goodbye, "Goodbye, then!"], memory=Memory(tools=[end_call]))
    assert told(held)[-1] == "bot: Goodbye, then!"
    (ended,) = only(held, ReplyEnded)
    assert not ended.interrupted
    assert [one.at_once for one in only(held, EndCall)] == [False, True]
    assert at_the_end(held, ReplyEnded, EndCall) == [
        ended,
        EndCall("the agent has ended it", at_once=True),
    ]
    assert held.duration < 3.0


def test_the_application_has_the_bot_say_a_last_word() -> None:
    held = call(
        "[--]'a story' 9s", [STORY], (2.0, Say("We close now.")), (2.0, EndCall("closing time"))
    )
    assert told(held) == ["user: a story", f"bot: {STORY}", "bot: We close now."]
    assert held.duration < 9.0


def test_the_application_ends_the_call_at_once() -> None:
    held = call("[--]'a story' 9s", [STORY], (2.0, EndCall("fire", at_once=True)))
    assert told(held) == ["user: a story", "bot: Once—"]
    assert held.duration == approx(2.0)


def test_the_application_ends_a_call_in_which_nothing_is_said() -> None:
    held = call("9s", [], (2.0, EndCall("nobody speaks")))
    assert held.duration == approx(2.0)
    assert [one.item for one in held.events] == [
        EndCall("nobody speaks"),
        EndCall("nobody speaks", at_once=True),
    ]


def test_the_application_ends_a_call_while_the_user_speaks() -> None:
    held = call("[-- 'but I' 9s", [], (2.0, EndCall()))
    assert told(held) == ["user: but I"]
    assert held.duration == approx(2.0)


def test_a_tool_in_the_background_ends_the_call_at_once() -> None:
    @tool(background=True)
    async def watch(use: ToolUse) -> None:
        """Watch the house."""
        await asyncio.sleep(2.0)
        use.send(EndCall("fire", at_once=True))

    held = call(
        "[--]'watch' 9s",
        [Response("(c|)", {"c": ToolCall("1", "watch")}), STORY],
        memory=Memory(tools=[watch]),
    )
    assert told(held)[-1].endswith("—")
    assert held.duration < 3.5
    assert len(only(held, EndCall)) == 1


def test_who_hangs_up_while_the_bot_says_goodbye_does_not_hear_it_all() -> None:
    held = call("[--]'a story' 2s D 5s", [STORY], (1.5, EndCall("closing time")))
    assert told(held)[-1] == "bot: Once upon a—"
    assert held.duration == approx(GONE)
    assert only(held, EndCall)[-1] == EndCall("gone", at_once=True)


@pytest.mark.parametrize("at_once", [True, False])
def test_both_hang_up_at_the_same_instant(at_once: bool) -> None:
    def end() -> None:
        held = call("[--]'a story' 2s D 5s", [STORY], (GONE, EndCall("closing time", at_once)))
        assert told(held)[-1].startswith("bot: Once upon")
        assert told(held)[-1].endswith("—")
        assert held.duration == approx(GONE)
        assert [one.at_once for one in only(held, EndCall)].count(True) == 1

    search_races(end, 20)


def test_both_hang_up_when_the_goodbye_was_heard() -> None:
    whole = call("[--]'bye' 9s", ["Bye!"], (1.5, EndCall()))
    at = f"{whole.duration - 0.5:.3f}s"

    def end() -> None:
        both = call(f"[--]'bye' {at} D 5s", ["Bye!"], (1.5, EndCall()))
        assert told(both)[-1].startswith("bot: Bye!")
        assert both.duration == approx(whole.duration)
        assert [one.at_once for one in only(both, EndCall)].count(True) == 1

    search_races(end, 20)


def test_who_hangs_up_when_their_turn_is_over_is_not_answered_in_any_order() -> None:
    alone = call("[--]'hello' 5s", ["Hi."])
    over = next(one.at for one in alone.events if isinstance(one.item, Turn))

    def end() -> None:
        held = call(f"[--]'hello' {over - 0.5:.3f}s D 5s", ["Hi."])
        assert told(held) == ["user: hello"]
        assert held.duration == approx(over)

    search_races(end, 20)
