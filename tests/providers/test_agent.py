"""Whatever answers in text is a language model (LM34)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from rxvoice import Context, ProviderError, Token, ToolCall
from rxvoice.contracts import Chat, Written
from rxvoice.providers.agent import agent
from rxvoice.testing import marbles
from rxvoice.testing.conformance import check_chat


@dataclass
class Piece:
    content: str


@dataclass
class Runnable:
    """What other frameworks call so: it is given messages and streams pieces with a content."""

    says: Sequence[str] = ("I am", "", " a chain.")
    asked: list[list[tuple[str, str]]] = field(default_factory=list[list[tuple[str, str]]])
    running: int = 0

    async def astream(self, messages: list[tuple[str, str]]) -> AsyncIterator[Piece]:
        self.asked.append(messages)
        self.running += 1
        try:
            for text in self.says:
                await asyncio.sleep(0.1)
                yield Piece(text)
        finally:
            self.running -= 1


@dataclass
class Strands:
    """Another one: it streams events, of which some have text, and calls tools by itself."""

    async def stream_async(self, prompt: str) -> AsyncIterator[dict[str, object]]:
        yield {"init_event_loop": True}
        yield {"data": f"You said {prompt}"}
        yield {"current_tool_use": {"toolUseId": "1", "name": "look"}}
        yield {"data": "."}


def chain(runnable: Runnable) -> Chat:
    async def answer(context: Context) -> AsyncIterator[str | Written]:
        stream = runnable.astream([(m.role, m.text) for m in context.messages])
        async for piece in stream:
            yield piece.content

    return agent(answer)


def test_lm34_a_runnable_keeps_the_contract_of_a_model() -> None:
    runnable = Runnable()
    report = check_chat(
        lambda: chain(runnable),
        says="I am a chain.",
        usage=False,
        generating=lambda: runnable.running,
    )
    assert sorted(report.skipped) == ["failure", "tool calls", "usage"]


def test_lm34_it_is_given_the_conversation() -> None:
    runnable = Runnable()
    context = Context().append("user", "hi").append("assistant", "yes?").append("user", "who?")
    with marbles(tick=0.1) as m:
        m.expect(chain(runnable)(context)).to_be(
            "-a-(b|)", {"a": Token("I am"), "b": Token(" a chain.")}
        )
    assert runnable.asked == [[("user", "hi"), ("assistant", "yes?"), ("user", "who?")]]


def test_lm34_events_may_become_items() -> None:
    async def answer(context: Context) -> AsyncIterator[str | Written]:
        async for event in Strands().stream_async(context.messages[-1].text):
            match event:
                case {"data": str(text)}:
                    yield text
                case {"current_tool_use": {"toolUseId": str(id_), "name": str(name)}}:
                    yield ToolCall(id_, name)
                case _:
                    pass

    with marbles() as m:
        m.expect(agent(answer)(Context().append("user", "hi"))).to_be(
            "(acb|)",
            {"a": Token("You said hi"), "b": Token("."), "c": ToolCall("1", "look")},
        )


def test_lm34_what_it_raises_is_the_stream_s_error() -> None:
    async def answer(_: Context) -> AsyncIterator[str | Written]:
        yield "I"
        raise ProviderError("gone", provider="chain")

    with marbles() as m:
        m.expect(agent(answer)(Context())).to_be(
            "(a#)", {"a": Token("I")}, error=ProviderError("gone", provider="chain")
        )


def test_an_iterator_without_aclose_will_do() -> None:
    class Plain:
        def __init__(self) -> None:
            self._left = ["a", "b"]

        def __aiter__(self) -> AsyncIterator[str | Written]:
            return self

        async def __anext__(self) -> str | Written:
            if not self._left:
                raise StopAsyncIteration
            return self._left.pop(0)

    with marbles() as m:
        m.expect(agent(lambda _: Plain())(Context())).to_be(
            "(ab|)", {"a": Token("a"), "b": Token("b")}
        )
