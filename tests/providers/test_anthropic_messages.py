"""Conversations as Anthropic's Messages API wants them."""

import base64
import logging
from typing import Any

import pytest

from rxvoice.context import Context
from rxvoice.context._prepared import Warned
from rxvoice.items import AudioPart, ImagePart, Message, Tool, ToolCall, Tools
from rxvoice.providers._anthropic_messages import failed, request_body
from rxvoice.providers._turns import EMPTY

BOOK = ToolCall("t1", "book", {"name": "Żółć"})
RING = ToolCall("t2", "ring")
ASK = Message("user", "Book.")


def body(*messages: Message, **options: Any) -> dict[str, Any]:
    context = Context(messages=messages, **options)
    before = repr(context)
    made = request_body(context, Warned())
    assert repr(context) == before
    return made


def turns(*messages: Message, **options: Any) -> list[tuple[str, list[Any]]]:
    made = body(*messages, **options)["messages"]
    assert [message["role"] for message in made] == ["user", "assistant"] * (len(made) // 2) + [
        "user"
    ]
    return [(message["role"], message["content"]) for message in made]


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def test_lm32_roles_are_merged_so_that_they_alternate() -> None:
    made = turns(
        Message("user", "One."),
        Message("user", "Two."),
        Message("assistant", "Three."),
        Message("assistant", "Four."),
        Message("user", "Five."),
    )
    assert made == [
        ("user", [text("One."), text("Two.")]),
        ("assistant", [text("Three."), text("Four.")]),
        ("user", [text("Five.")]),
    ]


def test_lm32_the_first_and_the_last_are_the_user_s_and_none_is_empty() -> None:
    assert turns(Message("assistant", "Hello?")) == [
        ("user", [text(EMPTY)]),
        ("assistant", [text("Hello?")]),
        ("user", [text(EMPTY)]),
    ]
    assert turns() == [("user", [text(EMPTY)])]
    assert turns(Message("user", "  ")) == [("user", [text(EMPTY)])]
    blank = turns(ASK, Message("assistant", ""), ASK)
    assert blank[1] == ("assistant", [text(EMPTY)])


def test_lm32_the_instruction_is_a_field_of_its_own() -> None:
    assert body(ASK, system="Be brief.")["system"] == [text("Be brief.")]
    assert "system" not in body(ASK)


def test_cx07_only_the_first_system_message_is_the_instruction() -> None:
    made = body(Message("system", "Be brief."), ASK, Message("system", "It is late."))
    assert made["system"] == [text("Be brief.")]
    assert made["messages"][0]["content"] == [text("Book."), text("It is late.")]


def test_cx08_a_lone_system_message_is_said_by_the_user() -> None:
    made = body(Message("system", "Say hello."))
    assert made == {"messages": [{"role": "user", "content": [text("Say hello.")]}]}
    assert body(system="Say hello.") == made


def test_cx06_remarks_of_the_application_are_said_by_the_user() -> None:
    assert turns(Message("developer", "It rains.")) == [("user", [text("It rains.")])]


def test_cx09_the_provider_s_own_instruction_wins_and_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    warned = Warned()
    context = Context("Be long.", (ASK,))
    for _ in range(2):
        made = request_body(context, warned, instruction="Be brief.")
        assert made["system"] == [text("Be brief.")]
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_several_users_are_named() -> None:
    one, other = Message("user", "Hi.", name="Ann"), Message("user", "Hey.", name="Bob")
    assert turns(one) == [("user", [text("Hi.")])]
    assert turns(one, other) == [("user", [text("Ann: Hi."), text("Bob: Hey.")])]


def test_lm06_lm32_calls_and_their_results_stand_together() -> None:
    made = turns(
        ASK,
        Message("assistant", "Let me see."),
        Message("assistant", calls=(BOOK, RING)),
        Message("tool", "", answers="t2", name="ring"),
        Message("user", "And?"),
        Message("tool", '{"error": "full"}', answers="t1", name="book"),
    )
    assert made == [
        ("user", [text("Book.")]),
        (
            "assistant",
            [
                text("Let me see."),
                {"type": "tool_use", "id": "t1", "name": "book", "input": {"name": "Żółć"}},
                {"type": "tool_use", "id": "t2", "name": "ring", "input": {}},
            ],
        ),
        (
            "user",
            [
                {
                    "type": "tool_result",
                    "tool_use_id": "t1",
                    "content": [text('{"error": "full"}')],
                    "is_error": True,
                },
                {"type": "tool_result", "tool_use_id": "t2"},
                text("And?"),
            ],
        ),
    ]


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ('{"error": "no"}', True),
        ('{"error": "no", "left": 3}', False),
        ('{"error', False),
        ("error", False),
        ('["error"]', False),
    ],
)
def test_what_counts_as_a_failed_tool(answer: str, wanted: bool) -> None:
    assert failed(answer) is wanted


THOUGHT = {"type": "thinking", "thinking": "Well.", "signature": "s"}
HIDDEN = {"type": "redacted_thinking", "data": "d"}
THOUGHTS = Message("assistant", "Well.", provider="anthropic", data={"thoughts": [THOUGHT, HIDDEN]})
CALLED = Message("assistant", "Hm.", calls=(BOOK,))
ANSWER = Message("tool", "ok", answers="t1", name="book")


def test_cx18_thoughts_are_given_back_in_front_of_the_calls_they_led_to() -> None:
    made = turns(ASK, THOUGHTS, CALLED, ANSWER)
    assert made[1][1][:3] == [THOUGHT, HIDDEN, text("Hm.")]
    assert made[1][1][3]["type"] == "tool_use"


def test_cx18_thoughts_of_exchanges_that_are_over_are_left_out() -> None:
    made = turns(ASK, THOUGHTS, CALLED, ANSWER, Message("assistant", "Done."), ASK)
    assert [part["type"] for part in made[1][1]] == ["text", "tool_use"]


def test_thoughts_that_led_to_nothing_are_left_out() -> None:
    made = turns(ASK, THOUGHTS)
    assert made[1] == ("assistant", [text(EMPTY)])


def test_cx02_messages_of_others_are_left_out_and_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = Message("assistant", "x", provider="gemini", data={"thoughts": [{"a": 1}]})
    assert turns(ASK, other) == [("user", [text("Book.")])]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_messages_in_the_vendor_s_own_form() -> None:
    document = {"type": "document", "source": {"type": "url", "url": "https://x.example"}}
    own = Message("user", provider="anthropic", data={"content": [document]})
    assert turns(ASK, own) == [("user", [text("Book."), document])]


def test_cx17_pictures_are_given_as_data_or_address() -> None:
    parts = (
        ImagePart(b"\xff\xd8", text="A cat."),
        ImagePart(url="https://x.example/cat.png", media_type="image/png"),
    )
    data = base64.b64encode(b"\xff\xd8").decode()
    assert turns(Message("user", "Look.", parts=parts))[0][1] == [
        text("Look."),
        {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": data}},
        text("A cat."),
        {"type": "image", "source": {"type": "url", "url": "https://x.example/cat.png"}},
    ]


def test_cx17_what_the_model_cannot_take_is_told_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    parts = (AudioPart(b"RIFF", text="A song."), AudioPart(b"RIFF"), ImagePart(b"x", "image/bmp"))
    assert turns(Message("user", parts=parts))[0][1] == [
        text("(audio, left out)"),
        text("A song."),
        text("(audio, left out)"),
        text("(image/bmp, left out)"),
    ]
    assert len(caplog.records) == 2


SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
TOOLS = Tools((Tool("book", "Books a table.", SCHEMA), Tool("ring")))


def test_cx03_tools_of_all_kinds() -> None:
    search = {"type": "web_search_20250305", "name": "web_search"}
    raw: Any = {"anthropic": (search,), "gemini": ({"googleSearch": 1},)}
    made = body(ASK, tools=Tools(TOOLS.standard, raw))
    assert made["tools"] == [
        {"name": "book", "description": "Books a table.", "input_schema": SCHEMA},
        {
            "name": "ring",
            "description": "",
            "input_schema": {"type": "object", "properties": {}},
        },
        search,
    ]
    assert "tool_choice" not in made


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        ("none", {"type": "none"}),
        ("required", {"type": "any"}),
        ("book", {"type": "tool", "name": "book"}),
    ],
)
def test_choices_of_tools(choice: str, wanted: dict[str, Any]) -> None:
    assert body(ASK, tools=TOOLS, tool_choice=choice)["tool_choice"] == wanted
    assert "tool_choice" not in body(ASK, tool_choice=choice)


def test_a_conversation_with_calls_has_tools_also_when_there_are_none_any_more() -> None:
    made = body(ASK, CALLED, ANSWER)
    assert made["tools"] == [{"name": "book", "input_schema": {"type": "object"}}]
    assert made["tool_choice"] == {"type": "none"}


def test_lm26_marks_for_the_cache() -> None:
    context = Context("Be brief.", (ASK, Message("assistant", "Yes?"), ASK), TOOLS)
    mark = {"type": "ephemeral", "ttl": "1h"}
    made = request_body(context, Warned(), cache="1h")
    assert made["system"][-1]["cache_control"] == mark
    assert [tool.get("cache_control") for tool in made["tools"]] == [None, mark]
    marks = [part.get("cache_control") for m in made["messages"] for part in m["content"]]
    assert marks == [mark, None, mark]
    assert "cache_control" not in str(request_body(context, Warned()))
    many = [ASK, Message("assistant", "Yes?")] * 5
    made = request_body(Context("s", tuple(many), TOOLS), Warned(), cache="5m")
    assert str(made).count("cache_control") == 4
