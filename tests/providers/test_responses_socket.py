"""LM19 to LM23: responses over a websocket, by the real SDK, served by a fake."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from openai.resources.responses.responses import AsyncResponsesConnection

from rxvoice.context import Context, Message, tools
from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout
from rxvoice.items import Fault, Thought, Token, ToolCall, Usage
from rxvoice.providers.openai import openai_responses, openai_responses_ws
from rxvoice.session import Session
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    ChatReply,
    Close,
    Delay,
    Drop,
    Endless,
    Exchange,
    FakeOpenAI,
    Hang,
    ModelReply,
    Refuse,
)

from .openai_server import HELLO, Asked, answer, served

WELL = HELLO.append("assistant", "Hello there.").append("user", "Well?")
LONG = ChatReply("a b c d e f g h", between=1.0)


def creates(server: FakeOpenAI) -> list[dict[str, Any]]:
    """What was asked for, in order, on whatever connection."""
    return [asked for request in server.requests for asked in request.said("response.create")]


def cancels(server: FakeOpenAI) -> list[dict[str, Any]]:
    return [told for request in server.requests for told in request.said("response.cancel")]


Play = Callable[[FakeOpenAI, Callable[..., Asked]], Awaitable[None]]


def play(replies: Any, scene: Play, **options: Any) -> None:
    async def main() -> None:
        async with served(openai_responses_ws, replies, **options) as (server, ask):
            await scene(server, ask)

    run_virtual(main(), real_io=True)


def test_lm19_one_socket_carries_all_answers() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        assert server.requests == []
        asked = await ask().end()
        assert asked.text == "Hello there."
        assert isinstance(asked.items[-1], Usage)
        assert (await ask(WELL).end()).text == "Fine."
        assert server.connections == 1
        assert server.requests[0].path == "/v1/responses"

    play(["Hello there.", "Fine."], scene)


def test_lm19_prewarm_opens_the_socket() -> None:
    async def main() -> None:
        async with (
            FakeOpenAI(["Hi."]) as server,
            openai_responses_ws(api_key="any", base_url=server.api) as chat,
        ):
            await chat.prewarm()
            assert server.requests[0].status == 101
            assert isinstance(await chat(HELLO), Usage)
            assert server.connections == 1

    run_virtual(main(), real_io=True)


def test_lm19_an_answer_that_begins_meanwhile_has_the_socket_that_is_being_opened() -> None:
    async def main() -> None:
        async with (
            FakeOpenAI(["Hi."], faults=Delay(answer=0.5)) as server,
            openai_responses_ws(api_key="any", base_url=server.api) as chat,
        ):
            opening = asyncio.create_task(chat.prewarm())
            await asyncio.sleep(0.3)
            assert isinstance(await chat(HELLO), Usage)
            await opening
            assert server.connections == 1
            assert asyncio.get_running_loop().time() == pytest.approx(0.5, abs=0.01)

    run_virtual(main(), real_io=True)


def test_lm19_prewarm_leaves_a_socket_to_the_answer_that_is_on_it() -> None:
    async def main() -> None:
        async with (
            FakeOpenAI([ChatReply("Hello there.", latency=1.0), "Fine."]) as server,
            openai_responses_ws(api_key="any", base_url=server.api) as chat,
            Session() as session,
        ):
            first = Asked(session, chat(HELLO))
            await asyncio.sleep(0.5)
            await chat.prewarm()
            await first.end()
            await Asked(session, chat(WELL)).end()
            assert server.connections == 1
            assert creates(server)[1]["previous_response_id"].startswith("resp_")

    run_virtual(main(), real_io=True)


def test_lm19_a_socket_that_is_opened_too_late_is_closed() -> None:
    async def main() -> None:
        async with FakeOpenAI(["Hi."], faults=Delay(answer=0.5)) as server:
            async with openai_responses_ws(api_key="any", base_url=server.api) as chat:
                opening = asyncio.create_task(chat.prewarm())
                await asyncio.sleep(0.3)
            await opening
            await server.until(lambda: not server.open_connections)

    run_virtual(main(), real_io=True)


def test_lm21_only_what_is_new_is_sent() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        await ask().end()
        asked = await ask(WELL).end()
        first, second = creates(server)
        assert first["store"] is False
        assert "previous_response_id" not in first
        assert first["input"] == [{"type": "message", "role": "user", "content": "Hi."}]
        assert second["input"] == [{"type": "message", "role": "user", "content": "Well?"}]
        assert second["previous_response_id"].startswith("resp_")
        assert second["instructions"] == "Be brief."
        assert asked.of(Usage)[0].cached_tokens > 0

    play(["Hello there.", "Fine."], scene)


def test_lm21_another_conversation_is_sent_in_full() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        await ask().end()
        heard = HELLO.append("assistant", "Hello", interrupted=True).append("user", "Well?")
        await ask(heard).end()
        second = creates(server)[1]
        assert "previous_response_id" not in second
        assert len(second["input"]) == 3

    play(["Hello there.", "Fine."], scene)


def test_lm21_the_answer_of_a_tool_goes_on_with_its_call_and_thoughts() -> None:
    async def ring() -> None: ...

    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        context = replace(HELLO, tools=tools(ring))
        asked = await ask(context).end()
        (thought,) = (one for one in asked.of(Thought) if one.data)
        (call,) = asked.of(ToolCall)
        after = context.add(
            Message("assistant", "Hm.", provider="openai", data={"thoughts": [thought.data]}),
            Message("assistant", calls=(call,)),
            Message("tool", "rung", answers=call.id, name=call.name),
        )
        assert (await ask(after).end()).text == "Done."
        output = {"type": "function_call_output", "call_id": call.id, "output": "rung"}
        assert creates(server)[1]["input"] == [output]

    first = ModelReply(calls=[ToolCall("a", "ring", {})], thoughts="Hm.", hidden="sealed")
    play([first, "Done."], scene)


def test_lm21_a_new_connection_knows_nothing() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        await ask().end()
        await server.drop_connections()
        asked = await ask(WELL).end()
        assert (asked.error, asked.text) == (None, "Fine.")
        (fault,) = asked.of(Fault)
        assert not fault.fatal
        assert "previous_response_id" not in creates(server)[-1]
        assert len(creates(server)[-1]["input"]) == 3
        assert server.connections == 2

    play(["Hello there.", "Fine."], scene)


def test_lm19_a_connection_that_is_lost_is_opened_again_later_each_time() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        asked = await ask().end()
        assert (asked.error, asked.text) == (None, "Hi.")
        assert len(asked.of(Fault)) == 2
        began = [request.began for request in server.requests]
        assert began[1] - began[0] < 0.1
        assert began[2] - began[1] == pytest.approx(0.25, abs=0.1)

    play(["Hi."], scene, faults=[Drop(after=None), Refuse(503), None])


def test_lm19_after_so_many_losses_it_is_an_error() -> None:
    asked = answer(openai_responses_ws, "Hi.", faults=Drop(after=None), retries=2)
    assert isinstance(asked.error, ProviderError)
    assert asked.error.retryable
    assert len(asked.of(Fault)) == 2


def test_lm19_what_was_said_is_not_said_again() -> None:
    """A connection that is lost in the midst of an answer ends it; the next one gets another."""

    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        asked = await ask().end()
        assert asked.text == "Hello"
        assert isinstance(asked.error, ProviderError)
        assert asked.error.retryable
        assert (await ask().end()).text == "Again."

    play(["Hello there.", "Again."], scene, faults=[Drop(after=5), None])


@pytest.mark.parametrize(("code", "tries"), [(1000, 3), (1011, 3), (1008, 1), (4000, 1)])
def test_socket_close_codes(code: int, tries: int) -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        asked = await ask().end()
        assert isinstance(asked.error, ProviderRejected)
        assert asked.error.status == code
        assert len(server.requests) == tries

    play([], scene, faults=Close(after=0, code=code))


def test_a_wrong_key_is_not_tried_again() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        asked = await ask().end()
        assert isinstance(asked.error, ProviderRejected)
        assert (asked.error.status, asked.error.fatal) == (401, True)
        assert len(server.requests) == 1
        assert "wrong" not in str(asked.error)

    play([], scene, api_key="wrong")


def test_a_server_that_says_nothing_any_more_is_given_up() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        asked = await ask().end()
        assert isinstance(asked.error, ProviderTimeout)
        assert (await ask().end()).text == "Again."

    faults = [Hang(after=4), None]
    play(["Hello there.", "Again."], scene, faults=faults, read_timeout=3.0)


NOT_FOUND = ModelReply(finish="previous_response_not_found")
LIMIT = ModelReply(finish="websocket_connection_limit_reached")


@pytest.mark.parametrize(("refusal", "connections"), [(NOT_FOUND, 1), (LIMIT, 2)])
def test_lm20_cache_misses_and_old_connections_are_retried_in_full(
    refusal: ModelReply, connections: int
) -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        await ask().end()
        asked = await ask(WELL).end()
        assert (asked.error, asked.text, asked.of(Fault)) == (None, "Fine.", [])
        _, short, full = creates(server)
        assert "previous_response_id" in short
        assert "previous_response_id" not in full
        assert len(full["input"]) == 3
        assert server.connections == connections

    play(["Hello there.", refusal, "Fine."], scene)


def test_lm20_it_is_retried_once() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        asked = await ask().end()
        assert isinstance(asked.error, ProviderError)
        assert len(creates(server)) == 2
        assert (await ask().end()).text == "Hi."

    play([NOT_FOUND, NOT_FOUND, "Hi."], scene)


def test_lm20_failed_and_incomplete_responses_are_told_and_forgotten() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        for _ in range(2):
            asked = await ask().end()
            assert (asked.error, asked.text) == (None, "Hello there.")
            (fault,) = asked.of(Fault)
            assert not fault.fatal
        await ask(WELL).end()
        assert "previous_response_id" not in creates(server)[-1]
        assert server.connections == 1

    failing = [ModelReply("Hello there.", finish=finish) for finish in ("failed", "length")]
    play([*failing, "Fine."], scene)


def test_lm22_leaving_cancels_and_the_rest_is_read_before_the_next_request() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        asked = ask()
        await asked.until(lambda: len(asked.items) == 2)
        asked.leave()
        await server.until(lambda: not server.generating)
        (cancel,) = cancels(server)
        assert cancel["response_id"].startswith("resp_")
        following = await ask().end()
        assert following.text == "Next."
        assert following.items[0] == Token("Next.")
        assert "previous_response_id" not in creates(server)[-1]
        last = await ask().end()
        assert last.times[0] - following.times[0] <= 0.1
        assert server.connections == 1

    play([LONG, "Next.", "Last."], scene)


def test_lm22_a_response_without_a_known_id_is_cancelled_when_it_is_told() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        asked = ask()
        await server.until(lambda: creates(server))
        asked.leave()
        await asyncio.sleep(0.5)
        assert cancels(server) == []
        assert (await ask().end()).text == "Next."
        assert len(cancels(server)) == 1
        assert server.connections == 1

    play([LONG, "Next."], scene, faults=Delay(first=2.0))


def test_lm22_a_response_that_cannot_be_cancelled_is_read_to_its_end() -> None:
    async def main() -> None:
        reply = ChatReply("a b c d", between=0.5)
        async with FakeOpenAI([reply, "Next."], cancellable=False) as server:
            make = partial(openai_responses_ws, base_url=server.api)
            async with served(make, []) as (_, ask):
                chat = make(api_key="any")
                asked = ask(of=chat)
                await asked.until(lambda: asked.items)
                asked.leave()
                assert (await ask(of=chat).end()).text == "Next."
                assert server.connections == 1
                await chat.aclose()

    run_virtual(main(), real_io=True)


def test_lm22_reading_the_rest_takes_at_most_five_seconds() -> None:
    async def main() -> None:
        async with FakeOpenAI([LONG, "Next."], cancellable=False) as server:
            make = partial(openai_responses_ws, base_url=server.api)
            async with served(make, []) as (_, ask):
                chat = make(api_key="any")
                asked = ask(of=chat)
                await asked.until(lambda: asked.items)
                asked.leave()
                following = await ask(of=chat).end()
                assert following.text == "Next."
                assert following.times[0] == pytest.approx(5.0, abs=0.1)
                assert server.connections == 2
                await chat.aclose()

    run_virtual(main(), real_io=True)


@pytest.mark.parametrize("fault", [Drop(after=5), Close(after=5), Hang(after=5)], ids=repr)
def test_lm22_a_connection_that_fails_meanwhile_is_opened_anew(fault: Any) -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        asked = ask()
        await asked.until(lambda: asked.items)
        asked.leave()
        following = await ask().end()
        assert (following.error, following.text) == (None, "Next.")
        assert server.connections == 2
        assert following.times[0] <= 6.1

    play([LONG, "Next."], scene, faults=[fault, None])


def test_lm22_leaving_while_the_rest_is_read() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        first = ask()
        await server.until(lambda: creates(server))
        first.leave()
        second = ask()
        await asyncio.sleep(0.5)
        second.leave()
        third = await ask().end()
        assert third.text == "Next."
        assert len(creates(server)) == 2
        assert server.connections == 1

    play([LONG, "Next."], scene, faults=Delay(first=2.0))


def test_answers_that_overlap_have_a_socket_each_of_which_one_is_kept() -> None:
    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        both = [ask(), ask(WELL)]
        texts = {(await asked.end()).text for asked in both}
        assert texts == {"a b c", "d e f"}
        assert server.connections == 2
        await server.until(lambda: server.open_connections == 1)
        await ask().end()
        assert server.connections == 2

    play([ChatReply("a b c", between=0.2), ChatReply("d e f", between=0.2), "g"], scene)


def test_lm23_state_is_cleared_even_when_closing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    close = AsyncResponsesConnection.close

    async def failing(self: AsyncResponsesConnection, **options: Any) -> None:
        await close(self, **options)
        raise OSError("no")

    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        await ask().end()
        monkeypatch.setattr(AsyncResponsesConnection, "close", failing)
        await server.drop_connections()
        asked = await ask(WELL).end()
        assert (asked.error, asked.text) == (None, "Fine.")
        assert "previous_response_id" not in creates(server)[-1]

    play(["Hello there.", "Fine."], scene)


def test_lm18_questions_beside_the_conversation_go_by_http() -> None:
    async def main() -> None:
        async with (
            FakeOpenAI(["In short."]) as server,
            openai_responses_ws(api_key="any", base_url=server.api) as chat,
        ):
            await chat.once(max_tokens=20, instruction="Sum it up.")(HELLO)
            (beside,) = server.requests
            assert beside.method == "POST"
            assert beside.json["instructions"] == "Sum it up."
            assert beside.json["max_output_tokens"] == 20
            assert beside.json["input"][0]["content"] == "Hi."

    run_virtual(main(), real_io=True)


def test_lm25_http_sends_the_whole_conversation_each_time() -> None:
    async def main() -> None:
        options: dict[str, Any] = {"reasoning_effort": "low", "reasoning_summary": "auto"}
        replies = ["Hello there.", "Fine."]
        async with served(openai_responses, replies, max_tokens=9, **options) as (server, ask):
            await ask().end()
            assert (await ask(WELL).end()).text == "Fine."
            first, second = (request.json for request in server.requests)
            assert (len(first["input"]), len(second["input"])) == (1, 3)
            assert not any("previous_response_id" in body for body in (first, second))
            assert first["store"] is False
            assert first["reasoning"] == {"effort": "low", "summary": "auto"}
            assert first["include"] == ["reasoning.encrypted_content"]
            assert first["max_output_tokens"] == 9
            assert server.connections == 1

    run_virtual(main(), real_io=True)


def test_lm25_what_follows_the_last_event_is_not_waited_for() -> None:
    asked = answer(openai_responses, "Hi.", faults=Endless(after=8, every=0.1))
    assert (asked.error, asked.text) == (None, "Hi.")
    assert len(asked.of(Usage)) == 1


def test_lm24_sockets_have_the_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    asked = answer(openai_responses_ws, [], api_key=None)
    assert isinstance(asked.error, ProviderError)
    assert "OPENAI_API_KEY" in str(asked.error)
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    assert answer(openai_responses_ws, "Hi.", api_key=None).text == "Hi."


def test_lines_of_a_script_may_depend_on_the_request() -> None:
    def reply(exchange: Exchange) -> str:
        return f"Reply {len(exchange.said('response.create'))}."

    async def scene(server: FakeOpenAI, ask: Callable[..., Asked]) -> None:
        assert (await ask().end()).text == "Reply 1."
        assert (await ask(Context().append("user", "Ho.")).end()).text == "Reply 2."

    play(reply, scene)
