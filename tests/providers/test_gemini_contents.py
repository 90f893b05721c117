"""Conversations and schemas as the Gemini API wants them."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.context import Context
from rxvoice.context._prepared import Warned
from rxvoice.items import AudioPart, ImagePart, Message, Tool, ToolCall, Tools
from rxvoice.providers._gemini_contents import UNSIGNED, request_body
from rxvoice.providers._gemini_schema import plain_schema
from rxvoice.providers._turns import EMPTY
from rxvoice.testing.servers._gemini_request import (  # the fake's rules for schemas
    _wrong_schema as wrong_schema,  # pyright: ignore[reportPrivateUsage]
)

BOOK = ToolCall("c1", "book", {"name": "Żółć"})
RING = ToolCall("c2", "ring")
ASK = Message("user", "Book.")


def contents(*messages: Message, signed: bool = True) -> list[tuple[str, list[Any]]]:
    context = Context(messages=messages)
    before = repr(context)
    made = request_body(context, Warned(), signed=signed)["contents"]
    assert repr(context) == before
    roles = [content["role"] for content in made]
    assert roles == ["user", "model"] * (len(roles) // 2) + ["user"]
    return [(content["role"], content["parts"]) for content in made]


def text(said: str) -> dict[str, Any]:
    return {"text": said}


def test_lm32_roles_take_turns_and_none_is_empty() -> None:
    assert contents(Message("user", "a"), Message("developer", "b"), Message("user", " ")) == [
        ("user", [text("a"), text("b")])
    ]
    assert contents(Message("assistant", "Hello?")) == [
        ("user", [text(EMPTY)]),
        ("model", [text("Hello?")]),
        ("user", [text(EMPTY)]),
    ]
    assert contents() == [("user", [text(EMPTY)])]


def test_cx07_cx08_cx09_the_instruction() -> None:
    made = request_body(Context("Be brief.", (ASK,)), Warned())
    assert made["systemInstruction"] == {"parts": [text("Be brief.")]}
    made = request_body(Context("Be brief.", (ASK,)), Warned(), instruction="Be long.")
    assert made["systemInstruction"] == {"parts": [text("Be long.")]}
    made = request_body(Context(messages=(Message("system", "Hi."),)), Warned())
    assert made == {"contents": [{"role": "user", "parts": [text("Hi.")]}]}


def call(tool: ToolCall, signature: str = "") -> dict[str, Any]:
    part = {"functionCall": {"id": tool.id, "name": tool.name, "args": dict(tool.arguments)}}
    return part | ({"thoughtSignature": signature} if signature else {})


def answer(tool: ToolCall, response: Any) -> dict[str, Any]:
    return {"functionResponse": {"id": tool.id, "name": tool.name, "response": response}}


THOUGHTS = Message(
    "assistant",
    provider="gemini",
    data={"thoughts": [{"thoughtSignature": "t"}, {"functionCall": "c1", "thoughtSignature": "s"}]},
)
CALLED = Message("assistant", "Hm.", calls=(BOOK, RING))


def test_lm06_lm32_answers_of_tools_go_by_name_and_come_together() -> None:
    made = contents(
        ASK,
        CALLED,
        Message("tool", "plain words", answers="c2"),
        Message("tool", '{"error": "full"}', answers="c1", name="other"),
    )
    assert made[1] == ("model", [text("Hm."), call(BOOK, UNSIGNED), call(RING)])
    assert made[2] == (
        "user",
        [answer(BOOK, {"error": "full"}), answer(RING, {"output": "plain words"})],
    )


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("[1, 2]", {"output": [1, 2]}),
        ("7", {"output": 7}),
        ("", {"output": ""}),
        ("{}", {"output": {}}),
        ('{"a": 1}', {"a": 1}),
        ("null", {"output": None}),
    ],
)
def test_answers_are_objects(said: str, wanted: Any) -> None:
    made = contents(ASK, Message("assistant", calls=(BOOK,)), Message("tool", said, answers="c1"))
    assert made[2][1] == [answer(BOOK, wanted)]


def test_cx18_signatures_are_put_back_where_they_came_from() -> None:
    made = contents(ASK, THOUGHTS, CALLED)
    assert made[1][1] == [
        {"text": "", "thoughtSignature": "t"},
        text("Hm."),
        call(BOOK, "s"),
        call(RING),
    ]


def test_models_that_want_no_signature_get_none_made_up() -> None:
    assert contents(ASK, CALLED, signed=False)[1][1] == [text("Hm."), call(BOOK), call(RING)]
    assert contents(ASK, THOUGHTS, CALLED, signed=False)[1][1][2] == call(BOOK, "s")


def test_cx02_messages_of_others_and_in_the_vendor_s_own_form() -> None:
    other = Message("assistant", "x", provider="anthropic", data={"thoughts": [{"a": 1}]})
    own = Message("user", provider="gemini", data={"parts": [{"fileData": {"fileUri": "u"}}]})
    assert contents(ASK, other, own) == [
        ("user", [text("Book."), {"fileData": {"fileUri": "u"}}]),
    ]


def test_cx17_pictures_and_sound() -> None:
    parts = (
        ImagePart(b"\x01", text="A cat."),
        ImagePart(url="https://x.example/cat.png", media_type="image/png"),
        AudioPart(b"RIFF"),
    )
    assert contents(Message("user", parts=parts))[0][1] == [
        {"inlineData": {"mimeType": "image/jpeg", "data": base64.b64encode(b"\x01").decode()}},
        text("A cat."),
        {"fileData": {"mimeType": "image/png", "fileUri": "https://x.example/cat.png"}},
        {"inlineData": {"mimeType": "audio/wav", "data": base64.b64encode(b"RIFF").decode()}},
    ]


SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


def test_cx03_tools_of_all_kinds() -> None:
    search: dict[str, Any] = {"googleSearch": {}}
    raw: Any = {"gemini": (search,), "anthropic": ({"name": "x"},)}
    tools = Tools((Tool("book", "Books.", SCHEMA), Tool("ring")), raw)
    made = request_body(Context(messages=(ASK,), tools=tools), Warned())
    assert made["tools"] == [
        {
            "functionDeclarations": [
                {"name": "book", "description": "Books.", "parameters": SCHEMA},
                {"name": "ring", "description": ""},
            ]
        },
        {"googleSearch": {}},
    ]
    assert "toolConfig" not in made


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        ("ring", {"mode": "ANY", "allowedFunctionNames": ["ring"]}),
    ],
)
def test_choices_of_tools(choice: str, wanted: dict[str, Any]) -> None:
    context = Context(messages=(ASK,), tools=Tools((Tool("ring"),)), tool_choice=choice)
    made = request_body(context, Warned())
    assert made["toolConfig"] == {"functionCallingConfig": wanted}
    bare = request_body(Context(messages=(ASK,), tool_choice=choice), Warned())
    assert "toolConfig" not in bare


PLACE = {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}
SCHEMAS: dict[str, tuple[Any, Any]] = {
    "additional": (
        {"type": "object", "additionalProperties": False, "$schema": "x", "properties": {}},
        {"type": "object"},
    ),
    "reference": ({"$ref": "#/$defs/P", "description": "d"}, {**PLACE, "description": "d"}),
    "recursion": (
        {"$ref": "#/$defs/N"},
        {"type": "object", "properties": {"next": {"type": "object"}}},
    ),
    "unknown-reference": ({"$ref": "#/$defs/Z"}, {"type": "object"}),
    "optional": (
        {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
        {"type": "integer", "nullable": True, "default": None},
    ),
    "types": ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
    "many-types": (
        {"type": ["string", "integer"]},
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    ),
    "choice": (
        {"oneOf": [{"$ref": "#/$defs/P"}, {"type": "string"}]},
        {"anyOf": [PLACE, {"type": "string"}]},
    ),
    "constant": ({"const": "a"}, {"type": "string", "enum": ["a"]}),
    "enum": ({"enum": ["a", None]}, {"type": "string", "enum": ["a"], "nullable": True}),
    "numbers": (
        {"type": "integer", "enum": [1, 2], "description": "How many."},
        {"type": "integer", "description": "How many. One of 1, 2."},
    ),
    "all": (
        {"allOf": [{"$ref": "#/$defs/P"}, {"properties": {"y": {"type": "string"}}}]},
        {
            "type": "object",
            "properties": {"x": {"type": "number"}, "y": {"type": "string"}},
            "required": ["x"],
        },
    ),
    "list": (
        {"type": "array", "items": {"$ref": "#/$defs/P"}, "uniqueItems": True},
        {"type": "array", "items": PLACE},
    ),
    "list-of-anything": ({"type": "array"}, {"type": "array", "items": {"type": "string"}}),
    "pair": (
        {"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}]},
        {"type": "array", "items": {"type": "number"}},
    ),
    "format": (
        {"type": "string", "format": "uri", "pattern": "x"},
        {"type": "string", "pattern": "x"},
    ),
    "date": ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
    "required": (
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", "b"]},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
    ),
    "anything": ({}, {"type": "string"}),
    "limits": (
        {"type": "integer", "minimum": 1, "exclusiveMaximum": 9},
        {"type": "integer", "minimum": 1},
    ),
}
DEFINED = {
    "P": {**PLACE, "title": "P", "additionalProperties": False},
    "N": {"type": "object", "properties": {"next": {"$ref": "#/$defs/N"}}},
}


def untitled(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: untitled(v) for k, v in value.items() if k != "title"}  # pyright: ignore
    if isinstance(value, list):
        return [untitled(one) for one in value]  # pyright: ignore
    return value


@pytest.mark.parametrize("case", SCHEMAS)
def test_lm32_schemas_are_made_plain(case: str) -> None:
    given_, wanted = SCHEMAS[case]
    schema = {"type": "object", "properties": {"v": given_}, "$defs": DEFINED}
    before = repr(schema)
    made = plain_schema(schema)
    assert repr(schema) == before
    assert untitled(made["properties"]["v"]) == wanted
    assert list(wrong_schema(made, "x")) == []


NAMES = st.sampled_from(["a", "b"])
TYPES = ["string", "integer", "number", "boolean", "object", "array", "null"]
LEAVES = st.one_of(
    st.sampled_from([{}, {"const": 1}, {"const": "x"}, {"enum": ["x", 1]}, {"enum": ["x", None]}]),
    st.sampled_from(["P", "N", "Z"]).map(lambda name: {"$ref": f"#/$defs/{name}"}),
    st.sampled_from(TYPES).map(lambda kind: {"type": kind, "format": "uri", "default": None}),
    st.lists(st.sampled_from(TYPES), unique=True).map(lambda kinds: {"type": kinds}),
)


def composed(inner: "st.SearchStrategy[Any]") -> "st.SearchStrategy[Any]":
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": st.dictionaries(NAMES, inner),
                "required": st.lists(NAMES, unique=True),
                "additionalProperties": st.just(False),
            }
        ),
        inner.map(lambda one: {"type": "array", "items": one}),
        several.map(lambda ones: {"type": "array", "prefixItems": ones}),
        several.map(lambda ones: {"anyOf": ones}),
        several.map(lambda ones: {"oneOf": ones, "description": "d"}),
        several.map(lambda ones: {"allOf": ones}),
    )


@given(st.recursive(LEAVES, composed, max_leaves=8))
def test_whatever_schema_comes_it_is_made_plain(schema: Any) -> None:
    made = plain_schema({"type": "object", "properties": {"v": schema}, "$defs": DEFINED})
    assert list(wrong_schema(made, "x")) == []
