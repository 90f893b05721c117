"""A conversation is written down and made again (CX24)."""

import json
from dataclasses import fields, replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.context import (
    AudioPart,
    Context,
    ImagePart,
    Message,
    Tool,
    Tools,
    _saved,
    from_json,
    to_json,
)
from rxvoice.context import tools as tools_of
from rxvoice.items import Flow, Keep, Role, State, ToolCall

TEXT = st.one_of(
    st.sampled_from(["", "\x00", "\ud83d\ude00", "\udc00", "😀", "$text", "$bytes", "né\n"]),
    st.text(st.characters(), max_size=8),
)
NUMBERS = st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXT, st.binary(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(TEXT, inner, max_size=3),
    ),
    max_leaves=6,
)
OBJECTS = st.dictionaries(TEXT, VALUES, max_size=3)
BYTES = st.binary(min_size=1, max_size=6)
PARTS = st.one_of(
    st.builds(ImagePart, BYTES, TEXT, st.just(""), TEXT),
    st.builds(ImagePart, st.just(b""), TEXT, TEXT.filter(bool), TEXT),
    st.builds(AudioPart, BYTES, TEXT),
)
CALLS = st.builds(ToolCall, TEXT, TEXT, OBJECTS, st.booleans())
FREE = st.tuples(TEXT, st.booleans(), st.lists(PARTS, max_size=2), st.lists(CALLS, max_size=2))


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """All kinds of messages: every role, parts, calls, answers, and the provider's own."""
    role: Role = draw(st.sampled_from(get_args(Role)))
    text, interrupted, parts, calls = draw(FREE)
    answers = draw(TEXT.filter(bool)) if role == "tool" else ""
    name, provider, data = draw(TEXT), draw(TEXT), draw(OBJECTS)
    return Message(
        role, text, interrupted, tuple(parts), tuple(calls), answers, name, provider, data
    )


NAMES = st.text("abcXYZ019_-", min_size=1, max_size=8)
SECONDS = st.floats(0.001, 1e6)
TOOL = st.builds(
    Tool, NAMES, TEXT, OBJECTS, st.none(), st.booleans(), st.none() | SECONDS, TEXT, SECONDS
)
TOOLS = st.builds(
    Tools,
    st.lists(TOOL, max_size=3, unique_by=lambda tool: tool.name).map(tuple),
    st.dictionaries(TEXT, st.lists(OBJECTS, max_size=2).map(tuple), max_size=2),
)
STATES = st.builds(
    State,
    TEXT.filter(str.strip),
    TEXT,
    TOOLS,
    st.none() | st.lists(TEXT, max_size=2).map(tuple),
    TEXT,
    TEXT,
    TEXT,
    st.sampled_from(get_args(Keep)),
)
FLOWS = st.builds(
    Flow,
    st.lists(STATES, max_size=2).map(tuple),
    st.none() | STATES,
    TEXT,
    st.integers(0, 9),
    TOOLS,
)
CONTEXTS = st.builds(
    Context,
    TEXT,
    st.lists(messages(), max_size=4).map(tuple),
    TOOLS,
    TEXT,
    st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
    st.booleans(),
    st.none() | FLOWS,
)


@given(CONTEXTS)
def test_cx24_nothing_is_lost(context: Context) -> None:
    text = to_json(context)
    assert text.isascii()
    read = from_json(text)
    assert read == context
    assert repr(read) == repr(context)  # 1, True and 1.0 are equal, and so are 0.0 and -0.0


@given(OBJECTS)
def test_cx24_what_is_saved_is_json_that_others_can_read(value: dict[str, Any]) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    context = Context(messages=(Message("assistant", provider="p", data=value),))
    assert json.loads(to_json(context), parse_constant=refuse)["version"] == 1


def test_cx24_a_number_that_is_none_comes_back_as_one() -> None:
    call = ToolCall("1", "sum", {"x": float("nan")})
    read = from_json(to_json(Context(messages=(Message("assistant", calls=(call,)),))))
    assert repr(read.messages[0].calls[0].arguments) == "{'x': nan}"


async def look_up(city: str) -> str:
    """Look up the weather."""
    return city


def test_cx24_tools_are_given_their_functions_by_name() -> None:
    context = Context(tools=tools_of(look_up, Tool("gone", "It was here.")))

    async def other(use: object, arguments: object) -> None:
        return None

    read = from_json(to_json(context), tools=replace(tools_of(look_up, Tool("more")), other=other))
    assert [tool.name for tool in read.tools.standard] == ["look_up", "gone"]
    bound, gone = read.tools.standard
    assert bound.function is not None
    assert bound.parameters == context.tools.standard[0].parameters
    assert gone == Tool("gone", "It was here.")
    assert read.tools.other is other


def test_cx24_the_tools_of_states_are_given_their_functions_too() -> None:
    one = State("one", tools=tools_of(look_up))
    held = Flow((one, State("two")), one, tools=tools_of(look_up))
    read = from_json(to_json(Context(flow=held)), tools=tools_of(look_up)).flow
    assert read is not None
    assert read.current is not None
    for some in (read.tools, read.current.tools, read.states[0].tools):
        assert [tool.function is None for tool in some.standard] == [False]


@pytest.mark.parametrize(
    "kind", [Context, Flow, State, Message, ImagePart, AudioPart, ToolCall, Tools, Tool]
)
def test_cx24_all_that_a_conversation_has_is_saved(kind: type) -> None:
    """An attribute that is added to an item has to be added to what is saved."""
    saved = [each for each in vars(_saved).values() if getattr(each, "becomes", None) is kind]
    (model,) = saved
    names = {field.name for field in fields(kind)} - {"function", "other"}
    assert set(model.model_fields) - {"kind", "version"} == names


def test_cx24_what_stands_there_is_plain() -> None:
    context = Context("be kind", (Message("user", "Hi", parts=(ImagePart(b"\x01"),)),))
    assert json.loads(to_json(context)) == {
        "version": 1,
        "system": "be kind",
        "messages": [
            {
                "role": "user",
                "text": "Hi",
                "parts": [{"kind": "image", "data": {"$bytes": "AQ=="}}],
            }
        ],
    }


def saved(**changes: Any) -> str:
    return json.dumps({"version": 1, "messages": [], **changes})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "must be JSON: .* in line 1, column 2"),
        ("[" * 100_000, "must be JSON"),
        ("[]", "^version: it is missing"),
        ("{}", "^version: it is missing"),
        (saved(version=2), "^version: 1 can be read, and no other"),
        (saved(version="1"), "^version: 1 can"),
        (saved(version=True), "^version: 1 can"),
        ('{"version": 1}', "^messages: "),
        (saved(system=7), "^system: .*a text is wanted"),
        (saved(more=7), "^more: "),
        (saved(messages={}), "^messages: "),
        (saved(messages=[{"role": "judge"}]), r"^messages\.0\.role: "),
        (saved(messages=[{"role": "user", "answers": "1"}]), r"^messages\.0: .*answers"),
        (saved(messages=[{"role": "user", "interrupted": 1}]), r"^messages\.0\.interrupted: "),
        (saved(messages=[{"role": "user", "parts": [{}]}]), r"^messages\.0\.parts\.0: "),
        (
            saved(messages=[{"role": "user", "parts": [{"kind": "image"}]}]),
            r"^messages\.0\.parts\.0\.image: .*either data or url",
        ),
        (
            saved(messages=[{"role": "user", "parts": [{"kind": "image", "data": "AQ=="}]}]),
            r"^messages\.0\.parts\.0\.image\.data: ",
        ),
        (
            saved(messages=[{"role": "user", "text": {"$bytes": "a"}}]),
            r"^messages\.0\.text: there is no such form",
        ),
        (saved(messages=[{"role": "user", "text": {"$new": "a"}}]), r"^messages\.0\.text: "),
        (saved(messages=[{"role": "user", "text": {"$tuple": 1}}]), r"^messages\.0\.text: "),
        (saved(messages=[{"role": "user", "text": {"$text": "YQ==", "b": 1}}]), "text: there"),
        (saved(messages=[{"role": "user", "text": {"$items": [[[], 1]]}}]), "text: there"),
        (saved(tools={"standard": [{"name": "a b"}]}), r"^tools\.standard\.0: .*name must be"),
        (saved(tools={"standard": [{"name": "a"}, {"name": "a"}]}), "^tools: .*two tools"),
        (saved(additions=[["a"]]), r"^additions\.0"),
    ],
)
def test_cx24_what_cannot_be_read_is_refused_with_the_field(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as failure:
        from_json(text)
    assert failure.type is ValueError


def test_cx24_an_error_tells_nothing_of_what_was_said() -> None:
    said = {"role": "user", "text": "my secret", "interrupted": "my secret"}
    with pytest.raises(ValueError, match="interrupted") as failure:
        from_json(saved(messages=[said]))
    assert "my secret" not in str(failure.value)
    assert failure.value.__suppress_context__


def test_cx24_what_cannot_be_saved_is_refused_with_the_field() -> None:
    call = ToolCall("1", "look", {"at": [object()]})
    context = Context(messages=(Message("user"), Message("assistant", calls=(call,))))
    with pytest.raises(TypeError, match=r"messages\.1\.calls\.0\.arguments\.at\.0 cannot be saved"):
        to_json(context)
