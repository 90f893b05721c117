"""OpenAI's SDK asks the fake for responses; everything that it says is of the SDK's types."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import openai
import pytest
from openai.resources.responses.responses import AsyncResponsesConnection
from openai.types.responses import ResponsesServerEvent, ResponseStreamEvent
from pydantic import TypeAdapter
from websockets.exceptions import ConnectionClosed

from rxvoice.items import Source, ToolCall
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    ChatReply,
    Close,
    Duplicate,
    FakeOpenAI,
    Hang,
    ModelReply,
    Refuse,
    Split,
)

SOCKET_EVENT: TypeAdapter[Any] = TypeAdapter(ResponsesServerEvent)
STREAM_EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
HELLO = [{"role": "user", "content": "Say hello, please."}]
REPLIES = [
    ModelReply("Hello there."),
    ModelReply(refusal="I cannot."),
    ModelReply("One moment.", calls=[ToolCall("a", "ring", {"x": "Żółć"}), ToolCall("b", "stop")]),
    ModelReply("Hm.", thoughts="Let me see.", hidden="sealed", sources=[Source("A", "https://a")]),
    ModelReply("Hel", finish="length"),
    ModelReply("Hel", finish="content_filter"),
    ModelReply("Hel", finish="failed"),
]


@asynccontextmanager
async def sdk(server: FakeOpenAI) -> AsyncGenerator[openai.AsyncOpenAI]:
    http = openai.DefaultAsyncHttpxClient(verify=False)
    async with openai.AsyncOpenAI(
        api_key="secret", base_url=server.api, max_retries=0, timeout=10.0, http_client=http
    ) as client:
        yield client


@asynccontextmanager
async def socket(
    replies: Any, **options: Any
) -> AsyncGenerator[tuple[FakeOpenAI, AsyncResponsesConnection]]:
    async with (
        FakeOpenAI(replies, **options) as server,
        sdk(server) as client,
        client.responses.connect() as connection,
    ):
        yield server, connection


async def create(connection: AsyncResponsesConnection, **fields: Any) -> None:
    asked = {"type": "response.create", "model": "gpt-any", "input": HELLO, **fields}
    await connection.send_raw(json.dumps(asked))


async def heard(connection: AsyncResponsesConnection) -> list[dict[str, Any]]:
    """All events of one response, each of which has to be one that the SDK knows."""
    events: list[dict[str, Any]] = []
    ends = {"response.completed", "response.incomplete", "response.failed", "error"}
    while not events or events[-1]["type"] not in ends:
        raw = await connection.recv_bytes()
        SOCKET_EVENT.validate_json(raw)
        events.append(json.loads(raw))
    return events


def in_virtual_time(main: Callable[[], Any]) -> None:
    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.finish or "".join(reply.tokens))
def test_a_response_by_http_and_by_websocket(reply: ModelReply) -> None:
    async def main() -> None:
        async with FakeOpenAI([reply], key="secret") as server, sdk(server) as client:
            asking: Any = client.responses.create
            async with await asking(model="gpt-any", input=HELLO, stream=True) as stream:
                read = [event async for event in stream]
            for sent in server.requests[0].sent:
                STREAM_EVENT.validate_python(sent.message)
        async with socket([reply]) as (_, connection):
            await create(connection)
            told = await heard(connection)
        assert [event.type for event in read] == [event["type"] for event in told]
        assert [event["sequence_number"] for event in told] == list(range(len(told)))
        ended = told[-1]["response"]
        finishes = {None: "completed", "failed": "failed"}
        assert ended["status"] == finishes.get(reply.finish, "incomplete")
        texts = [event["delta"] for event in told if event["type"] == "response.output_text.delta"]
        assert "".join(texts) == "".join(reply.tokens)
        calls = [item for item in ended["output"] if item["type"] == "function_call"]
        assert [json.loads(call["arguments"]) for call in calls] == [
            dict(call.arguments) for call in reply.calls
        ]

    in_virtual_time(main)


def test_a_response_that_is_not_streamed() -> None:
    async def main() -> None:
        async with FakeOpenAI(["Hello there."]) as server, sdk(server) as client:
            create: Any = client.responses.create
            response = await create(model="gpt-any", input=HELLO)
            assert response.output_text == "Hello there."
            assert response.usage.output_tokens == 2

    in_virtual_time(main)


def test_tokens_come_in_the_replys_own_time() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        reply = ChatReply("a b", latency=0.5, between=0.25)
        async with socket([reply]) as (server, connection):
            await create(connection)
            times: list[float] = []
            while len(times) < 2:
                if json.loads(await connection.recv_bytes())["type"].endswith("text.delta"):
                    times.append(loop.time())
                    assert server.generating == 1
            assert times == [0.5, 0.75]
            await heard(connection)
            assert server.generating == 0

    in_virtual_time(main)


def test_the_last_response_can_be_gone_on_with_on_its_own_connection() -> None:
    async def main() -> None:
        async with (
            FakeOpenAI(["One.", "Two.", "Three."]) as server,
            sdk(server) as client,
            client.responses.connect() as first,
            client.responses.connect() as second,
        ):
            await create(first)
            id_ = (await heard(first))[-1]["response"]["id"]
            await create(second, previous_response_id=id_)
            (refusal,) = await heard(second)
            assert refusal["error"]["code"] == "previous_response_not_found"
            await create(first, previous_response_id=id_)
            response = (await heard(first))[-1]["response"]
            assert response["previous_response_id"] == id_
            assert response["usage"]["input_tokens_details"]["cached_tokens"] > 0
            await create(first, previous_response_id=id_)
            (refusal,) = await heard(first)
            assert refusal["error"]["code"] == "previous_response_not_found"
            await create(first)
            await heard(first)

    in_virtual_time(main)


def test_a_response_is_cancelled_by_its_id() -> None:
    async def main() -> None:
        async with socket([ChatReply("a b c d", between=1.0)]) as (server, connection):
            await create(connection)
            created = json.loads(await connection.recv_bytes())
            for id_ in ("resp_other", created["response"]["id"]):
                await connection.send_raw(
                    json.dumps({"type": "response.cancel", "response_id": id_})
                )
            *_, last = await heard(connection)
            assert (last["type"], last["response"]["status"]) == (
                "response.incomplete",
                "cancelled",
            )
            assert server.generating == 0

    in_virtual_time(main)


def test_where_nothing_can_be_cancelled_that_is_an_unknown_event() -> None:
    async def main() -> None:
        reply = ChatReply("a b", between=1.0)
        async with socket([reply], cancellable=False) as (_, connection):
            await create(connection)
            created = json.loads(await connection.recv_bytes())
            cancel = {"type": "response.cancel", "response_id": created["response"]["id"]}
            await connection.send_raw(json.dumps(cancel))
            *_, refusal = await heard(connection)
            assert refusal["error"]["code"] == "unknown_event"
            *_, last = await heard(connection)
            assert last["type"] == "response.completed"

    in_virtual_time(main)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"model": None}, "missing_model"),
    ({"input": []}, "missing_input"),
    ({"input": "Hello."}, "missing_input"),
    ({"input": [{"type": "function_call", "call_id": "a"}]}, "no_tool_output"),
    ({"input": [{"type": "function_call_output", "call_id": "a"}]}, "no_tool_call"),
]


@pytest.mark.parametrize(("fields", "code"), WRONG, ids=[code for _, code in WRONG])
def test_wrong_requests_are_refused(fields: dict[str, Any], code: str) -> None:
    async def main() -> None:
        async with socket([]) as (_, connection):
            await create(connection, **fields)
            (refusal,) = await heard(connection)
            assert refusal["error"]["code"] == code

    in_virtual_time(main)


def test_two_responses_at_once_are_refused() -> None:
    async def main() -> None:
        async with socket([ChatReply("a b", between=1.0)]) as (_, connection):
            await create(connection)
            await create(connection)
            *_, refusal = await heard(connection)
            assert refusal["error"]["code"] == "response_already_in_flight"
            await heard(connection)

    in_virtual_time(main)


def test_old_connections_are_told_so() -> None:
    async def main() -> None:
        reply = ModelReply(finish="websocket_connection_limit_reached")
        async with socket([reply]) as (_, connection):
            await create(connection)
            (refusal,) = await heard(connection)
            assert refusal["status"] == 400
            assert refusal["error"]["code"] == "websocket_connection_limit_reached"

    in_virtual_time(main)


def test_recorded_events_are_said_on_both() -> None:
    stream = b'event: response.created\ndata: {"type":"response.created","n":1}\n\ndata: [DONE]\n\n'

    async def main() -> None:
        async with socket([stream]) as (_, connection):
            await create(connection)
            assert json.loads(await connection.recv_bytes()) == {"type": "response.created", "n": 1}

    in_virtual_time(main)


@pytest.mark.parametrize("fault", [Split(1), Duplicate(after=0)], ids=repr)
def test_faults_that_do_not_end_it(fault: Any) -> None:
    async def main() -> None:
        async with socket(["Hi."], faults=fault) as (_, connection):
            await create(connection)
            kinds = [event["type"] for event in await heard(connection)]
            assert kinds.count("response.created") == 1 + isinstance(fault, Duplicate)

    in_virtual_time(main)


def test_faults_that_end_it() -> None:
    async def main() -> None:
        async with socket(["Hi."], faults=Close(after=2, code=1012)) as (server, connection):
            await create(connection)
            with pytest.raises(ConnectionClosed) as closed:
                await heard(connection)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
            assert server.generating == 0
        async with FakeOpenAI([], faults=Refuse(503)) as server, sdk(server) as client:
            with pytest.raises(Exception, match="503"):
                await client.responses.connect().enter()
        async with socket(["Hi."], faults=Hang(after=2)) as (server, connection):
            await create(connection)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(heard(connection), 5.0)

    in_virtual_time(main)


def test_a_script_that_is_used_up_fails_the_test() -> None:
    async def main() -> None:
        async with socket([]) as (_, connection):
            await create(connection)
            with pytest.raises(ConnectionClosed):
                await heard(connection)

    with pytest.raises(LookupError, match="replies"):
        in_virtual_time(main)


def test_azures_addresses_and_key() -> None:
    async def main() -> None:
        http = openai.DefaultAsyncHttpxClient(verify=False)
        async with (
            FakeOpenAI(["Hi."], key="secret") as server,
            openai.AsyncAzureOpenAI(
                api_key="secret",
                azure_endpoint=server.url,
                api_version="2024-10-21",
                http_client=http,
            ) as client,
        ):
            create: Any = client.chat.completions.create
            answer = await create(model="my-gpt", messages=HELLO)
            assert answer.choices[0].message.content == "Hi."
            assert server.requests[0].path == "/openai/deployments/my-gpt/chat/completions"
            assert server.requests[0].query["api-version"] == "2024-10-21"

    in_virtual_time(main)
