"""A conversation is changed by commands, and by nothing else (CX01, CX15, CX17, LM29)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex import operators as ops

from rxvoice import Memory, Transcript
from rxvoice.context import CompletionMarkers, Context, ImagePart, Message, Tool, Tools, advance
from rxvoice.items import (
    AppendMessages,
    Event,
    ReplaceMessages,
    ReplyEnded,
    RunModel,
    Say,
    SetInstruction,
    SetToolChoice,
    SetTools,
    Summarise,
    ToolCall,
    ToolProgress,
    ToolResult,
    ToolsCancelled,
    TransformContext,
    Turn,
)
from rxvoice.testing import marbles

START = Context("be kind", (Message("user", "a"),))
MORE = Message("developer", "b")


def folded(*events: Event, start: Context = START) -> Context:
    for event in events:
        start = advance(start, event)
    return start


def texts(context: Context) -> list[str]:
    return [message.text for message in context.messages]


def test_cx01_messages_are_appended_and_replaced() -> None:
    assert texts(folded(AppendMessages((MORE, MORE)))) == ["a", "b", "b"]
    assert texts(folded(ReplaceMessages((MORE,)))) == ["b"]
    assert texts(folded(ReplaceMessages(()))) == []
    assert folded(AppendMessages(())) is START


def test_cx01_tools_are_tools_and_nothing_else() -> None:
    look = Tools((Tool("look"),))
    assert folded(SetTools(look)).tools is look
    assert not folded(SetTools(look), SetTools(Tools())).tools
    assert texts(folded(SetTools(look, note="You can look now."))) == ["a", "You can look now."]
    assert folded(SetToolChoice("look")).tool_choice == "look"
    for wrong in ([], [Tool("look")], None, "look"):
        with pytest.raises(TypeError, match="tools must be Tools"):
            Context(tools=wrong)  # pyright: ignore[reportArgumentType]
        with pytest.raises(TypeError, match="tools must be Tools"):
            SetTools(wrong)  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="standard must hold Tool"):
        Tools(({"name": "look"},))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("make", [AppendMessages, ReplaceMessages, Context("").with_messages])
@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (["secret"], "one str"),
        ("secret", "one str"),
        ([MORE, {"role": "user", "content": "secret"}], "one dict"),
        (MORE, "a Message"),
        (None, "a NoneType"),
    ],
)
def test_cx01_messages_are_messages_and_nothing_else(make: Any, wrong: Any, found: str) -> None:
    """What is none would only be noticed when the model is asked, and then every time."""
    with pytest.raises(TypeError, match=f"messages must hold Message, got {found}$"):
        make(wrong)


def test_cx01_a_message_has_a_text_that_may_be_empty() -> None:
    """Where a vendor has none, as beside calls, it is the adapter that leaves it out."""
    assert Message("assistant").text == ""
    with pytest.raises(TypeError, match="text must be a text, got a NoneType"):
        Message("assistant", None)  # pyright: ignore[reportArgumentType]


def test_cx01_there_are_five_roles() -> None:
    with pytest.raises(ValueError, match=r"role must be one of system, .*, got 'bot'"):
        Message("bot", "a")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("command", [RunModel(), Say("Hi."), Summarise()])
def test_cx01_what_asks_for_something_changes_nothing_itself(command: Event) -> None:
    assert folded(command) is START


def test_cx01_whoever_holds_a_conversation_sees_no_change_of_it() -> None:
    """It is shared by reference, also where it was made of lists."""
    messages = [Message("user", "a")]
    context = Context("be kind", messages)  # pyright: ignore[reportArgumentType]
    parts = [ImagePart(b"1")]
    message = Message("user", parts=parts)  # pyright: ignore[reportArgumentType]
    messages.append(MORE)
    parts.append(ImagePart(b"2"))
    assert context == START
    assert message.parts == (ImagePart(b"1"),)
    longer = folded(AppendMessages((MORE,)))
    assert longer.messages[0] is START.messages[0]
    assert texts(START) == ["a"]


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_cx10_a_blank_turn_leaves_no_trace(text: str) -> None:
    assert folded(Turn(text)) is START


@pytest.mark.parametrize(
    ("speakers", "name"),
    [("", ""), ("A", "A"), ("AA", "A"), ("A-", "A"), ("AB", ""), ("--", "")],
)
def test_cx10_a_turn_is_one_message_of_who_said_it(speakers: str, name: str) -> None:
    said = [Transcript("b", True, speaker=None if who == "-" else who) for who in speakers]
    assert folded(Turn("b", transcripts=tuple(said))).messages[1:] == (
        Message("user", "b", name=name),
    )


def test_cx15_a_transformation_sees_what_was_asked_for_before() -> None:
    seen: list[list[str]] = []

    def shorter(context: Context) -> Context:
        seen.append(texts(context))
        return context.with_messages(context.messages[1:])

    after = folded(AppendMessages((MORE,)), TransformContext(shorter), Turn("c"))
    assert seen == [["a", "b"]]
    assert texts(after) == ["b", "c"]


def test_cx15_what_a_transformation_returns_is_a_conversation() -> None:
    with pytest.raises(TypeError, match="must return a Context, got None"):
        folded(TransformContext(lambda context: None))  # pyright: ignore[reportArgumentType]


COMMANDS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Turn, st.sampled_from("xyz")),
    st.builds(ReplyEnded, st.just(1), st.sampled_from(["", "r"])),
    st.sampled_from("mno").map(lambda text: AppendMessages((Message("developer", text),))),
    st.sampled_from("pq").map(lambda text: ReplaceMessages((Message("user", text),))),
    st.just(TransformContext(lambda context: context.append("developer", "t"))),
    st.just(TransformContext(lambda context: replace(context, system=context.system + "!"))),
    st.builds(SetInstruction, st.sampled_from(["i", "j"]), st.sampled_from(["", "n"])),
)


@given(st.lists(COMMANDS))
def test_cx15_commands_queued_one_after_another_lose_nothing(commands: list[Event]) -> None:
    """Whatever is appended after the last replacement is there, in order."""
    after = folded(*commands)
    wanted = texts(START)
    for command in commands:
        match command:
            case Turn(text=text):
                wanted = [*wanted, text]
            case ReplyEnded(spoken=spoken):
                wanted = [*wanted, *filter(None, [spoken])]
            case AppendMessages(messages=messages):
                wanted = [*wanted, messages[0].text]
            case ReplaceMessages(messages=messages):
                wanted = [messages[0].text]
            case TransformContext(function=function):
                wanted = [*wanted, *["t"][: len(texts(function(Context())))]]
            case _:
                pass
    assert texts(after) == wanted


BASE = "You take bookings."


def test_lm29_additions_are_added_and_taken_away() -> None:
    start = Context(BASE)
    polite = folded(SetInstruction("Be polite.", "tone"), start=start)
    both = folded(SetInstruction("Be brief.", "length"), start=polite)
    assert both.instruction == f"{BASE}\n\nBe polite.\n\nBe brief."
    assert both.system == BASE
    changed = folded(SetInstruction("Be very polite.", "tone"), start=both)
    assert changed.instruction == f"{BASE}\n\nBe very polite.\n\nBe brief."
    assert folded(SetInstruction(None, "length"), start=both) == polite
    assert folded(SetInstruction(None, "tone"), SetInstruction(None, "length"), start=both) == start
    assert folded(SetInstruction(None, "unknown"), start=both) == both


def test_lm29_the_instruction_may_change_below_its_additions() -> None:
    tone = SetInstruction("Be polite.", "tone")
    other = folded(tone, SetInstruction("You sell shoes."), start=Context(BASE))
    assert other.instruction == "You sell shoes.\n\nBe polite."
    assert folded(tone, start=Context()).instruction == "Be polite."
    with pytest.raises(ValueError, match="text must be a text"):
        SetInstruction(None)


def test_lm29_turn_completion_is_one_of_several() -> None:
    markers = CompletionMarkers()
    context = folded(SetInstruction("Be polite.", "tone"), start=Context(BASE))
    asked = markers.ask(context)
    assert asked.instruction == f"{context.instruction}\n\n{markers.written(markers.instruction)}"
    assert markers.ask(asked) == asked
    assert markers.forget(asked) == context
    without = folded(SetInstruction(None, "tone"), start=asked)
    assert without == markers.ask(Context(BASE))


def test_lm29_it_is_made_anew_when_any_part_changes() -> None:
    """Parts are streams of their own; each one that is not wanted any more takes its text away."""

    def part(texts: Observable[str | None], name: str) -> Observable[Event]:
        def named(text: str | None) -> SetInstruction:
            return SetInstruction(text, name)

        return texts.pipe(ops.map(named))

    on: dict[str, str | None] = {"p": "Be polite.", "b": "Be brief.", "x": None}
    memory = Memory(BASE)
    seen: list[str] = []
    with marbles() as m:
        tone, length = m.hot("-p---x-p-", on), m.hot("---b---x-", on)
        events = rx.merge(part(tone, "tone"), part(length, "length")).pipe(memory.record())
        m.record(events.pipe(ops.do_action(lambda _: seen.append(memory.context.instruction))))
    assert seen == [
        f"{BASE}\n\nBe polite.",
        f"{BASE}\n\nBe polite.\n\nBe brief.",
        f"{BASE}\n\nBe brief.",
        f"{BASE}\n\nBe brief.\n\nBe polite.",
        f"{BASE}\n\nBe polite.",
    ]


CALL = ToolCall("1", "look", {"at": "it"})


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("Größe", "Größe"),
        ({"größe": "😀"}, '{"größe": "😀"}'),
        (None, "null"),
        (b"\xff", repr(b"\xff")),
        ({"\ud800": 1}, repr({"\ud800": 1})),
        ([float("nan")], "[NaN]"),
    ],
)
def test_lm14_whatever_a_tool_returns_can_be_told(result: Any, text: str) -> None:
    after = folded(CALL, ToolResult("1", "look", result))
    assert after.messages[-1] in (
        Message("tool", text, answers="1", name="look"),
        Message("tool", f'"{text}"', answers="1", name="look"),
        Message("tool", '"' + text.replace("\\", "\\\\") + '"', answers="1", name="look"),
    )


def test_lm14_a_result_that_contains_itself_can_be_told() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert folded(CALL, ToolResult("1", "look", endless)).messages[-1].text == '"[[...]]"'


@pytest.mark.parametrize(
    "event",
    [
        ToolResult("9", "look", 1),
        ToolsCancelled((ToolCall("9", "look"),)),
        ToolsCancelled(()),
    ],
)
def test_an_answer_without_a_call_leaves_no_trace(event: Event) -> None:
    assert folded(CALL, event) == folded(CALL)


def test_a_user_who_says_what_a_running_tool_does_is_no_tool() -> None:
    said = '{"status": "running"}'
    after = folded(CALL, ToolResult("1", "look", 7), Turn(said), ToolCall("2", "look"))
    assert [message.role for message in after.messages] == [
        "user", "assistant", "tool", "user", "assistant",
    ]  # fmt: skip


def test_a_call_is_answered_once() -> None:
    done = folded(CALL, ToolResult("1", "look", 7))
    for late in (ToolResult("1", "look", 8), ToolsCancelled((CALL,))):
        assert folded(late, start=done) == done


def test_what_a_tool_in_the_background_tells_are_remarks() -> None:
    call = replace(CALL, background=True)
    told: Mapping[str, Callable[[], Event]] = {
        "running": lambda: ToolProgress("1", "look", "half"),
        "finished": lambda: ToolResult("1", "look", "all", background=True),
        "cancelled": lambda: ToolsCancelled((call,)),
    }
    for status, event in told.items():
        after = folded(call, Turn("go on"), event())
        assert [message.role for message in after.messages] == [
            "user", "assistant", "tool", "user", "developer",
        ]  # fmt: skip
        assert f'"status": "{status}"' in after.messages[-1].text
