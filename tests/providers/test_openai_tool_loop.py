"""LM06, LM14, LM27, CX03: an answer with tools, from the turn to what is said of the results."""

from collections.abc import Callable
from typing import Any

import pytest
import reactivex as rx

from rxvoice.context import Context, Memory, tools
from rxvoice.contracts import Chat
from rxvoice.items import Event, ResponseEnded, ThoughtEnded, ToolCall, ToolResult, Turn, Usage
from rxvoice.operators import respond
from rxvoice.providers.openai import openai_chat, openai_responses, openai_responses_ws
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Exchange, FakeOpenAI, ModelReply

from .openai_server import Asked


async def weather(city: str) -> str:
    """Tell the weather.

    Args:
        city: Where.
    """
    return f"Regen in {city}, Żółć"


CALLS = [ToolCall("a", "weather", {"city": "Ulm"}), ToolCall("b", "weather", {"city": "Köln"})]
REPLIES = [
    ModelReply("One moment.", calls=CALLS, thoughts="Hm.", hidden="sealed"),
    "It rains.",
]


def bodies(exchanges: list[Exchange]) -> list[dict[str, Any]]:
    return [
        body
        for exchange in exchanges
        for body in (exchange.said("response.create") if exchange.received else [exchange.json])
    ]


def answered(make: Callable[..., Chat]) -> tuple[list[Event], list[dict[str, Any]]]:
    async def main() -> tuple[list[Event], list[dict[str, Any]]]:
        async with FakeOpenAI(REPLIES) as server, Session() as session:
            chat = make(api_key="any", base_url=server.api)
            memory = Memory(Context("Be brief.", tools=tools(weather)))
            turns = rx.of(Turn("How is the weather?", 1)).pipe(respond(chat, memory))
            asked = await Asked(session, turns).end()
            assert asked.error is None
            return asked.items, bodies(server.requests)

    return run_virtual(main(), real_io=True)


MAKERS: list[Callable[..., Chat]] = [openai_chat, openai_responses, openai_responses_ws]


@pytest.mark.parametrize("make", MAKERS)
def test_the_model_calls_and_says_what_came_of_it(make: Callable[..., Chat]) -> None:
    events, asked = answered(make)
    assert [e for e in events if isinstance(e, ToolCall)] == CALLS
    results = [e.result for e in events if isinstance(e, ToolResult)]
    assert results == ["Regen in Ulm, Żółć", "Regen in Köln, Żółć"]
    ended = [e for e in events if isinstance(e, ResponseEnded)]
    assert not any(e.failed for e in ended)
    assert ended[-1].text.endswith("It rains.")
    assert len([e for e in events if isinstance(e, Usage)]) == 2
    assert len(asked) == 2
    assert "Żółć" in str(asked[1])


def test_thoughts_that_are_sealed_go_back_in_front_of_the_calls() -> None:
    events, (_, second) = answered(openai_responses)
    (thought,) = (e for e in events if isinstance(e, ThoughtEnded))
    assert thought.text == "Hm."
    kinds = [item["type"] for item in second["input"]]
    calls = kinds.index("function_call")
    assert kinds[calls - 1] == "reasoning" or "reasoning" in kinds[:calls]
    assert kinds[-2:] == ["function_call_output"] * 2
    (sealed,) = (item for item in second["input"] if item["type"] == "reasoning")
    assert sealed["encrypted_content"] == "sealed"


def test_lm21_after_tools_only_their_results_are_sent() -> None:
    _, (_, second) = answered(openai_responses_ws)
    assert [item["type"] for item in second["input"]] == ["function_call_output"] * 2
    assert second["previous_response_id"]


def test_chat_completions_get_calls_and_answers_in_order() -> None:
    _, (_, second) = answered(openai_chat)
    roles = [message["role"] for message in second["messages"]]
    assert roles[-3:] == ["assistant", "tool", "tool"]
    assert [m.get("tool_call_id") for m in second["messages"][-2:]] == ["a", "b"]
