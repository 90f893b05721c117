"""A conversation as a request for a chat completion."""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from rxvoice.context._prepared import Warned, plain_roles, prepare
from rxvoice.items import AudioPart, Context, ImagePart, Message, Part, Tool
from rxvoice.providers._openai_quirks import ADAPTERS

Adapter = Literal["", "mistral", "perplexity"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a vendor makes of OpenAI's messages.

    Attributes:
        provider: Whose own messages and raw tools are understood.
        developer: Whether there are remarks of the application, and system messages after the
            first.
        names: Whether users have names.
        adapter: What is done to the messages at last.
        lone: Whether an instruction with nothing behind it becomes what the user says.
    """

    provider: str = "openai"
    developer: bool = True
    names: bool = False
    adapter: Adapter = ""
    lone: bool = True


def chat_request(
    context: Context, dialect: Dialect, warned: Warned, *, instruction: str = ""
) -> dict[str, Any]:
    """Return ``messages``, and ``tools`` and ``tool_choice`` where there are any.

    Args:
        context: The conversation; it is not changed.
        dialect: The vendor's.
        warned: Keeps what was logged.
        instruction: The provider's own, which wins.
    """
    ready = prepare(context, dialect.provider, warned, instruction=instruction, lone=dialect.lone)
    messages = list(ready.messages) if dialect.developer else plain_roles(ready.messages)
    told = [] if not ready.instruction else [{"role": "system", "content": ready.instruction}]
    for message in messages:
        told += _told(message, dialect)
    request: dict[str, Any] = {"messages": ADAPTERS[dialect.adapter](told)}
    if tools := _tools(context, dialect.provider):
        request["tools"] = tools
        request["tool_choice"] = _choice(context.tool_choice)
    return request


def written_arguments(arguments: object) -> str:
    """Return the arguments of a call as the model wrote them, more or less."""
    return json.dumps(arguments, ensure_ascii=False, default=dict)


def data_url(part: ImagePart) -> str:
    """Return where a picture is; itself, where it is nowhere else."""
    return part.url or f"data:{part.media_type};base64,{base64.b64encode(part.data).decode()}"


def _told(message: Message, dialect: Dialect) -> Sequence[dict[str, Any]]:
    if message.provider:
        return [dict(message.data)] if "role" in message.data else []
    if message.role == "tool":
        answer = {"role": "tool", "tool_call_id": message.answers, "content": message.text}
        return [answer]
    told: dict[str, Any] = {"role": message.role, "content": _content(message)}
    if message.calls:
        told["content"] = message.text or None
        told["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {
                    "name": call.name,
                    "arguments": written_arguments(dict(call.arguments)),
                },
            }
            for call in message.calls
        ]
    if message.name and message.role == "user" and dialect.names:
        told["name"] = re.sub(r"[^A-Za-z0-9_-]", "_", message.name)[:64]
    return [told]


def _content(message: Message) -> str | list[dict[str, Any]]:
    if not message.parts:
        return message.text
    parts = [_text(message.text)] if message.text else []
    for part in message.parts:
        if part.text:
            parts.append(_text(part.text))
        parts.append(_part(part))
    return parts


def _part(part: Part) -> dict[str, Any]:
    match part:
        case ImagePart():
            return {"type": "image_url", "image_url": {"url": data_url(part)}}
        case AudioPart():
            heard = {"data": base64.b64encode(part.data).decode(), "format": "wav"}
            return {"type": "input_audio", "input_audio": heard}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _tools(context: Context, provider: str) -> list[dict[str, Any]]:
    standard = [{"type": "function", "function": described(t)} for t in context.tools.standard]
    return standard + [dict(raw) for raw in context.tools.raw.get(provider, ())]


def described(tool: Tool) -> dict[str, Any]:
    """Return what a model is told of a tool."""
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }


def _choice(choice: str) -> str | dict[str, Any]:
    if choice in _CHOICES:
        return choice
    return {"type": "function", "function": {"name": choice}}


_CHOICES: Final = frozenset({"auto", "none", "required"})

__all__ = ["Dialect", "chat_request", "data_url", "described", "written_arguments"]
