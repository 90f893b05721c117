"""Conversations as Anthropic's Messages API wants them."""

import base64
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from rxvoice.context._prepared import Warned, prepare
from rxvoice.items import Context, ImagePart, Message, Part, ToolCall
from rxvoice.providers._loose import entries, fields
from rxvoice.providers._turns import EMPTY, last_exchange, take_turns

NAME: Final = "anthropic"

_PICTURES: Final = ("image/gif", "image/jpeg", "image/png", "image/webp")
_THOUGHTS: Final = ("thinking", "redacted_thinking")

Block: TypeAlias = dict[str, Any]
Lifetime: TypeAlias = Literal["5m", "1h"]


def request_body(
    context: Context, warned: Warned, *, instruction: str = "", cache: Lifetime | None = None
) -> dict[str, Any]:
    """Return what a request says of the conversation: ``messages``, ``system``, ``tools``.

    Neighbours of one role are one message, which begin and end with the user's, and none is empty.
    Results of tools that were called together come together. Thoughts are given back while their
    exchange lasts, in front of the calls that they led to; later they are left out, for the vendor
    binds them to the very words that were written, and the history is what was heard.

    Args:
        context: The conversation; it is not changed.
        warned: Keeps what was logged.
        instruction: The provider's own.
        cache: How long the vendor keeps the beginning of the conversation; None for not at all.
    """
    prepared = prepare(context, NAME, warned, instruction=instruction)
    turns = take_turns(prepared.messages)
    current = last_exchange(turns)
    messages: list[dict[str, Any]] = [
        {
            "role": "assistant" if assistant else "user",
            "content": _assistant(said, thoughts=place > current)
            if assistant
            else _user(said, warned),
        }
        for place, (assistant, said) in enumerate(turns)
    ]
    body: dict[str, Any] = {"messages": [m for m in messages if m["content"]]}
    if prepared.instruction.strip():
        body["system"] = [{"type": "text", "text": prepared.instruction}]
    _add_tools(body, context, prepared.messages)
    if cache is not None:
        _mark(body, cache)
    return body


def _user(messages: Sequence[Message], warned: Warned) -> list[Block]:
    results = [_result(message) for message in messages if message.role == "tool"]
    blocks: list[Block] = []
    for message in messages:
        if message.provider:
            blocks += _own(message)
        elif message.role != "tool":
            blocks += _text(message.text)
            for part in message.parts:
                blocks += _part(part, warned)
    return results + blocks or _text(EMPTY)


def _assistant(messages: Sequence[Message], *, thoughts: bool) -> list[Block]:
    blocks: list[Block] = []
    for message in messages:
        if message.provider:
            for block in _own(message):
                known = block in blocks  # a conversation may have kept it, too
                if block.get("type") not in _THOUGHTS or (thoughts and not known):
                    blocks.append(block)
        else:
            blocks += _text(message.text)
            blocks += [_call(call) for call in message.calls]
    while blocks and blocks[-1].get("type") in _THOUGHTS:
        blocks.pop()  # what they led to was never said
    return blocks or _text(EMPTY)


def _own(message: Message) -> list[Block]:
    """Blocks in the vendor's form: thoughts, or whatever the application put there."""
    given = entries(message.data.get("thoughts")) + entries(message.data.get("content"))
    return [dict(block) for block in map(fields, given) if block]


def _text(text: str) -> list[Block]:
    return [{"type": "text", "text": text}] if text.strip() else []


def _call(call: ToolCall) -> Block:
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}


def _result(message: Message) -> Block:
    block: Block = {"type": "tool_result", "tool_use_id": message.answers}
    if content := _text(message.text):
        block["content"] = content
    if failed(message.text):
        block["is_error"] = True
    return block


def failed(text: str) -> bool:
    """Return whether a tool's answer says that it failed: an object with nothing but an error."""
    if not text.startswith('{"error"'):
        return False
    try:
        found: object = json.loads(text)
    except ValueError:
        return False
    return len(fields(found)) == 1


def _part(part: Part, warned: Warned) -> list[Block]:
    said = _text(part.text)
    if isinstance(part, ImagePart) and part.url:
        return [{"type": "image", "source": {"type": "url", "url": part.url}}, *said]
    if isinstance(part, ImagePart) and part.media_type in _PICTURES:
        data = base64.b64encode(part.data).decode("ascii")
        source = {"type": "base64", "media_type": part.media_type, "data": data}
        return [{"type": "image", "source": source}, *said]
    kind = part.media_type if isinstance(part, ImagePart) else "audio"
    warned.once(f"parts of {kind}", logging.WARNING, "%s takes no %s; it is left out", NAME, kind)
    return _text(f"({kind}, left out)") + said


def _add_tools(body: dict[str, Any], context: Context, messages: Iterable[Message]) -> None:
    tools: list[Block] = [
        {"name": tool.name, "description": tool.description, "input_schema": dict(tool.parameters)}
        for tool in context.tools.standard
    ]
    tools += [dict(tool) for tool in context.tools.raw.get(NAME, ())]
    choice: dict[str, Any] | None = None
    match context.tool_choice:
        case "auto":
            pass
        case "none":
            choice = {"type": "none"}
        case "required":
            choice = {"type": "any"}
        case name:
            choice = {"type": "tool", "name": name}
    if not tools:  # a conversation with calls has to have tools, also when there are none any more
        names = dict.fromkeys(call.name for message in messages for call in message.calls)
        tools = [{"name": name, "input_schema": {"type": "object"}} for name in names]
        choice = {"type": "none"}
    if tools:
        body["tools"] = tools
        if choice is not None:
            body["tool_choice"] = choice


def _mark(body: dict[str, Any], cache: Lifetime) -> None:
    """Mark the instruction, the tools and the user's last two turns, which is all that may be."""
    mark: Mapping[str, Any] = {"type": "ephemeral", "ttl": cache}
    ends: list[Block] = [body["system"][-1]] if "system" in body else []
    ends += [body["tools"][-1]] if "tools" in body else []
    said = [message["content"] for message in body["messages"] if message["role"] == "user"]
    ends += [content[-1] for content in said[-2:]]
    for block in ends:
        block["cache_control"] = dict(mark)


__all__ = ["NAME", "Lifetime", "failed", "request_body"]
