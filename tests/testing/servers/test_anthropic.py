"""Anthropic's SDK talks to the fake."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types import RawMessageStreamEvent
from pydantic import TypeAdapter

from rxvoice.items import Source, ToolCall
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    ChatReply,
    Drop,
    Fail,
    FakeAnthropic,
    Fault,
    Insert,
    ModelReply,
    Refuse,
    Split,
)

HELLO: list[Any] = [{"role": "user", "content": "Say hello, please."}]
TOOLS: list[Any] = [{"name": "book", "input_schema": {"type": "object", "properties": {}}}]
BOOK = ToolCall("toolu_1", "book", {"name": "Żółć", "people": 2})
RING = ToolCall("toolu_2", "ring")
EVENT: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)
STREAMS = Path(__file__).parents[4] / "shared" / "data" / "cases" / "sse"
RECORDED = sorted(STREAMS.glob("*anthropic*.sse"))


@asynccontextmanager
async def sdk(server: FakeAnthropic, retries: int = 0) -> AsyncGenerator[Any]:
    http = httpx2.AsyncClient(verify=False)  # no TLS: certificates cost time
    async with anthropic.AsyncAnthropic(
        api_key="secret", base_url=server.url, max_retries=retries, http_client=http
    ) as client:
        yield client


def ask(client: Any, **options: Any) -> Any:
    asked = {"model": "claude-any", "max_tokens": 2048, "messages": HELLO, **options}
    return client.messages.create(**asked)


async def final(client: Any, **options: Any) -> Any:
    asked = {"model": "claude-any", "max_tokens": 2048, "messages": HELLO, **options}
    async with client.messages.stream(**asked) as stream:
        return await stream.get_final_message()


def in_virtual_time(main: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    run_virtual(main(), real_io=True)


RICH = ModelReply(
    "Let me see.",
    calls=[BOOK, RING],
    thoughts="I have to book.",
    hidden="opaque",
    sources=[Source("Page", "https://page.example", "let me")],
    queries=["tables"],
    cached=7,
)


@pytest.mark.parametrize("fault", [None, Split(seed=2, most=9)], ids=["whole", "split"])
def test_the_sdk_puts_a_streamed_message_together(fault: Fault | None) -> None:
    async def main() -> None:
        async with FakeAnthropic([RICH], faults=fault) as server, sdk(server) as client:
            message = await final(client, thinking={"type": "adaptive"})
        kinds = [block.type for block in message.content]
        assert kinds == [
            "thinking",
            "redacted_thinking",
            "server_tool_use",
            "web_search_tool_result",
            "text",
            "tool_use",
            "tool_use",
        ]
        thinking, hidden, query, _, text, book, ring = message.content
        assert (thinking.thinking, hidden.data) == ("I have to book.", "opaque")
        assert thinking.signature.startswith("sig-")
        assert query.input == {"query": "tables"}
        assert text.text == "Let me see."
        assert text.citations[0].url == "https://page.example"
        assert (book.id, book.name, book.input) == ("toolu_1", "book", dict(BOOK.arguments))
        assert (ring.id, ring.input) == ("toolu_2", {})
        assert message.stop_reason == "tool_use"
        assert message.usage.cache_read_input_tokens == 7
        assert message.usage.output_tokens > 0

    in_virtual_time(main)


def test_every_event_has_the_form_that_the_sdk_describes() -> None:
    async def main() -> None:
        async with FakeAnthropic([RICH]) as server, sdk(server) as client:
            await final(client)
        events: list[Any] = [timed.message for timed in server.requests[0].sent]
        assert len(events) > 20
        for event in events:
            if event["type"] != "ping":
                EVENT.validate_python(event)

    in_virtual_time(main)


def test_a_whole_message_is_that_which_is_streamed() -> None:
    async def main() -> None:
        async with FakeAnthropic([RICH, RICH]) as server, sdk(server) as client:
            whole, streamed = await ask(client), await final(client)
        for message in (whole, streamed):
            for block in message.content:
                if block.type == "thinking":
                    block.signature = ""
        assert [b.to_dict() for b in whole.content] == [b.to_dict() for b in streamed.content]
        assert whole.stop_reason == streamed.stop_reason

    in_virtual_time(main)


@pytest.mark.skipif(not RECORDED, reason="the recorded streams are not here")
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_recorded_bytes_are_sent_as_they_are(path: Path) -> None:
    recorded = path.read_bytes()

    async def main() -> None:
        async with FakeAnthropic([recorded]) as server, sdk(server) as client:
            types = [event.type async for event in await ask(client, stream=True)]
        assert types[0] == "message_start"
        pieces: list[Any] = [timed.message for timed in server.requests[0].sent]
        sent = b"".join(pieces)
        assert sent == recorded

    in_virtual_time(main)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, anthropic.AuthenticationError),
        (403, anthropic.PermissionDeniedError),
        (429, anthropic.RateLimitError),
        (500, anthropic.InternalServerError),
        (529, anthropic.APIStatusError),
    ],
)
def test_refusals_are_the_sdk_s_errors(status: int, kind: type[Exception]) -> None:
    async def main() -> None:
        async with FakeAnthropic(faults=Refuse(status)) as server, sdk(server) as client:
            with pytest.raises(kind) as caught:
                await ask(client)
            error: Any = caught.value
            assert error.status_code == status
            assert error.body["error"]["message"]

    in_virtual_time(main)


def test_a_wrong_key_is_refused_and_a_retry_is_served() -> None:
    async def main() -> None:
        async with FakeAnthropic(key="other") as server, sdk(server) as client:
            with pytest.raises(anthropic.AuthenticationError):
                await ask(client)
        faults = [Refuse(529, retry_after=1.0), None]
        async with FakeAnthropic(["Hi."], faults=faults) as server, sdk(server, 1) as client:
            assert (await ask(client)).content[0].text == "Hi."

    in_virtual_time(main)


def test_failures_inside_of_a_stream_and_unknown_events() -> None:
    async def main() -> None:
        async with FakeAnthropic(["Hi."], faults=Fail(after=3)) as server, sdk(server) as client:
            with pytest.raises(anthropic.APIStatusError):
                await final(client)
        async with FakeAnthropic(["Hi."], faults=Insert(after=3)) as server, sdk(server) as client:
            stream = await ask(client, stream=True)
            assert "something_new" in [event.type async for event in stream]
        async with FakeAnthropic(["Hi."], faults=Drop(after=3)) as server, sdk(server) as client:
            with pytest.raises((anthropic.APIConnectionError, httpx2.HTTPError)):
                await final(client)

    in_virtual_time(main)


CALL: dict[str, Any] = {"type": "tool_use", "id": "t1", "name": "book", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "done"}
CALLED: list[Any] = [*HELLO, {"role": "assistant", "content": [CALL]}]
ANSWERED: list[Any] = [*CALLED, {"role": "user", "content": [RESULT]}]
BUDGET = {"type": "enabled", "budget_tokens": 1024}
MARK = {"type": "ephemeral"}


def user(*blocks: Any) -> list[Any]:
    return [{"role": "user", "content": list(blocks)}]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no-messages": ({"messages": []}, "at least one message"),
    "assistant-first": ({"messages": [{"role": "assistant", "content": "x"}, *HELLO]}, "first"),
    "prefill": ({"messages": [*HELLO, {"role": "assistant", "content": "x"}]}, "prefill"),
    "system-role": ({"messages": [*HELLO, {"role": "system", "content": "x"}, *HELLO]}, "role"),
    "blank": ({"messages": user({"type": "text", "text": " "})}, "non-whitespace"),
    "empty": ({"messages": [{"role": "user", "content": ""}]}, "non-empty"),
    "no-blocks": ({"messages": user()}, "must not be empty"),
    "unanswered": ({"messages": [*CALLED, *HELLO], "tools": TOOLS}, "without `tool_result`"),
    "uncalled": ({"messages": user(RESULT)}, "unexpected `tool_use_id`"),
    "no-tools": ({"messages": ANSWERED}, "must define tools"),
    "text-first": (
        {
            "messages": [*CALLED, *user({"type": "text", "text": "x"}, RESULT)],
            "tools": TOOLS,
        },
        "must come first",
    ),
    "unthought": ({"messages": ANSWERED, "tools": TOOLS, "thinking": BUDGET}, "Expected"),
    "forged": (
        {
            "messages": [
                *HELLO,
                {
                    "role": "assistant",
                    "content": [{"type": "thinking", "thinking": "x", "signature": "y"}, CALL],
                },
                ANSWERED[-1],
            ],
            "tools": TOOLS,
        },
        "Invalid `signature`",
    ),
    "limit": ({"max_tokens": 0}, "greater than or equal to 1"),
    "budget": ({"max_tokens": 1024, "thinking": BUDGET}, "must be greater than"),
    "choice": ({"tool_choice": {"type": "auto"}}, "while providing tools"),
    "chosen": ({"tools": TOOLS, "tool_choice": {"type": "tool", "name": "x"}}, "not found"),
    "forced": (
        {"tools": TOOLS, "tool_choice": {"type": "any"}, "thinking": {"type": "adaptive"}},
        "forces tool use",
    ),
    "schema": ({"tools": [{"name": "x", "input_schema": {}}]}, "input_schema"),
    "twice": ({"tools": TOOLS * 2}, "unique"),
    "system": ({"system": " "}, "non-empty"),
    "unknown": ({"extra_body": {"surprise": 1}}, "Extra inputs"),
    "marks": (
        {"messages": user(*[{"type": "text", "text": "x", "cache_control": MARK}] * 5)},
        "maximum of 4",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_lm32_requests_are_refused_as_the_vendor_does(case: str) -> None:
    options, words = WRONG[case]

    async def main() -> None:
        async with FakeAnthropic() as server, sdk(server) as client:
            with pytest.raises(anthropic.BadRequestError, match=words):
                await ask(client, **options)

    in_virtual_time(main)


def test_right_requests_are_served_and_thoughts_come_back() -> None:
    async def main() -> None:
        replies = [ModelReply("", calls=[BOOK], thoughts="Well."), ChatReply("Done.")]
        async with FakeAnthropic(replies) as server, sdk(server) as client:
            first = await final(client, tools=TOOLS, thinking=BUDGET)
            result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}
            messages = [
                *HELLO,
                {"role": "assistant", "content": first.content},
                *user(result),
            ]
            second = await final(client, messages=messages, tools=TOOLS, thinking=BUDGET)
        assert second.content[0].text == "Done."
        assert server.connections == 1

    in_virtual_time(main)
