"""The reducer: how an event changes a conversation."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic_core import to_jsonable_python

from rxvoice.context._flow import enter
from rxvoice.items import (
    AppendMessages,
    ApplySummary,
    CompletionMark,
    Context,
    Event,
    Message,
    ReplaceMessages,
    ReplyEnded,
    SetInstruction,
    SetSpeaking,
    SetToolChoice,
    SetTools,
    StateEntered,
    ToolCall,
    ToolProgress,
    ToolResult,
    ToolsCancelled,
    TransformContext,
    Turn,
)

RUNNING: Final = '{"status": "running"}'
"""What a call has for an answer while its tool runs."""

CANCELLED: Final = '{"status": "cancelled"}'
"""What a call has for an answer whose tool was cancelled."""


def advance(context: Context, event: Event) -> Context:
    """Fold one event of a conversation into its context.

    A `Turn` adds the user's words. A `ReplyEnded` adds what the bot was *heard* to say, which is
    nothing when it was cut off before its first word. A `CompletionMark` that says that the user
    has not finished is all that there is of the bot's answer. A `ToolCall` is kept with the calls
    of the same response, a `ToolResult` right behind them; of a tool in the background, what it has
    to tell comes later as remarks of the application. Commands do what they say; a `Goto` does
    nothing by itself, the `StateEntered` that comes of it does. All other events change nothing.

    Raises:
        Exception: What the function of a `TransformContext` raises.
    """
    match event:
        case Turn(text=text) if text.strip():
            return context.add(Message("user", text, name=speaker_of(event)))
        case ReplyEnded(spoken=spoken, interrupted=interrupted) if spoken:
            return context.append("assistant", spoken, interrupted=interrupted)
        case CompletionMark(completeness="short" | "long", marker=marker):
            return context.append("assistant", marker)
        case ToolCall():
            return _called(context, event)
        case ToolProgress() | ToolResult() | ToolsCancelled():
            return _told(context, event)
        case AppendMessages(messages=messages):
            return context.add(*messages) if messages else context
        case ReplaceMessages(messages=messages):
            return context.with_messages(messages)
        case TransformContext(function=function):
            return _transformed(context, function(context))
        case ApplySummary():
            return _summarised(context, event)
        case SetInstruction(text=text, name=name):
            return context.with_addition(name, text) if name else replace(context, system=text)
        case SetTools(tools=tools, note=note):
            changed = replace(context, tools=tools)
            return changed.append("developer", note) if note else changed
        case SetSpeaking(active=active):
            return replace(context, speaking=active)
        case SetToolChoice(choice=choice):
            return replace(context, tool_choice=choice)
        case StateEntered():
            return enter(context, event)
        case _:
            return context


def result_text(result: Any) -> str:
    """Return a tool's result as the model reads it: a text as it is, else JSON."""
    if isinstance(result, str):
        return result
    return json.dumps(jsonable(result), ensure_ascii=False)


def jsonable(result: Any) -> Any:
    """Return what JSON can hold of a tool's result; where that cannot be told, its ``repr``."""
    try:
        return to_jsonable_python(result, fallback=str)
    except ValueError:  # bytes that are no text, what contains itself, keys that are no text
        return repr(result)


def preamble(messages: Sequence[Message]) -> int:
    """Return how many messages instruct the model: 1 where a system message is the first."""
    return int(bool(messages) and messages[0].role == "system")


def speaker_of(turn: Turn) -> str:
    """Return who of several users said a turn; empty where none is known, or more than one."""
    names = {transcript.speaker for transcript in turn.transcripts} - {None, ""}
    return str(names.pop()) if len(names) == 1 else ""


def open_calls(messages: Sequence[Message]) -> list[ToolCall]:
    """Return the calls that have no answer yet, in order."""
    calls: list[ToolCall] = []
    for message in messages:
        if message.role == "tool":
            done = next((call for call in calls if call.id == message.answers), None)
            if done is not None:
                calls.remove(done)
        calls += message.calls
    return calls


def _transformed(context: Context, changed: object) -> Context:
    if not isinstance(changed, Context):
        raise TypeError(f"the function of TransformContext must return a Context, got {changed!r}")
    return changed


def _called(context: Context, call: ToolCall) -> Context:
    """Keep a call, with those before it when they come from the same response."""
    place = len(context.messages)
    while place and _is_running(context.messages[place - 1]):
        place -= 1  # the answers, for the time being, of calls in the background
    messages = list(context.messages)
    if place and messages[place - 1].calls:
        before = messages[place - 1]
        messages[place - 1] = replace(before, calls=(*before.calls, call))
    else:
        messages.append(Message("assistant", calls=(call,)))
    if call.background:
        messages.append(Message("tool", RUNNING, answers=call.id, name=call.name))
    return context.with_messages(messages)


def _is_running(message: Message) -> bool:
    return message.role == "tool" and message.text == RUNNING


def _summarised(context: Context, summary: ApplySummary) -> Context:
    """Put a summary in the place of what it was made of, unless that has changed."""
    start = preamble(context.messages)
    end = start + len(summary.messages)
    if context.messages[start:end] != summary.messages:
        return context
    return context.with_messages(
        (*context.messages[:start], Message("user", summary.text), *context.messages[end:])
    )


def _told(context: Context, event: ToolProgress | ToolResult | ToolsCancelled) -> Context:
    match event:
        case ToolResult(background=False):
            return _answered(context, event.id, event.name, result_text(event.result))
        case ToolResult():
            return _remarked(context, event.id, event.name, "finished", event.result)
        case ToolProgress():
            return _remarked(context, event.id, event.name, "running", event.result)
        case ToolsCancelled():
            for call in event.calls:
                if call.background:
                    context = _remarked(context, call.id, call.name, "cancelled", None)
                else:
                    context = _answered(context, call.id, call.name, CANCELLED)
            return context


def _answered(context: Context, id_: str, name: str, text: str) -> Context:
    """Put an answer behind the calls, unless there is one already, or no such call."""
    messages = list(context.messages)
    answer = Message("tool", text, answers=id_, name=name)
    for place in range(len(messages) - 1, -1, -1):
        if any(call.id == id_ for call in messages[place].calls):
            end = place + 1
            while end < len(messages) and messages[end].role == "tool":
                if messages[end].answers == id_:
                    return context
                end += 1
            messages.insert(end, answer)
            return context.with_messages(messages)
    return context


def _remarked(context: Context, id_: str, name: str, status: str, result: Any) -> Context:
    remark = {"tool": name, "call": id_, "status": status}
    if status != "cancelled":
        remark["result"] = result
    return context.append("developer", result_text(remark))


__all__ = [
    "CANCELLED",
    "RUNNING",
    "advance",
    "jsonable",
    "open_calls",
    "preamble",
    "result_text",
    "speaker_of",
]
