"""What `gemini` asks for."""

from typing import Any

import pytest

from rxvoice.context import Context
from rxvoice.errors import ProviderRejected
from rxvoice.items import Message, Thought, Token, ToolCall
from rxvoice.providers.gemini import gemini
from rxvoice.testing.servers import Insert, ModelReply

from .chats import GEMINI, HELLO, in_virtual_time, said, thoughts_of


def asked(context: Context = HELLO, **options: Any) -> dict[str, Any]:
    return dict(gemini(api_key="k", **options).wire.request(context).body)


def test_the_request_is_the_conversation_and_how_an_answer_is_made() -> None:
    assert asked(model="gemini-3-pro") == {
        "contents": [{"role": "user", "parts": [{"text": "Say hello, please."}]}]
    }
    made = asked(model="gemini-3-pro", max_tokens=9, temperature=1.5, extra={"store": False})
    assert made["generationConfig"] == {"maxOutputTokens": 9, "temperature": 1.5}
    assert made["store"] is False


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        ("gemini-3-flash-preview", {"thinkingLevel": "MINIMAL"}),
        ("gemini-3.1-flash-lite", {"thinkingLevel": "MINIMAL"}),
        ("gemini-3.5-flash-lite", {"thinkingLevel": "MINIMAL"}),
        ("gemini-3.8-flash", {"thinkingLevel": "LOW"}),
        ("gemini-2.5-flash", {"thinkingBudget": 0}),
        ("gemini-3-pro-preview", None),
        ("gemini-3-flash-image", None),
        ("gemma-4", None),
    ],
)
def test_lm32_flash_models_think_as_little_as_they_can(model: str, wanted: Any) -> None:
    assert asked(model=model).get("generationConfig", {}).get("thinkingConfig") == wanted


def test_thinking_can_be_asked_for() -> None:
    def config(**options: Any) -> Any:
        return asked(**options)["generationConfig"]["thinkingConfig"]

    assert config(thinking="high") == {"thinkingLevel": "HIGH"}
    assert config(thinking=-1, model="gemini-2.5-pro") == {"thinkingBudget": -1}
    assert config(thoughts=True, model="gemini-3-pro") == {"includeThoughts": True}
    with pytest.raises(ValueError, match="thinking must be"):
        gemini(thinking=-2)


@pytest.mark.parametrize("model", ["", "models/gemini-3-pro", "a?b", "../x"])
def test_the_model_is_a_name(model: str) -> None:
    with pytest.raises(ValueError, match="model must be"):
        gemini(model=model)


def test_the_version_of_the_interface_is_in_the_address() -> None:
    for version in ("v1", "v1beta"):
        url = gemini(api_key="k", version=version).wire.request(HELLO).url
        assert url == (
            f"https://generativelanguage.googleapis.com/{version}/models/"
            "gemini-3.5-flash-lite:streamGenerateContent?alt=sse"
        )


def test_lm27_thoughts_are_told_when_they_are_asked_for() -> None:
    async def main() -> None:
        reply = ModelReply("Hi.", thoughts="Well, yes.")
        async with GEMINI.served([reply], options={"thoughts": True}) as (chat, _):
            items = await said(chat(HELLO))
            assert thoughts_of(items) == "Well, yes."
        async with GEMINI.served([reply]) as (chat, _):
            signed, usage = (await said(chat(HELLO)))[-2:]
            assert isinstance(signed, Thought)
            assert signed.data["thoughtSignature"]
            assert usage.reasoning_tokens == 2

    in_virtual_time(main)


def test_a_conversation_that_was_blocked_is_refused() -> None:
    async def main() -> None:
        blocked = Insert(message={"promptFeedback": {"blockReason": "SAFETY"}})
        async with GEMINI.served(["Hi."], faults=blocked) as (chat, _):
            with pytest.raises(ProviderRejected, match="SAFETY") as caught:
                await said(chat(HELLO))
            assert not caught.value.fatal

    in_virtual_time(main)


def test_calls_of_a_conversation_that_was_loaded_are_accepted_without_their_signatures() -> None:
    call = ToolCall("c1", "book", {"name": "Żółć"})
    loaded = HELLO.add(
        Message("assistant", calls=(call,)), Message("tool", "ok", answers="c1", name="book")
    )

    async def main() -> None:
        async with GEMINI.served(["Done."] * 2) as (chat, _):
            assert (await said(chat(loaded)))[0] == Token("Done.")
        options = {"model": "gemini-2.5-flash"}
        async with GEMINI.served(["Done."], options=options) as (chat, server):
            assert (await said(chat(loaded)))[0] == Token("Done.")
            assert "thoughtSignature" not in str(server.requests[0].json)

    in_virtual_time(main)
