"""CX03, CX06 to CX09, LM21: conversations as requests for responses."""

from dataclasses import replace
from typing import Any

import pytest

from rxvoice.context import AudioPart, Context, ImagePart, Message, tools
from rxvoice.context._prepared import Warned
from rxvoice.items import ToolCall
from rxvoice.providers._responses_items import response_request, rest_of

REASONING: dict[str, Any] = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [],
    "encrypted_content": "x",
}


def said(role: str, content: Any) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": content}


def call(id_: str) -> dict[str, Any]:
    return {"type": "function_call", "call_id": id_, "name": "ring", "arguments": "{}"}


def output(id_: str, text: str = "done") -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": id_, "output": text}


def asked(context: Context, **options: Any) -> dict[str, Any]:
    before = repr(context)
    made = response_request(context, Warned(), **options)
    assert repr(context) == before
    return made


def test_cx03_a_conversation_becomes_items() -> None:
    context = (
        Context("Be brief.")
        .append("user", "Ring.")
        .add(
            Message("assistant", "Well.", calls=(ToolCall("a", "ring", {}),)),
            Message("tool", "done", answers="a", name="ring"),
        )
    )
    assert asked(context) == {
        "instructions": "Be brief.",
        "input": [said("user", "Ring."), said("assistant", "Well."), call("a"), output("a")],
    }


def test_cx06_developer_stays_and_system_becomes_developer() -> None:
    context = Context("Be brief.").append("user", "Hi.").append("developer", "Monday.")
    context = context.append("system", "It rains.")
    assert [item["role"] for item in asked(context)["input"]] == ["user", "developer", "developer"]


def test_cx08_a_lone_instruction_is_said_by_the_user() -> None:
    assert asked(Context("Greet.")) == {"input": [said("user", "Greet.")]}


def test_cx09_the_providers_instruction_wins() -> None:
    context = Context("Be long.").append("user", "Hi.")
    assert asked(context, instruction="Be brief.")["instructions"] == "Be brief."


def test_thoughts_go_back_in_front_of_the_calls() -> None:
    context = (
        Context()
        .append("user", "Ring.")
        .add(
            Message("assistant", "Hm.", provider="openai", data={"thoughts": [REASONING]}),
            Message("assistant", calls=(ToolCall("a", "ring", {}),)),
            Message("tool", "done", answers="a"),
            Message("assistant", provider="openai", data={"type": "item_reference", "id": "x"}),
            Message("assistant", provider="gemini", data={"thoughts": [{}]}),
        )
    )
    items = asked(context)["input"]
    assert items[1:] == [REASONING, call("a"), output("a"), {"type": "item_reference", "id": "x"}]


def test_pictures_and_recordings() -> None:
    parts = (ImagePart(b"\xff\xd8", text="A cat."), ImagePart(url="https://c"), AudioPart(b"RIFF"))
    (item,) = asked(Context().add(Message("user", "Look.", parts=parts)))["input"]
    kinds = [part["type"] for part in item["content"]]
    assert kinds == ["input_text", "input_text", "input_image", "input_image", "input_audio"]
    assert item["content"][2]["image_url"] == "data:image/jpeg;base64,/9g="


def test_lm05_tools() -> None:
    async def ring(times: int) -> None: ...

    raw: dict[str, Any] = {"openai": ({"type": "web_search"},), "gemini": ({},)}
    context = replace(Context().append("user", "Hi."), tools=tools(ring, raw=raw))
    made = asked(context)
    standard, search = made["tools"]
    assert (standard["type"], standard["name"], standard["strict"]) == ("function", "ring", False)
    assert search == {"type": "web_search"}
    assert made["tool_choice"] == "auto"
    by_name = asked(replace(context, tool_choice="ring"))
    assert by_name["tool_choice"] == {"type": "function", "name": "ring"}


BEFORE = [said("user", "Hi.")]
HELLO = {**said("assistant", [{"type": "output_text", "text": "Hello  there.\n"}]), "id": "msg_1"}
CALL = {**call("a"), "id": "fc_1", "status": "completed"}
NEXT = said("user", "Well?")

RESTS: list[Any] = [
    ("more follows", BEFORE, [HELLO], [*BEFORE, said("assistant", "Hello there."), NEXT], [NEXT]),
    ("an answered call", BEFORE, [CALL], [*BEFORE, call("a"), output("a")], [output("a")]),
    (
        "thoughts given back",
        BEFORE,
        [REASONING, CALL],
        [*BEFORE, REASONING, call("a"), output("a")],
        [output("a")],
    ),
    (
        "thoughts left out",
        BEFORE,
        [REASONING, CALL],
        [*BEFORE, call("a"), output("a")],
        [output("a")],
    ),
    ("other words were heard", BEFORE, [HELLO], [*BEFORE, said("assistant", "Hel"), NEXT], None),
    ("another role", BEFORE, [HELLO], [*BEFORE, said("user", "Hello there."), NEXT], None),
    ("the beginning changed", BEFORE, [HELLO], [said("user", "Ho."), HELLO, NEXT], None),
    ("another call", BEFORE, [CALL], [*BEFORE, call("b"), output("b")], None),
    (
        "another answer of a tool",
        [*BEFORE, call("a"), output("a", "running")],
        [HELLO],
        [*BEFORE, call("a"), output("a"), HELLO, NEXT],
        None,
    ),
    ("nothing is new", BEFORE, [HELLO], [*BEFORE, said("assistant", "Hello there.")], None),
    ("shorter", BEFORE, [HELLO], BEFORE, None),
    ("empty", BEFORE, [HELLO], [], None),
    ("a summary took its place", BEFORE, [HELLO], [said("developer", "They met."), NEXT], None),
]


@pytest.mark.parametrize(
    ("before", "answer", "items", "rest"), [r[1:] for r in RESTS], ids=[r[0] for r in RESTS]
)
def test_lm21_what_is_sent_beyond_the_last_response(
    before: Any, answer: Any, items: Any, rest: Any
) -> None:
    assert rest_of(items, before, answer) == rest
