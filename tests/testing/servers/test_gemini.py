"""Google's SDK talks to the fake of the Gemini API."""

import importlib
import warnings
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import pytest

from rxvoice.items import Source, ToolCall
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Drop, Fail, FakeGemini, Fault, Insert, ModelReply, Refuse, Split

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    genai: Any = importlib.import_module("google.genai")
    errors: Any = importlib.import_module("google.genai.errors")
    types: Any = importlib.import_module("google.genai.types")

pytestmark = pytest.mark.filterwarnings(
    "ignore:Inheritance class AiohttpClientSession:DeprecationWarning"  # the SDK's own
)

MODEL = "gemini-3.5-flash-lite"
BOOK = ToolCall("call-1", "book", {"name": "Żółć", "people": 2})
RING = ToolCall("", "ring")
RICH = ModelReply(
    "Let me see.",
    calls=[BOOK, RING],
    thoughts="I have to book.",
    sources=[Source("Page", "https://page.example", "Let me")],
    queries=["tables"],
    cached=7,
)
DECLARED: Any = {
    "function_declarations": [
        {
            "name": "book",
            "description": "Books.",
            "parameters": {
                "type": "OBJECT",
                "properties": {"name": {"type": "STRING"}, "people": {"type": "INTEGER"}},
                "required": ["name"],
            },
        },
        {"name": "ring", "description": ""},
    ]
}


def sdk(server: FakeGemini) -> Any:
    options = types.HttpOptions(base_url=server.url, async_client_args={"verify": False})
    return genai.Client(api_key="secret", http_options=options).aio


async def streamed(client: Any, **options: Any) -> list[Any]:
    asked = {"model": MODEL, "contents": "Say hello, please.", **options}
    stream = await client.models.generate_content_stream(**asked)
    return [chunk async for chunk in stream]


def parts_of(chunks: list[Any]) -> list[Any]:
    return [part for chunk in chunks for part in chunk.candidates[0].content.parts]


def in_virtual_time(main: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("fault", [None, Split(seed=2, most=9)], ids=["whole", "split"])
def test_the_sdk_reads_a_streamed_answer(fault: Fault | None) -> None:
    async def main() -> None:
        async with FakeGemini([RICH], faults=fault) as server:
            client = sdk(server)
            thinking = types.ThinkingConfig(include_thoughts=True)
            config = types.GenerateContentConfig(thinking_config=thinking, tools=[DECLARED])
            chunks = await streamed(client, config=config)
            await client.aclose()
        parts = parts_of(chunks)
        assert "".join(p.text or "" for p in parts if p.thought) == "I have to book."
        assert "".join(p.text or "" for p in parts if not p.thought) == "Let me see."
        book, ring = [part for part in parts if part.function_call]
        assert (book.function_call.id, book.function_call.args) == ("call-1", BOOK.arguments)
        assert (ring.function_call.id, ring.thought_signature) == (None, None)
        assert book.thought_signature
        last = chunks[-1].candidates[0]
        assert last.finish_reason == types.FinishReason.STOP
        assert last.grounding_metadata.web_search_queries == ["tables"]
        assert last.grounding_metadata.grounding_chunks[0].web.uri == "https://page.example"
        usage = chunks[-1].usage_metadata
        assert usage.thoughts_token_count == 4
        assert usage.cached_content_token_count == 7

    in_virtual_time(main)


def test_a_whole_answer_and_a_conversation_with_tools() -> None:
    async def main() -> None:
        replies = [ModelReply("", calls=[BOOK]), "Done, Żółć."]
        async with FakeGemini(replies) as server:
            client = sdk(server)
            config = types.GenerateContentConfig(
                tools=[DECLARED],
                automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            )
            chat = client.chats.create(model=MODEL, config=config)
            first = await chat.send_message("Book, please.")
            assert first.function_calls[0].name == "book"
            answer = types.Part.from_function_response(name="book", response={"output": "ok"})
            assert (await chat.send_message(answer)).text == "Done, Żółć."
            await client.aclose()
        contents = server.requests[1].json["contents"]
        assert contents[1]["parts"][0]["thoughtSignature"]

    in_virtual_time(main)


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
def test_refusals_are_the_sdk_s_errors(status: int) -> None:
    async def main() -> None:
        async with FakeGemini(faults=Refuse(status)) as server:
            client = sdk(server)
            with pytest.raises(errors.APIError) as caught:
                await streamed(client)
            await client.aclose()
        assert caught.value.code == status
        assert caught.value.status

    in_virtual_time(main)


def test_keys_and_failures_inside_of_a_stream() -> None:
    async def main() -> None:
        async with FakeGemini(key="other") as server:
            client = sdk(server)
            with pytest.raises(errors.ClientError, match="API_KEY_INVALID") as caught:
                await streamed(client)
            assert caught.value.code == 400
            server.script_faults([Fail(after=1)])
            await client.aclose()
        async with FakeGemini(["Hi you."] * 3) as server:
            client = sdk(server)
            server.script_faults(Fail(after=1))
            with pytest.raises(errors.APIError):
                await streamed(client)
            server.script_faults(Drop(after=1))
            with pytest.raises(Exception):  # noqa: B017, PT011 - whatever its HTTP client raises
                await streamed(client)
            server.script_faults(Insert(after=1))
            assert len(await streamed(client)) == 3
            await client.aclose()

    in_virtual_time(main)


USER = {"role": "user", "parts": [{"text": "Hi."}]}
CALL: dict[str, Any] = {"functionCall": {"name": "book", "args": {}}}
CALLED: dict[str, Any] = {"role": "model", "parts": [CALL]}
SIGNED: dict[str, Any] = {
    "role": "model",
    "parts": [{**CALL, "thoughtSignature": "skip_thought_signature_validator"}],
}
ANSWER = {
    "role": "user",
    "parts": [{"functionResponse": {"name": "book", "response": {"output": 1}}}],
}


def schema(**given: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {"x": given}}
    return {"tools": [{"functionDeclarations": [{"name": "f", "parameters": parameters}]}]}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no-contents": ({"contents": []}, "contents is not specified"),
    "role": ({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}, "valid role"),
    "no-parts": ({"contents": [{"role": "user", "parts": []}]}, "must not be empty"),
    "empty-text": ({"contents": [{"role": "user", "parts": [{"text": ""}]}]}, "oneof"),
    "model-last": ({"contents": [USER, {"role": "model", "parts": [{"text": "x"}]}]}, "last"),
    "unanswered": ({"contents": [USER, SIGNED, USER]}, "number of function response"),
    "uncalled": ({"contents": [USER, ANSWER]}, "number of function response"),
    "call-first": ({"contents": [SIGNED, ANSWER]}, "immediately after a user turn"),
    "unsigned": ({"contents": [USER, CALLED, ANSWER]}, "missing a thought_signature"),
    "forged": (
        {
            "contents": [
                USER,
                {"role": "model", "parts": [{**CALL, "thoughtSignature": "eA=="}]},
                ANSWER,
            ]
        },
        "Invalid thought signature",
    ),
    "unknown": ({"contents": [USER], "surprise": 1}, "Unknown name"),
    "additional": (
        {"contents": [USER], **schema(type="object", additionalProperties=False)},
        "additionalProperties",
    ),
    "reference": ({"contents": [USER], **schema(**{"$ref": "#/$defs/x"})}, "ref"),
    "enum": ({"contents": [USER], **schema(type="integer", enum=["1"])}, "only allowed for STRING"),
    "items": ({"contents": [USER], **schema(type="array")}, "missing field"),
    "level": (
        {
            "contents": [USER],
            "generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW", "thinkingBudget": 1}},
        },
        "only one of",
    ),
    "mode": (
        {"contents": [USER], "toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
        "without function_declarations",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_lm32_requests_are_refused_as_the_vendor_does(case: str) -> None:
    body, words = WRONG[case]

    async def main() -> None:
        path = f"/v1beta/models/{MODEL}:generateContent"
        async with (
            FakeGemini() as server,
            aiohttp.ClientSession() as client,
            client.post(server.url + path, json=body) as response,
        ):
            assert response.status == 400
            assert words in (await response.json())["error"]["message"]

    in_virtual_time(main)
