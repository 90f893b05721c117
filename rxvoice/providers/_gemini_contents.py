"""Conversations as the Gemini API wants them."""

import base64
import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from rxvoice.context._prepared import Warned, prepare
from rxvoice.items import AudioPart, Context, ImagePart, Message, ToolCall
from rxvoice.providers._gemini_schema import plain_schema
from rxvoice.providers._loose import entries, fields, text
from rxvoice.providers._turns import EMPTY, take_turns

NAME: Final = "gemini"

UNSIGNED: Final = "skip_thought_signature_validator"
"""By the vendor's documentation, the signature of calls whose own is not known."""

Part: TypeAlias = dict[str, Any]


def request_body(
    context: Context, warned: Warned, *, instruction: str = "", signed: bool = True
) -> dict[str, Any]:
    """Return what a request says of the conversation.

    Neighbours of one role are one content; the first and the last are the user's, and none is
    empty. Answers of tools go by the name of the tool, and by the call's id, and come together.
    Signatures are put back where they came from: on the calls, or in front of the text.

    Args:
        context: The conversation; it is not changed.
        warned: Keeps what was logged.
        instruction: The provider's own.
        signed: Whether the model refuses calls without a signature. Where it is not known, as in a
            conversation that was loaded, one stands for it that the vendor accepts.
    """
    prepared = prepare(context, NAME, warned, instruction=instruction)
    calls = {call.id: call.name for message in prepared.messages for call in message.calls}
    contents = [
        {
            "role": "model" if assistant else "user",
            "parts": _model(said, signed) if assistant else _user(said, calls),
        }
        for assistant, said in take_turns(prepared.messages)
    ]
    body: dict[str, Any] = {"contents": contents}
    if prepared.instruction.strip():
        body["systemInstruction"] = {"parts": [{"text": prepared.instruction}]}
    _add_tools(body, context)
    return body


def _user(messages: Sequence[Message], calls: Mapping[str, str]) -> list[Part]:
    parts = [_response(m, calls) for m in messages if m.role == "tool"]
    for message in messages:
        if message.provider:
            parts += [dict(part) for part in map(fields, entries(message.data.get("parts")))]
        elif message.role != "tool":
            parts += _text(message.text)
            for part in message.parts:
                parts += _media(part)
    return parts or [{"text": EMPTY}]


def _model(messages: Sequence[Message], signed: bool) -> list[Part]:
    parts: list[Part] = []
    signatures: dict[str, str] = {}
    for message in messages:
        if message.provider:
            for thought in map(fields, entries(message.data.get("thoughts"))):
                signature = text(thought.get("thoughtSignature"))
                if call := text(thought.get("functionCall")):
                    signatures[call] = signature
                elif (
                    signature and (mark := {"text": "", "thoughtSignature": signature}) not in parts
                ):
                    parts.append(mark)
            parts += [dict(part) for part in map(fields, entries(message.data.get("parts")))]
            continue
        parts += _text(message.text)
        for place, call in enumerate(message.calls):
            signature = signatures.get(call.id) or (UNSIGNED if signed and not place else "")
            parts.append(_call(call) | ({"thoughtSignature": signature} if signature else {}))
    return parts or [{"text": EMPTY}]


def _text(said: str) -> list[Part]:
    return [{"text": said}] if said.strip() else []


def _call(call: ToolCall) -> Part:
    return {"functionCall": {"id": call.id, "name": call.name, "args": dict(call.arguments)}}


def _response(message: Message, calls: Mapping[str, str]) -> Part:
    found: Any = message.text
    with contextlib.suppress(ValueError):
        found = json.loads(message.text)
    given = fields(found) or {"output": found}
    name = calls.get(message.answers) or message.name
    return {"functionResponse": {"id": message.answers, "name": name, "response": dict(given)}}


def _media(part: ImagePart | AudioPart) -> list[Part]:
    said = _text(part.text)
    if isinstance(part, ImagePart) and part.url:
        return [{"fileData": {"mimeType": part.media_type, "fileUri": part.url}}, *said]
    kind = part.media_type if isinstance(part, ImagePart) else "audio/wav"
    data = base64.b64encode(part.data).decode("ascii")
    return [{"inlineData": {"mimeType": kind, "data": data}}, *said]


def _add_tools(body: dict[str, Any], context: Context) -> None:
    declared: list[dict[str, Any]] = []
    for tool in context.tools.standard:
        declaration: dict[str, Any] = {"name": tool.name, "description": tool.description}
        schema = plain_schema(tool.parameters)
        if schema.get("properties"):
            declaration["parameters"] = schema
        declared.append(declaration)
    tools: list[dict[str, Any]] = [{"functionDeclarations": declared}] if declared else []
    tools += [dict(tool) for tool in context.tools.raw.get(NAME, ())]
    if tools:
        body["tools"] = tools
    config: dict[str, Any] | None = None
    match context.tool_choice:
        case "auto":
            pass
        case "none":
            config = {"mode": "NONE"}
        case "required":
            config = {"mode": "ANY"}
        case name:
            config = {"mode": "ANY", "allowedFunctionNames": [name]}
    if declared and config is not None:
        body["toolConfig"] = {"functionCallingConfig": config}


__all__ = ["NAME", "UNSIGNED", "request_body"]
