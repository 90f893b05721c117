"""What `anthropic` asks for."""

from typing import Any

import pytest

from rxvoice.context import Context
from rxvoice.items import Token, Tool, Tools, Usage
from rxvoice.providers.anthropic import anthropic
from rxvoice.testing.servers import ModelReply

from .chats import ANTHROPIC, HELLO, in_virtual_time, said


def asked(context: Context = HELLO, **options: Any) -> dict[str, Any]:
    wire = anthropic(api_key="k", **options).wire
    return dict(wire.request(context).body)


def test_the_request_is_a_stream_of_one_message() -> None:
    assert asked() == {
        "model": "claude-haiku-5-5",
        "max_tokens": 1024,
        "stream": True,
        "thinking": {"type": "disabled"},
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Say hello, please."}]}],
    }


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"model": "claude-sonnet-5-5"}, {"type": "between_tools"}),
        ({"model": "claude-opus-5-5"}, None),
        ({"model": "claude-haiku-4-5"}, None),
        ({"thinking": "adaptive"}, {"type": "adaptive", "display": "summarized"}),
        ({"thinking": "disabled", "model": "claude-opus-5"}, {"type": "disabled"}),
        (
            {"thinking": 1024, "max_tokens": 2048, "model": "claude-haiku-4-5"},
            {"type": "enabled", "budget_tokens": 1024},
        ),
    ],
    ids=str,
)
def test_lm27_models_think_as_they_are_told_or_little(
    options: dict[str, Any], wanted: dict[str, Any] | None
) -> None:
    assert asked(**options).get("thinking") == wanted


@pytest.mark.parametrize(("thinking", "max_tokens"), [(1023, 4096), (1024, 1024), (5000, 4096)])
def test_a_budget_has_to_be_possible(thinking: int, max_tokens: int) -> None:
    with pytest.raises(ValueError, match="thinking must be"):
        anthropic(thinking=thinking, max_tokens=max_tokens)


def test_lm18_a_budget_that_leaves_no_room_is_dropped_for_one_shot_inference() -> None:
    chat = anthropic(api_key="k", thinking=1024, max_tokens=2048)
    assert "thinking" not in chat.once(max_tokens=1024).wire.request(HELLO).body
    assert "thinking" in chat.once(max_tokens=1025).wire.request(HELLO).body


def test_options_become_fields() -> None:
    made = asked(temperature=0.5, effort="low", extra={"service_tier": "auto", "max_tokens": 7})
    assert made["temperature"] == 0.5
    assert made["output_config"] == {"effort": "low"}
    assert made["service_tier"] == "auto"
    assert made["max_tokens"] == 7


@pytest.mark.parametrize(("cache", "ttl"), [(True, "5m"), ("5m", "5m"), ("1h", "1h")])
def test_lm26_the_cache_is_asked_for_and_what_it_gave_is_told(cache: Any, ttl: str) -> None:
    async def main() -> None:
        replies = [ModelReply("Hi.", cached=900)]
        async with ANTHROPIC.served(replies, options={"cache": cache}) as (chat, server):
            context = Context("Be brief.", HELLO.messages, Tools((Tool("ring"),)))
            *_, usage = await said(chat(context))
        assert isinstance(usage, Usage)
        assert usage.cached_tokens == 900
        assert usage.input_tokens > 900
        body = server.requests[0].json
        assert body["system"][-1]["cache_control"] == {"type": "ephemeral", "ttl": ttl}

    in_virtual_time(main)


def test_headers_say_who_asks_and_for_what() -> None:
    async def main() -> None:
        options = {"headers": {"anthropic-beta": "something-2026"}}
        async with ANTHROPIC.served(["Hi."], options=options) as (chat, server):
            assert (await said(chat(HELLO)))[0] == Token("Hi.")
        headers = server.requests[0].headers
        assert headers["anthropic-version"] == "2023-06-01"
        assert headers["anthropic-beta"] == "something-2026"
        assert headers["accept-encoding"] == "identity"

    in_virtual_time(main)
