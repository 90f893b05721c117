"""What the Gemini API refuses."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from ._exchange import Exchange, Json

_UNSIGNED: Final = "skip_thought_signature_validator"
_FIELDS: Final = frozenset(
    {
        "cachedContent",
        "contents",
        "generationConfig",
        "labels",
        "safetySettings",
        "serviceTier",
        "store",
        "systemInstruction",
        "toolConfig",
        "tools",
    }
)
_PARTS: Final = ("fileData", "functionCall", "functionResponse", "inlineData", "text")
_WORDS: Final = """
anyOf default description enum example format items maxItems maxLength maxProperties maximum
minItems minLength minProperties minimum nullable pattern properties propertyOrdering required title
type
"""
_SCHEMA: Final = frozenset(_WORDS.split())
_TYPES: Final = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_NOT_MINIMAL: Final = ("gemini-3.7-flash", "gemini-3.8-flash", "gemini-3-pro", "gemini-3.1-pro")


def wrong_request(exchange: Exchange, model: str, signed: Mapping[str, str]) -> str | None:
    """Return what is wrong with a request; None when it is right.

    Args:
        exchange: The request.
        model: The model's name.
        signed: What the fake has signed, by the signatures.
    """
    try:
        asked = exchange.json
    except ValueError:
        return "Invalid JSON payload received."
    return next(_wrong(asked, model, signed), None)


def _wrong(asked: Json, model: str, signed: Mapping[str, str]) -> Iterator[str]:
    yield from _unknown(asked, _FIELDS, "")
    contents = _list(asked.get("contents"))
    if not contents:
        yield "* GenerateContentRequest.contents: contents is not specified"
    for place, content in enumerate(contents):
        yield from _wrong_content(content, f"contents[{place}]")
    if contents[-1].get("role", "user") != "user":
        yield "Requests whose last content has the role model are not supported."
    yield from _wrong_calls(contents)
    if not model.startswith(("gemini-1", "gemini-2")):
        yield from _wrong_signatures(contents, signed)
    for part in _parts(_object(asked.get("systemInstruction"))):
        if not part.get("text"):
            yield "systemInstruction: it needs text"
    yield from _wrong_thinking(thinking_of(asked), model)
    yield from _wrong_tools(asked)


def _wrong_content(content: Json, where: str) -> Iterator[str]:
    if content.get("role", "user") not in ("user", "model"):
        yield "Please use a valid role: user, model."
    if not _parts(content):
        yield f"{where}.parts must not be empty."
    for place, part in enumerate(_parts(content)):
        named = [name for name in _PARTS if name in part]
        empty = not part.get("text") and "thoughtSignature" not in part
        if len(named) != 1 or (named == ["text"] and empty):
            yield f"{where}.parts[{place}].data: required oneof field 'data' must have one"
        blob = _object(part.get("inlineData"))
        if "inlineData" in part and not (blob.get("mimeType") and blob.get("data")):
            yield f"{where}.parts[{place}].inline_data: mimeType and data are required"
        answered = _object(part.get("functionResponse"))
        if answered and not isinstance(answered.get("response"), Mapping):
            yield f"{where}.parts[{place}].function_response.response: it is no object"


def _wrong_calls(contents: list[Json]) -> Iterator[str]:
    before: list[str] = []
    for place, content in enumerate(contents):
        parts = _parts(content)
        answers = [str(p["functionResponse"].get("name")) for p in parts if "functionResponse" in p]
        calls = [str(p["functionCall"].get("name")) for p in parts if "functionCall" in p]
        if sorted(answers) != sorted(before):
            yield (
                "Please ensure that the number of function response parts is equal to the number "
                "of function call parts of the function call turn."
            )
        if calls and (not place or contents[place - 1].get("role") == "model"):
            yield (
                "Please ensure that function call turn comes immediately after a user turn or "
                "after a function response turn."
            )
        before = calls
    if before:
        yield "Please ensure that each function call is answered."


def _wrong_signatures(contents: list[Json], signed: Mapping[str, str]) -> Iterator[str]:
    said = [
        place
        for place, content in enumerate(contents)
        if content.get("role", "user") == "user"
        and any("functionResponse" not in part for part in _parts(content))
    ]
    for content in contents[said[-1] if said else 0 :]:
        calls = [part for part in _parts(content) if "functionCall" in part]
        if calls and "thoughtSignature" not in calls[0]:
            yield "Function call is missing a thought_signature in functionCall parts."
    for part in (part for content in contents for part in _parts(content)):
        signature = part.get("thoughtSignature", _UNSIGNED)
        name = str(_object(part.get("functionCall")).get("name", ""))
        if signature != _UNSIGNED and signed.get(signature) != name:
            yield "Invalid thought signature."


def thinking_of(asked: Json) -> dict[str, Any]:
    """Return how a request wants the model to think; its names may be in either writing."""
    given = _object(_object(asked.get("generationConfig")).get("thinkingConfig"))
    known = ("includeThoughts", "thinkingBudget", "thinkingLevel")
    names = {re.sub("([A-Z])", r"_\1", name).lower(): name for name in known}
    return {names.get(name, name): value for name, value in given.items()}


def _wrong_thinking(thinking: Json, model: str) -> Iterator[str]:
    level = str(thinking.get("thinkingLevel", "")).upper()
    if level and "thinkingBudget" in thinking:
        yield "You can only set only one of thinking budget and thinking level."
    if level and model.startswith("gemini-2"):
        yield "Thinking level is not supported for this model."
    if level == "MINIMAL" and model.startswith(_NOT_MINIMAL):
        yield "Thinking level MINIMAL is not supported for this model."


def _wrong_tools(asked: Json) -> Iterator[str]:
    names: list[str] = []
    for tool in _list(asked.get("tools")):
        for declared in _list(tool.get("functionDeclarations")):
            names.append(str(declared.get("name")))
            if "parameters" in declared:
                yield from _wrong_schema(_object(declared["parameters"]), "parameters")
    if len(set(names)) < len(names):
        yield "Duplicate function declaration found."
    calling = _object(_object(asked.get("toolConfig")).get("functionCallingConfig"))
    if calling and not names:
        yield "Function calling config is set without function_declarations."
    for name in cast("list[str]", calling.get("allowedFunctionNames", [])):
        if name not in names:
            yield f"allowed_function_names: {name} is not declared"


def _wrong_schema(schema: Json, where: str) -> Iterator[str]:
    yield from _unknown(schema, _SCHEMA, where)
    kind = schema.get("type")
    if kind is None and "anyOf" not in schema:
        yield f"{where}.type: must be specified"
    if kind is not None and str(kind).lower() not in _TYPES:
        yield f"{where}.type: it is {kind}"
    if "enum" in schema and str(kind).lower() != "string":
        yield f"{where}.enum: only allowed for STRING type"
    if str(kind).lower() == "array" and "items" not in schema:
        yield f"{where}.items: missing field."
    properties = _object(schema.get("properties"))
    for name in cast("list[str]", schema.get("required", [])):
        if name not in properties:
            yield f"{where}.required: property is not defined: {name}"
    for name, inner in properties.items():
        yield from _wrong_schema(_object(inner), f"{where}.properties.{name}")
    if "items" in schema:
        yield from _wrong_schema(_object(schema["items"]), f"{where}.items")
    for inner in _list(schema.get("anyOf")):
        yield from _wrong_schema(inner, f"{where}.any_of")


def _unknown(given: Json, known: frozenset[str], where: str) -> Iterator[str]:
    for name in sorted(given.keys() - known):
        place = f" at '{where}'" if where else ""
        yield f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'


def _parts(content: Json) -> list[Json]:
    return _list(content.get("parts"))


def _object(value: object) -> Json:
    return cast("Json", value) if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Json]:
    entries = cast("list[Any]", value) if isinstance(value, list) else []
    return [_object(entry) for entry in entries]


__all__ = ["thinking_of", "wrong_request"]
