"""Conversations with tools and thoughts, from the turn to the vendor's server and back."""

import asyncio
from typing import Any

import pytest
import reactivex as rx
from reactivex.subject import Subject

from rxvoice.context import Memory, infer, tool
from rxvoice.items import (
    Event,
    Fault,
    ReplyEnded,
    ResponseEnded,
    Sources,
    ThoughtEnded,
    ThoughtStarted,
    ToolCall,
    ToolResult,
    ToolsCancelled,
    Turn,
    TurnStarted,
    Usage,
)
from rxvoice.operators import interrupt_at_once, interruptible, respond
from rxvoice.session import Session
from rxvoice.testing.servers import Drop, ModelReply

from .chats import ANTHROPIC, GEMINI, HELLO, VENDORS, Vendor, in_virtual_time, said, text_of

ROME = ToolCall("w1", "weather", {"city": "Rome"})
ŁÓDŹ = ToolCall("w2", "weather", {"city": "Łódź"})
THINKING: dict[str, dict[str, Any]] = {
    "anthropic": {"model": "claude-haiku-4-5", "thinking": 1024, "max_tokens": 2048},
    "gemini": {"thoughts": True},
}

each_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)


@tool
async def weather(city: str) -> str:
    """Return the weather.

    Args:
        city: Where.
    """
    await asyncio.sleep(1.0)
    if city == "Nowhere":
        raise ValueError("no such city")
    return f"sunny in {city}"


def kinds(events: list[Any], *wanted: type) -> list[Any]:
    return [event for event in events if isinstance(event, wanted)]


async def answered(chat: Any, memory: Memory, session: Session, text: str) -> list[Event]:
    turn = rx.just(Turn(text, 1))
    return await said(turn.pipe(respond(chat, memory), memory.record()), session)


@each_vendor
@pytest.mark.parametrize("kept", [False, True], ids=["forgotten", "kept"])
def test_lm06_lm27_lm32_cx18_tools_and_thoughts_go_round(vendor: Vendor, kept: bool) -> None:
    replies = [
        ModelReply("Let me see.", thoughts="I need both.", calls=[ROME, ŁÓDŹ]),
        ModelReply(
            "", thoughts="Once more.", calls=[ToolCall("w3", "weather", {"city": "Nowhere"})]
        ),
        ModelReply("Sunny in both.", thoughts="Done."),
        "You are welcome.",
    ]

    async def main() -> None:
        memory = Memory("Be brief.", tools=[weather], keep_thoughts=kept)
        async with (
            vendor.served(replies, options=THINKING[vendor.name]) as (chat, server),
            Session() as session,
        ):
            events = await answered(chat, memory, session, "What is it like?")
            assert [fault.source for fault in kinds(events, Fault)] == ["tools"]
            assert [r.id for r in kinds(events, ToolResult)] == ["w1", "w2", "w3"]
            thoughts = kinds(events, ThoughtEnded)
            texts = [thought.text for thought in thoughts if thought.text]
            assert texts == ["I need both.", "Once more.", "Done."]
            assert all(thought.provider in ("", vendor.name) for thought in thoughts)
            assert len(kinds(events, ThoughtStarted)) == len(thoughts)
            assert text_of(events) == "Let me see.Sunny in both."
            assert len(kinds(events, Usage)) == 3
            await answered(chat, memory, session, "Thanks.")
            assert server.connections == 1
        assert [exchange.status for exchange in server.requests] == [200] * 4
        last = str(server.requests[2].json)
        assert "sunny in Łódź" in last
        assert "no such city" in last
        assert ("'is_error': True" in last) is (vendor.name == "anthropic")

    in_virtual_time(main)


@each_vendor
def test_lm02_lm11_an_interruption_closes_the_connection_and_the_next_turn_is_answered(
    vendor: Vendor,
) -> None:
    replies = [
        ModelReply("one two three four five six", between=1.0),
        ModelReply("", calls=[ROME]),
        "So be it.",
    ]

    async def main() -> None:
        memory = Memory(tools=[weather])
        turns: Subject[Any] = Subject()
        events: list[Any] = []
        async with vendor.served(replies) as (chat, server), Session() as session:
            agent = interruptible(
                lambda turn: rx.just(turn).pipe(respond(chat, memory)), policy=interrupt_at_once()
            )
            session.subscribe(turns.pipe(agent, memory.record()), events.append)
            turns.on_next(Turn("Count.", 1))
            await asyncio.sleep(2.5)
            turns.on_next(TurnStarted(2))
            await server.until(lambda: not server.open_connections)
            turns.on_next(Turn("And the weather?", 2))
            await asyncio.sleep(0.5)
            turns.on_next(TurnStarted(3))
            assert [c.calls for c in kinds(events, ToolsCancelled)] == [(ROME,)]
            turns.on_next(Turn("Never mind.", 3))
            await asyncio.sleep(1.0)
        assert server.requests[0].left
        assert [exchange.status for exchange in server.requests] == [200] * 3
        assert "cancelled" in str(server.requests[2].json)
        assert text_of(events).endswith("So be it.")
        assert len(kinds(events, ReplyEnded)) >= 2

    in_virtual_time(main)


@each_vendor
def test_a_reply_that_breaks_off_ends_no_conversation(vendor: Vendor) -> None:
    async def main() -> None:
        memory = Memory()
        faults = [Drop(after=4), None]
        async with (
            vendor.served(["One two three four five six."] * 2, faults=faults) as (chat, _),
            Session() as session,
        ):
            first = await answered(chat, memory, session, "Hi.")
            second = await answered(chat, memory, session, "Still there?")
        (fault,) = kinds(first, Fault)
        assert not fault.fatal
        assert kinds(first, ResponseEnded)[0].failed
        assert text_of(second) == "One two three four five six."

    in_virtual_time(main)


@each_vendor
def test_lm18_a_question_beside_the_conversation(vendor: Vendor) -> None:
    async def main() -> None:
        async with vendor.served([" A summary. "]) as (chat, server), Session() as session:
            stream = infer(chat, HELLO, instruction="Sum up.", max_tokens=77)
            assert await said(stream, session) == ["A summary."]
        body = str(server.requests[0].json)
        assert "Sum up." in body
        assert "77" in body

    in_virtual_time(main)


@pytest.mark.parametrize("vendor", [ANTHROPIC, GEMINI], ids=["anthropic", "gemini"])
def test_lm37_sources_pass_a_response(vendor: Vendor) -> None:
    async def main() -> None:
        replies = [ModelReply("So.", queries=["q"])]
        async with vendor.served(replies) as (chat, _), Session() as session:
            events = await answered(chat, Memory(), session, "Search.")
        assert kinds(events, Sources) == [Sources((), ("q",))]

    in_virtual_time(main)
