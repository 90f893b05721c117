"""CX03, CX06 to CX09, LM05: conversations as requests for chat completions."""

import logging
from dataclasses import replace
from typing import Any

import pytest

from rxvoice.context import AudioPart, Context, ImagePart, Message, Tools, tools
from rxvoice.context._prepared import Warned
from rxvoice.items import ToolCall
from rxvoice.providers._openai_messages import Dialect, chat_request

PLAIN = Dialect("vendor", developer=False)


def messages(context: Context, dialect: Dialect = Dialect(), **options: Any) -> list[Any]:  # noqa: B008
    before = repr(context)
    made = chat_request(context, dialect, Warned(), **options)["messages"]
    assert repr(context) == before
    return made


async def ring(times: int, loud: bool = False) -> None:
    """Ring a bell.

    Args:
        times: How often.
    """


TALK = (
    Context("Be brief.")
    .append("assistant", "Hello.")
    .append("user", "Hi.")
    .append("developer", "It is Monday.")
    .append("system", "It rains.")
)


def test_cx03_a_conversation_becomes_messages() -> None:
    context = (
        Context("Be brief.").append("user", "Hi.").append("assistant", "Hel", interrupted=True)
    )
    assert messages(context) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi."},
        {"role": "assistant", "content": "Hel"},
    ]


def test_cx03_calls_and_their_answers() -> None:
    calls = (ToolCall("a", "ring", {"name": "Żółć"}), ToolCall("b", "ring", {}))
    context = (
        Context()
        .append("user", "Ring.")
        .add(
            Message("assistant", "Well.", calls=calls),
            Message("tool", '"no"', answers="b", name="ring"),
        )
    )
    _, said, first, second = messages(context)
    assert said["content"] == "Well."
    assert [(c["id"], c["type"], c["function"]) for c in said["tool_calls"]] == [
        ("a", "function", {"name": "ring", "arguments": '{"name": "Żółć"}'}),
        ("b", "function", {"name": "ring", "arguments": "{}"}),
    ]
    assert first == {"role": "tool", "tool_call_id": "a", "content": '{"status": "running"}'}
    assert second == {"role": "tool", "tool_call_id": "b", "content": '"no"'}


def test_cx03_pictures_and_recordings() -> None:
    parts = (
        ImagePart(b"\xff\xd8", text="A cat."),
        ImagePart(url="https://cats/1.png"),
        AudioPart(b"RIFF"),
    )
    ((_, told),) = [
        tuple(m.values()) for m in messages(Context().add(Message("user", "Look.", parts=parts)))
    ]
    assert told == [
        {"type": "text", "text": "Look."},
        {"type": "text", "text": "A cat."},
        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9g="}},
        {"type": "image_url", "image_url": {"url": "https://cats/1.png"}},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
    ]  # fmt: skip


def test_names_of_users_go_to_those_who_know_names() -> None:
    context = Context().add(Message("user", "Hi.", name="Mr. Ä"))
    assert messages(context) == [{"role": "user", "content": "Hi."}]
    named = messages(context, Dialect(names=True))
    assert named == [{"role": "user", "content": "Hi.", "name": "Mr___"}]


def test_cx06_remarks_pass_to_openai_and_are_the_users_elsewhere() -> None:
    assert [m["role"] for m in messages(TALK)] == [
        "system", "assistant", "user", "developer", "system",
    ]  # fmt: skip
    assert [m["role"] for m in messages(TALK, PLAIN)] == [
        "system", "assistant", "user", "user", "user",
    ]  # fmt: skip


def test_cx07_only_the_first_system_message_is_the_instruction() -> None:
    context = (
        Context().append("system", "Be brief.").append("user", "Hi.").append("system", "Rain.")
    )
    assert messages(context, PLAIN) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi."},
        {"role": "user", "content": "Rain."},
    ]


@pytest.mark.parametrize("context", [Context("Greet."), Context().append("system", "Greet.")])
def test_cx08_a_lone_instruction_is_said_by_the_user(context: Context) -> None:
    assert messages(context) == [{"role": "user", "content": "Greet."}]


def test_cx09_the_providers_instruction_wins_with_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    warned = Warned()
    context = Context("Be long.").append("user", "Hi.")
    for _ in range(2):
        made = chat_request(context, Dialect(), warned, instruction="Be brief.")
        assert made["messages"][0] == {"role": "system", "content": "Be brief."}
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_cx02_messages_of_other_providers_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    own = {"role": "assistant", "content": "Hi.", "audio": {"id": "a"}}
    context = (
        Context()
        .append("user", "Hi.")
        .add(
            Message("assistant", provider="openai", data=own),
            Message("assistant", provider="openai", data={"thoughts": [{"type": "reasoning"}]}),
            Message("assistant", provider="anthropic", data={"role": "assistant"}),
        )
    )
    assert messages(context) == [{"role": "user", "content": "Hi."}, own]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_lm05_tools_and_raw_tools() -> None:
    raw: dict[str, Any] = {
        "openai": ({"type": "custom", "name": "sql"},),
        "gemini": ({"google_search": {}},),
    }
    context = replace(Context().append("user", "Hi."), tools=tools(ring, raw=raw))
    made = chat_request(context, Dialect(), Warned())
    standard, custom = made["tools"]
    assert standard["type"] == "function"
    assert standard["function"]["name"] == "ring"
    assert standard["function"]["description"] == "Ring a bell."
    assert standard["function"]["parameters"]["required"] == ["times"]
    assert custom == {"type": "custom", "name": "sql"}
    assert len(chat_request(context, PLAIN, Warned())["tools"]) == 1


@pytest.mark.parametrize("choice", ["auto", "none", "required"])
def test_tool_choices(choice: str) -> None:
    context = replace(Context(), tools=tools(ring), tool_choice=choice)
    assert chat_request(context, Dialect(), Warned())["tool_choice"] == choice


def test_a_tool_by_name_is_a_choice() -> None:
    context = replace(Context(), tools=tools(ring), tool_choice="ring")
    made = chat_request(context, Dialect(), Warned())
    assert made["tool_choice"] == {"type": "function", "function": {"name": "ring"}}


def test_lm05_no_tools_are_no_parameter() -> None:
    context = replace(Context().append("user", "Hi."), tools=Tools(), tool_choice="required")
    assert chat_request(context, Dialect(), Warned()).keys() == {"messages"}
