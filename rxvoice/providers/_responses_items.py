"""A conversation as a request for a response."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rxvoice.context._prepared import Warned, prepare
from rxvoice.items import AudioPart, Context, ImagePart, Message, Part
from rxvoice.providers._loose import entries, fields, text
from rxvoice.providers._openai_messages import data_url, described, written_arguments

NAME: Final = "openai"
"""Whose own messages, raw tools and thoughts are understood."""

Item = dict[str, Any]


def response_request(
    context: Context, warned: Warned, *, instruction: str = "", source: str = NAME
) -> dict[str, Any]:
    """Return ``input``, and ``instructions``, ``tools`` and ``tool_choice`` where there are any.

    Args:
        context: The conversation; it is not changed.
        warned: Keeps what was logged.
        instruction: The provider's own, which wins.
        source: Whose messages and tools are understood.
    """
    ready = prepare(context, source, warned, instruction=instruction)
    request: dict[str, Any] = {"input": [one for m in ready.messages for one in _items(m)]}
    if ready.instruction:
        request["instructions"] = ready.instruction
    tools = [
        {"type": "function", "strict": False, **described(tool)} for tool in context.tools.standard
    ]
    tools += [dict(raw) for raw in context.tools.raw.get(source, ())]
    if tools:
        request["tools"] = tools
        choice = context.tool_choice
        plain = choice in ("auto", "none", "required")
        request["tool_choice"] = choice if plain else {"type": "function", "name": choice}
    return request


def rest_of(
    items: Sequence[Item], before: Sequence[Item], said: Sequence[Mapping[str, Any]]
) -> list[Item] | None:
    """Return what a request holds beyond the last one and its answer.

    Args:
        items: What is asked now.
        before: What was asked the last time.
        said: What was answered.

    Returns:
        None when it does not begin with exactly these: messages are compared by role and text,
        calls by their ids, answers of tools by id and text. Thoughts, which need not be given back,
        do not count.
    """
    place, is_whole = common(items, before, said)
    return [dict(item) for item in items[place:]] or None if is_whole else None


def common(
    items: Sequence[Item], before: Sequence[Item], said: Sequence[Mapping[str, Any]]
) -> tuple[int, bool]:
    """Return how many items are those of the last time, and whether all of these are there.

    Args:
        items: What is asked now.
        before: What was asked the last time.
        said: What was answered.
    """
    known = [key for key in map(_key, [*before, *said]) if key is not None]
    place = 0
    while known:
        if place == len(items):
            return place, False
        key = _key(items[place])
        if key is not None and key != known.pop(0):
            return place, False
        place += 1
    return place, True


def _key(item: Mapping[str, Any]) -> tuple[str, ...] | None:
    kind = text(item.get("type")) or "message"
    match kind:
        case "reasoning":
            return None
        case "message":
            return ("message", text(item.get("role")), _words(item.get("content")))
        case "function_call":
            return (kind, text(item.get("call_id")))
        case "function_call_output":
            return (kind, text(item.get("call_id")), _words(item.get("output")))
        case _:
            return (kind, json.dumps(dict(item), sort_keys=True, default=str))


def _words(content: object) -> str:
    if isinstance(content, str):
        return " ".join(content.split())
    parts = map(fields, entries(content))
    told = [
        text(p.get("text")) or text(p.get("refusal")) or text(p.get("image_url")) for p in parts
    ]
    return " ".join(" ".join(told).split())


def _items(message: Message) -> list[Item]:
    if message.provider:
        data = message.data
        thoughts = [dict(fields(one)) for one in entries(list(data.get("thoughts", ())))]
        return thoughts or ([dict(data)] if "type" in data or "role" in data else [])
    if message.role == "tool":
        call, output = message.answers, message.text
        return [{"type": "function_call_output", "call_id": call, "output": output}]
    role = "developer" if message.role == "system" else message.role
    items: list[Item] = []
    if message.text or message.parts or not message.calls:
        items.append({"type": "message", "role": role, "content": _content(message)})
    return items + [
        {
            "type": "function_call",
            "call_id": call.id,
            "name": call.name,
            "arguments": written_arguments(dict(call.arguments)),
        }
        for call in message.calls
    ]


def _content(message: Message) -> str | list[Item]:
    if not message.parts:
        return message.text
    told = [_text(message.text)] if message.text else []
    for part in message.parts:
        if part.text:
            told.append(_text(part.text))
        told.append(_part(part))
    return told


def _part(part: Part) -> Item:
    match part:
        case ImagePart():
            return {"type": "input_image", "detail": "auto", "image_url": data_url(part)}
        case AudioPart():
            heard = {"data": base64.b64encode(part.data).decode(), "format": "wav"}
            return {"type": "input_audio", "input_audio": heard}


def _text(text: str) -> Item:
    return {"type": "input_text", "text": text}


__all__ = ["NAME", "common", "response_request", "rest_of"]
