"""LM01, LM02, LM17, LM18, LM24, LM30: chat completions by the real SDK, served by a fake."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from typing import Any, assert_type

import openai
import pytest
from openai.types.chat import ChatCompletionChunk
from reactivex import Observable

from rxvoice.context import Context, tools
from rxvoice.context._infer import infer
from rxvoice.contracts import Chat, Written
from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout
from rxvoice.items import Fault, Token, ToolCall, Usage
from rxvoice.providers.openai import (
    OpenAIChat,
    openai_chat,
    openai_responses,
    openai_responses_ws,
)
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    ChatReply,
    Close,
    Delay,
    Drop,
    Fail,
    FakeOpenAI,
    Garble,
    Hang,
    Refuse,
)

from .openai_server import HELLO, Asked, answer, served


def test_lm01_the_answer_comes_as_it_is_written() -> None:
    asked = answer(openai_chat, ChatReply("Well, hello. ", latency=0.5, between=0.25))
    assert asked.error is None
    *said, usage = asked.items
    assert said == [Token("Well,"), Token(" hello. ")]
    assert asked.times[:2] == pytest.approx([0.5, 0.75], abs=0.01)
    assert isinstance(usage, Usage)
    assert (usage.source, usage.output_tokens) == ("openai", 2)


def test_the_request_holds_what_was_set_and_nothing_else() -> None:
    async def main() -> None:
        options: dict[str, Any] = {
            "model": "gpt-x",
            "temperature": 0.0,
            "top_p": 0.5,
            "seed": 7,
            "frequency_penalty": 0.1,
            "presence_penalty": 0.2,
            "max_tokens": 9,
            "reasoning_effort": "low",
            "service_tier": "priority",
            "extra": {"verbosity": "low"},
        }
        async with served(openai_chat, ["Hi.", "Hi."], **options) as (server, ask):
            await ask().end()
            await ask(of=openai_chat(api_key="secret", base_url=server.api)).end()
            full, bare = (request.json for request in server.requests)
        for known in (full, bare):
            assert known.pop("messages")[0] == {"role": "system", "content": "Be brief."}
            assert known.pop("stream") is True
            assert known.pop("stream_options") == {"include_usage": True}
        del options["extra"]
        assert full == {
            **{name: value for name, value in options.items() if name != "max_tokens"},
            "max_completion_tokens": 9,
            "verbosity": "low",
        }
        assert bare.keys() == {"model"}

    run_virtual(main(), real_io=True)


def test_lm02_leaving_closes_the_connection_and_the_server_stops() -> None:
    async def main() -> None:
        reply = ChatReply("a b c d e f", between=1.0)
        async with served(openai_chat, [reply, "Next."]) as (server, ask):
            asked = await ask().until(lambda: server.requests and server.requests[0].sent)
            await asked.until(lambda: len(asked.items) == 2)
            asked.leave()
            await server.until(lambda: server.requests[0].ended is not None)
            assert server.requests[0].left
            assert server.generating == 0
            assert (await ask().end()).text == "Next."
            assert asked.text == "a b"

    run_virtual(main(), real_io=True)


def test_lm02_the_stream_is_closed_and_not_left_to_be_collected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[int] = []
    close: Any = vars(openai.AsyncStream)["close"]

    async def main() -> None:
        reply = ChatReply("a b c d e f", between=1.0)
        async with served(openai_chat, [reply]) as (server, ask):

            async def closing(stream: Any) -> None:
                await close(stream)
                closed.append(server.open_connections)

            monkeypatch.setattr(openai.AsyncStream, "close", closing)
            asked = await ask().until(lambda: server.requests and server.requests[0].sent)
            await asked.until(lambda: len(asked.items) == 2)
            asked.leave()
            await server.until(lambda: server.requests[0].ended is not None)

    run_virtual(main(), real_io=True)
    assert len(closed) == 1


def test_connections_are_used_again_and_closed_with_the_session() -> None:
    async def main() -> None:
        async with FakeOpenAI(["One.", "Two.", "Three."]) as server:
            chat = openai_chat(api_key="any", base_url=server.api)
            async with Session() as session:
                for _ in range(2):
                    await _ended(session, chat(HELLO))
                assert (server.connections, server.open_connections) == (1, 1)
            await server.until(lambda: server.open_connections == 0)
            async with Session() as session:
                await _ended(session, chat(HELLO))
            assert server.connections == 2

    run_virtual(main(), real_io=True)


def test_sessions_share_connections_until_the_last_has_ended() -> None:
    async def main() -> None:
        async with FakeOpenAI(lambda _: "Hi.") as server:
            chat = openai_chat(api_key="any", base_url=server.api)
            first, second = Session(), Session()
            await _ended(first, chat(HELLO))
            await _ended(second, chat(HELLO))
            await first.aclose()
            await _ended(second, chat(HELLO))
            assert (server.connections, server.open_connections) == (1, 1)
            await second.aclose()
            await server.until(lambda: server.open_connections == 0)

    run_virtual(main(), real_io=True)


def test_a_block_keeps_connections_beyond_sessions() -> None:
    async def main() -> None:
        async with FakeOpenAI(lambda _: "Hi.") as server:
            async with openai_chat(api_key="any", base_url=server.api) as chat:
                await chat.prewarm()
                for _ in range(2):
                    async with Session() as session:
                        await _ended(session, chat(HELLO))
                assert (server.connections, server.open_connections) == (1, 1)
            await server.until(lambda: server.open_connections == 0)

    run_virtual(main(), real_io=True)


def test_an_answer_outside_of_sessions_has_its_own_connection() -> None:
    async def main() -> None:
        async with FakeOpenAI(lambda _: "Hi.") as server:
            chat = openai_chat(api_key="any", base_url=server.api)
            for count in (1, 2):
                assert isinstance(await chat(HELLO), Usage)
                await server.until(lambda: server.open_connections == 0)
                assert server.connections == count
            await chat.aclose()

    run_virtual(main(), real_io=True)


def test_aclose_closes_what_a_session_uses() -> None:
    async def main() -> None:
        async with FakeOpenAI(lambda _: "Hi.") as server, Session() as session:
            chat = openai_chat(api_key="any", base_url=server.api)
            await _ended(session, chat(HELLO))
            await chat.aclose()
            await chat.aclose()
            await server.until(lambda: server.open_connections == 0)
            await _ended(session, chat(HELLO))
            assert server.connections == 2

    run_virtual(main(), real_io=True)


def test_lm07_and_lm08_calls_come_whole() -> None:
    calls = [ToolCall("a", "ring", {"times": 2}), ToolCall("b", "stop", {})]
    asked = answer(openai_chat, ChatReply("One moment.", calls=calls))
    assert asked.text == "One moment."
    assert asked.of(ToolCall) == calls
    assert isinstance(asked.items[-1], Usage)


ERRORS = [
    (Refuse(401), ProviderRejected, 401, True, False),
    (Refuse(400), ProviderRejected, 400, False, False),
    (Refuse(404), ProviderRejected, 404, False, False),
    (Refuse(429, retry_after=3.0), ProviderRejected, 429, False, True),
    (Refuse(503), ProviderRejected, 503, False, True),
    (Drop(after=None), ProviderError, None, False, True),
    (Drop(after=2), ProviderError, None, False, True),
    (Drop(after=2, inside=True, reset=True), ProviderError, None, False, True),
    (Hang(after=None), ProviderTimeout, None, False, True),
    (Hang(after=2), ProviderTimeout, None, False, True),
    (Garble(after=2), ProviderError, None, False, True),
    (Fail(after=2, text="no"), ProviderRejected, 500, False, True),
    (Close(after=0), ProviderError, None, False, True),
]


@pytest.mark.parametrize(
    ("fault", "kind", "status", "fatal", "retryable"), ERRORS, ids=[repr(e[0]) for e in ERRORS]
)
def test_errors_are_those_of_rxvoice(
    fault: Any, kind: type[ProviderError], status: int | None, fatal: bool, retryable: bool
) -> None:
    asked = answer(openai_chat, "Hello there, friend.", faults=fault, retries=0)
    assert type(asked.error) is kind
    assert isinstance(asked.error, ProviderError)
    assert asked.error.provider == "openai"
    assert (asked.error.fatal, asked.error.retryable) == (fatal, retryable)
    assert getattr(asked.error, "status", None) == status
    assert asked.error.__cause__ is not None or isinstance(fault, Close)
    if isinstance(fault, Refuse) and fault.retry_after:
        assert asked.error.retry_after == 3.0
    assert "secret" not in str(asked.error)


@pytest.mark.parametrize("after", [3, 4])
def test_lm01_what_follows_the_end_of_an_answer_is_not_waited_for(after: int) -> None:
    """The server has said that it is done, and then says nothing any more."""

    async def main() -> None:
        faults = [Hang(after=after), None]
        async with served(openai_chat, ["Hi.", "Next."], faults=faults) as (_, ask):
            assert (await ask().end()).text == "Hi."
            assert (await ask().end()).times[0] == pytest.approx(0.5, abs=0.1)

    run_virtual(main(), real_io=True)


def test_an_answer_is_whole_when_only_what_was_used_is_lost() -> None:
    asked = answer(openai_chat, "Hi.", faults=Drop(after=3), retries=0)
    assert (asked.error, asked.items) == (None, [Token("Hi.")])


@pytest.mark.parametrize("make", [openai_chat, openai_responses, openai_responses_ws])
def test_closing_in_the_midst_of_an_answer_ends_it(make: Callable[..., Any]) -> None:
    async def main() -> None:
        async with FakeOpenAI([ChatReply("a b c d", between=1.0)]) as server, Session() as session:
            chat = make(api_key="any", base_url=server.api, retries=0)
            asked = Asked(session, chat(HELLO))
            await asked.until(lambda: asked.items)
            await chat.aclose()
            await asked.end()
            assert asked.error is None or isinstance(asked.error, ProviderError)
            await server.until(lambda: server.open_connections == 0)

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("make", [openai_chat, openai_responses, openai_responses_ws])
def test_a_session_that_ends_in_the_midst_of_an_answer_leaves_nothing(
    make: Callable[..., Any],
) -> None:
    async def main() -> None:
        async with FakeOpenAI([ChatReply("a b c d", between=1.0)]) as server:
            async with Session() as session:
                asked = Asked(session, make(api_key="any", base_url=server.api)(HELLO))
                await asked.until(lambda: asked.items)
            await server.until(lambda: server.open_connections == 0)
            assert server.generating == 0

    run_virtual(main(), real_io=True)


def test_no_server_is_an_error_that_may_pass() -> None:
    async def main() -> None:
        async with FakeOpenAI() as server:
            address = server.api
        chat = openai_chat(api_key="any", base_url=address, retries=0)
        with pytest.raises(ProviderError) as failure:
            await chat(HELLO)
        assert failure.value.retryable
        with pytest.raises(ProviderError):
            await chat.prewarm()
        await chat.aclose()

    run_virtual(main(), real_io=True)


def test_what_is_refused_for_the_moment_is_asked_again() -> None:
    faults = [Refuse(429, retry_after=0.5), Refuse(503), None]
    asked = answer(openai_chat, "Hi.", faults=faults)
    assert asked.error is None
    assert asked.text == "Hi."


def test_an_empty_conversation_is_refused_by_the_server() -> None:
    async def main() -> None:
        async with served(openai_chat, []) as (_, ask):
            asked = await ask(Context()).end()
            assert isinstance(asked.error, ProviderRejected)
            assert asked.error.status == 400

    run_virtual(main(), real_io=True)


def test_lm17_what_does_not_begin_in_time_is_asked_once_more() -> None:
    async def main() -> None:
        faults = [Delay(first=60.0), Delay(first=9.0)]
        async with served(openai_chat, ["One.", "Two."], faults=faults, first_timeout=5.0) as (
            server,
            ask,
        ):
            asked = await ask().end()
            assert asked.error is None
            fault, *said = asked.items
            assert isinstance(fault, Fault)
            assert not fault.fatal
            assert isinstance(fault.cause, ProviderTimeout)
            assert asked.times[0] == pytest.approx(5.0, abs=0.01)
            assert said[0] == Token("Two.")
            assert asked.times[1] == pytest.approx(14.0, abs=0.01)
            await server.until(lambda: server.requests[0].ended is not None)
            assert server.requests[0].left

    run_virtual(main(), real_io=True)


def test_lm17_what_begins_in_time_may_take_longer() -> None:
    reply = ChatReply("a b c", latency=1.0, between=4.0)
    asked = answer(openai_chat, reply, first_timeout=2.0)
    assert (asked.error, asked.text, asked.of(Fault)) == (None, "a b c", [])


def test_lm17_there_is_no_third_attempt() -> None:
    async def main() -> None:
        faults = Hang(after=None)
        async with served(openai_chat, [], faults=faults, first_timeout=5.0, retries=0) as (
            server,
            ask,
        ):
            asked = await ask().end()
            assert len(asked.of(Fault)) == 1
            assert isinstance(asked.error, ProviderTimeout)
            assert len(server.requests) == 2

    run_virtual(main(), real_io=True)


def test_lm18_questions_beside_the_conversation() -> None:
    async def main() -> None:
        async with FakeOpenAI(["  In short. ", "Hi."]) as server:
            async with openai_chat(
                api_key="any", base_url=server.api, instruction="Be long.", max_tokens=500
            ) as chat:
                asked = infer(chat, "All of it.", instruction="Sum it up.", max_tokens=20)
                assert await asked == "In short."
                await chat(HELLO)
            beside, usual = (request.json for request in server.requests)
            assert beside["messages"][0]["content"] == "Sum it up."
            assert beside["max_completion_tokens"] == 20
            assert usual["messages"][0]["content"] == "Be long."
            assert usual["max_completion_tokens"] == 500
            assert server.connections == 1

    run_virtual(main(), real_io=True)


def test_lm24_the_key_is_read_when_the_model_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    asked = answer(openai_chat, [], api_key=None)
    assert isinstance(asked.error, ProviderError)
    assert asked.error.fatal
    assert "OPENAI_API_KEY" in str(asked.error)
    chat = openai_chat()
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    assert answer(openai_chat, "Hi.", api_key=None).text == "Hi."
    assert "secret" not in repr(chat)


BAD: list[dict[str, Any]] = [
    {"retries": -1},
    {"connect_timeout": 0.0},
    {"read_timeout": -1.0},
    {"first_timeout": 0.0},
    {"max_tokens": 0},
    {"base_url": "example.org"},
]


@pytest.mark.parametrize("options", BAD, ids=lambda options: next(iter(options)))
def test_bad_arguments_are_refused_at_once(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        openai_chat(api_key="any", **options)


def test_neither_rxvoice_nor_the_module_imports_the_sdk() -> None:
    code = (
        "import sys, rxvoice.providers.openai\n"
        "assert not {'openai', 'httpx2'} & set(sys.modules), 'imported'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_types_are_told() -> None:
    chat = openai_chat(api_key="any")
    assert_type(chat, OpenAIChat)
    assert_type(chat(HELLO), Observable[Written])
    as_chat: Chat = chat
    assert callable(as_chat)


def test_what_the_fake_says_is_of_the_sdks_types() -> None:
    async def main() -> None:
        async with served(openai_chat, [ChatReply("Hi.", calls=[ToolCall("a", "b")])]) as (
            server,
            ask,
        ):
            await ask().end()
            for sent in server.requests[0].sent:
                if sent.message != "[DONE]":
                    ChatCompletionChunk.model_validate(sent.message, strict=False)

    run_virtual(main(), real_io=True)


def test_tools_are_told_the_model() -> None:
    async def ring(times: int) -> None: ...

    async def main() -> None:
        async with served(openai_chat, ["Hi."]) as (server, ask):
            await ask(Context(tools=tools(ring)).append("user", "Hi.")).end()
            (tool,) = server.requests[0].json["tools"]
            assert tool["function"]["name"] == "ring"

    run_virtual(main(), real_io=True)


async def _ended(session: Session, stream: Observable[Any]) -> None:
    done = asyncio.get_running_loop().create_future()
    session.subscribe(stream, None, done.set_exception, lambda: done.set_result(None))
    await done
