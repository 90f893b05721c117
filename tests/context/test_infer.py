"""One answer beside the conversation (LM18)."""

from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable

from rxvoice import Context, Message, ProviderError
from rxvoice.context import Tools, infer
from rxvoice.contracts import Chat, OneShot, Written
from rxvoice.items import Fault, Sources, Thought, Token, Tool, ToolCall, Usage
from rxvoice.testing import Response, ScriptedLLM, marbles

CONTEXT = Context("be kind", (Message("user", "Hi."),))
WRITTEN: dict[str, Written] = {
    "h": Thought("hm"),
    "c": ToolCall("1", "look"),
    "s": Sources(),
    "u": Usage("llm", 1, 2),
    "f": Fault("llm", "a call was broken"),
    "a": Token(" It is"),
    "e": Token(""),
    "b": Token(" so. \n"),
    "x": Fault("llm", "the key is refused", fatal=True),
}


def test_lm18_all_that_is_written_comes_as_one_text() -> None:
    llm = ScriptedLLM(Response("h-a e c s f b-u|", WRITTEN))
    with marbles() as m:
        m.expect(infer(llm, CONTEXT)).to_be("----------(x|)", {"x": "It is so."})
    assert llm.asked == [CONTEXT]
    assert llm.open == 0


def test_lm18_a_model_that_writes_nothing_gives_an_empty_text() -> None:
    with marbles() as m:
        m.expect(infer(ScriptedLLM(Response("-h-|", WRITTEN)), "Hi.")).to_be("---(x|)", {"x": ""})


def test_lm18_a_model_that_never_answers_gives_nothing_and_is_unsubscribed() -> None:
    llm = ScriptedLLM(Response("-a-", WRITTEN))
    with marbles() as m:
        m.expect(infer(llm, "Hi."), "^-----!").to_be("-------")
    assert llm.open == 0


def test_lm18_errors_pass() -> None:
    lost = ConnectionError("lost")

    def refuse(_: Context) -> Observable[Written]:
        raise lost

    with marbles() as m:
        answer = infer(ScriptedLLM(Response("-a-#", WRITTEN, lost)), "Hi.")
        m.expect(answer).to_be("---#", error=lost)
        m.expect(infer(refuse, "Hi.")).to_be("#", error=lost)


def test_lm18_a_fatal_fault_is_an_error() -> None:
    failed: list[Exception] = []
    llm = ScriptedLLM(Response("-a-x-b|", WRITTEN))
    with marbles() as m:
        answer = infer(llm, "Hi.")
        m.at(0, lambda: answer.subscribe(on_error=failed.append))
    assert [type(error) for error in failed] == [ProviderError]
    assert "the key is refused" in str(failed[0])
    assert llm.open == 0


def test_lm18_the_instruction_and_the_limit_are_those_of_the_request() -> None:
    """For a model that knows nothing of single requests."""
    llm = ScriptedLLM("one two three four five")
    context = Context(
        "be kind",
        (Message("system", "be brief"), Message("user", "Hi.")),
        Tools((Tool("look"),)),
        additions=(("mood", "Be glad."),),
    )
    with marbles() as m:
        answer = infer(llm, context, instruction="Count.", max_tokens=3)
        m.expect(answer).to_be("360ms (x|)", {"x": "one two three"})
    (asked,) = llm.asked
    assert asked.instruction == "Count."
    assert asked.messages == (Message("user", "Hi."),)
    assert asked.tool_choice == "none"
    assert asked.tools == context.tools
    assert llm.open == 0
    assert context.system == "be kind"


def test_lm18_unless_given_the_instruction_is_that_of_the_conversation() -> None:
    llm = ScriptedLLM("one")
    with marbles() as m:
        m.record(infer(llm, CONTEXT))
    assert llm.asked[0].instruction == "be kind"


class Provider:
    """A model that has settings for single requests."""

    def __init__(self) -> None:
        self.asked: list[tuple[Context, Any, str]] = []

    def __call__(self, context: Context, /) -> Observable[Written]:
        raise AssertionError("it is asked as usual")

    def once(self, *, max_tokens: int | None = None, instruction: str = "") -> Chat:
        def answer(context: Context) -> Observable[Written]:
            self.asked.append((context, max_tokens, instruction))
            return rx.of(*map(Token, "abc"))

        return answer


def test_lm18_a_provider_is_asked_with_settings_for_one_request() -> None:
    provider: OneShot = Provider()
    with marbles() as m:
        answer = infer(provider, CONTEXT, instruction="Count.", max_tokens=2)
        m.expect(answer).to_be("(x|)", {"x": "abc"})
        m.expect(infer(provider, CONTEXT)).to_be("(x|)", {"x": "abc"})
    assert isinstance(provider, Provider)
    assert provider.asked == [(CONTEXT, 2, "Count."), (CONTEXT, None, "")]


def test_lm18_each_subscription_asks() -> None:
    llm = ScriptedLLM("one", "two")
    answer = infer(llm, "Hi.")
    with marbles() as m:
        m.expect(answer).to_be("300ms (x|)", {"x": "one"})
        m.expect(answer, "--^").to_be("340ms (x|)", {"x": "two"})
    assert [context.messages for context in llm.asked] == [(Message("user", "Hi."),)] * 2


@pytest.mark.parametrize("limit", [0, -1])
def test_lm18_a_limit_is_positive(limit: int) -> None:
    with pytest.raises(ValueError, match="max_tokens must be at least 1"):
        infer(ScriptedLLM(), "Hi.", max_tokens=limit)
