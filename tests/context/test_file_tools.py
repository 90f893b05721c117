"""A model saves and loads conversations, whatever model it is (CX24)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable

from rxvoice import Context, Memory, Message, Operator, Turn, tools
from rxvoice.context import ContextFiles, conversation_tools, from_json
from rxvoice.contracts import Chat, Synthesizer, Transcriber, Vad
from rxvoice.items import Event, ToolCall, ToolResult
from rxvoice.operators import (
    aggregate_turn,
    interruptible,
    pace,
    respond,
    synthesize,
    transcribe,
    vad_gate,
)
from rxvoice.testing import OnNext, Response, ScriptedLLM, conversation, marbles

NAME = "conversation_2026-01-31_09-05-07.json"
BEFORE = (Message("user", "My name is Ann."), Message("assistant", "Hello, Ann."))


@pytest.fixture
def files(tmp_path: Path) -> ContextFiles:
    return ContextFiles(tmp_path, now=lambda: datetime(2026, 1, 31, 9, 5, 7, tzinfo=UTC))


def calling(name: str, /, **arguments: Any) -> Response:
    return Response("(c|)", {"c": ToolCall(f"{name}-1", name, arguments)})


def answered(llm: Chat, memory: Memory, text: str) -> list[Event]:
    """Return what comes of a turn; the memory records it as in a call."""
    with marbles() as m:
        out = m.hot("T", {"T": Turn(text)}).pipe(memory.record(), respond(llm, memory))
        log = m.record(out.pipe(memory.record()), "^ 5s !")
    return [note.value for _, note in log if isinstance(note, OnNext)]


def result(events: list[Event]) -> Any:
    (found,) = [event.result for event in events if isinstance(event, ToolResult)]
    return found


def test_cx24_the_model_saves_the_conversation(files: ContextFiles, tmp_path: Path) -> None:
    memory = Memory(Context("be kind", BEFORE, tools(*conversation_tools(files))))
    llm = ScriptedLLM(calling("save_conversation"), "It is saved.")
    assert result(answered(llm, memory, "Save that.")) == {"saved": NAME}
    saved = from_json((tmp_path / NAME).read_text())
    assert saved.system == "be kind"
    assert saved.messages == (*BEFORE, Message("user", "Save that."))
    assert [one.name for one in saved.tools.standard] == [
        "save_conversation",
        "list_conversations",
        "load_conversation",
    ]


def test_cx24_the_model_lists_the_files(files: ContextFiles, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("{}")
    memory = Memory(Context(tools=tools(*conversation_tools(files))))
    llm = ScriptedLLM(calling("list_conversations"), "There is one.")
    assert result(answered(llm, memory, "What is there?")) == {"files": [NAME]}


def test_cx24_the_model_loads_one_into_the_running_session(
    files: ContextFiles, tmp_path: Path
) -> None:
    memory = Memory(Context("be kind", BEFORE, tools(*conversation_tools(files))))
    saving = ScriptedLLM(calling("save_conversation"), "It is saved.")
    answered(saving, memory, "Save that.")
    another = Memory(Context("be brief", (), tools(*conversation_tools(files))))
    another.context = another.context.append("user", "Who are you?")
    llm = ScriptedLLM(calling("load_conversation", name=NAME), "Your name is Ann.")
    answered(llm, another, "Load what we had.")
    loaded = (*BEFORE, Message("user", "Save that."))
    assert another.context.messages[:3] == loaded
    assert another.context.messages[3].role == "developer"
    assert NAME in another.context.messages[3].text
    assert len(another.context.messages) == 4
    assert another.context.system == "be brief"
    assert llm.asked[1].messages == another.context.messages


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../secret.json", "name must be that of a file"),
        ("gone.json", "No such file"),
        ("bad.json", "version: it is missing"),
    ],
)
def test_cx24_what_cannot_be_loaded_is_told_and_changes_nothing(
    name: str, reason: str, files: ContextFiles, tmp_path: Path
) -> None:
    (tmp_path / "bad.json").write_text("{}")
    memory = Memory(Context("", BEFORE, tools(*conversation_tools(files))))
    llm = ScriptedLLM(calling("load_conversation", name=name), "I cannot.")
    told = result(answered(llm, memory, "Load it."))
    assert reason in told["error"]
    assert str(tmp_path) not in told["error"]
    assert memory.context.messages[:2] == BEFORE
    assert [message.role for message in memory.context.messages[2:]] == [
        "user",
        "assistant",
        "tool",
    ]


def test_cx24_a_call_that_is_under_way_is_not_saved(files: ContextFiles, tmp_path: Path) -> None:
    """Both calls of the response are open when the first one saves."""
    memory = Memory(Context("", BEFORE, tools(*conversation_tools(files))))
    calls = {"c": ToolCall("1", "save_conversation"), "d": ToolCall("2", "list_conversations")}
    llm = ScriptedLLM(Response("(cd|)", calls), "It is saved.")
    answered(llm, memory, "Save that.")
    saved = from_json((tmp_path / NAME).read_text())
    assert saved.messages == (*BEFORE, Message("user", "Save that."))


def test_cx24_in_a_whole_call(files: ContextFiles, tmp_path: Path) -> None:
    held: list[Memory] = []

    def agent(vad: Vad, stt: Transcriber, llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
        memory = Memory(Context("be kind", BEFORE, tools(*conversation_tools(files))))
        held.append(memory)

        def reply(turn: Turn) -> Observable[Event]:
            asked: Observable[Event] = rx.just(turn)
            return asked.pipe(respond(llm, memory), synthesize(tts), pace())

        hear = rx.compose(vad_gate(vad), transcribe(stt), aggregate_turn())
        return rx.compose(hear, interruptible(reply), memory.record())

    conversation(
        agent,
        user="[-]'save'------------------------------[-]'load'",
        llm=[
            calling("save_conversation"),
            "It is saved.",
            calling("load_conversation", name=NAME),
            "You are Ann.",
        ],
    )
    said = [(message.role, message.text) for message in held[0].context.messages]
    assert said[:3] == [
        ("user", "My name is Ann."),
        ("assistant", "Hello, Ann."),
        ("user", "save"),
    ]
    assert said[3][0] == "developer"
    assert said[4:] == [("assistant", "You are Ann.")]
