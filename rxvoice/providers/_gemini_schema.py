"""JSON schemas as the Gemini API takes them: those of OpenAPI 3.0, or near."""

from collections.abc import Mapping
from typing import Any, Final, cast

from rxvoice.providers._loose import entries, fields, text

_KEPT: Final = frozenset(
    {
        "default",
        "description",
        "enum",
        "format",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "nullable",
        "pattern",
        "propertyOrdering",
        "required",
        "title",
        "type",
    }
)
"""What is taken as it is; by the types of the vendor's SDK."""

_FORMATS: Final = frozenset({"date-time", "double", "enum", "float", "int32", "int64"})
"""What ``format`` may be; the others are refused."""


def plain_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON schema without what the Gemini API refuses.

    References are replaced by what they stand for, except those that hold themselves, which become
    an object of any kind. Choices become ``anyOf``, null ``nullable``, constants an ``enum``, and
    all that is known of a value in several places is put together. What cannot be said, such as
    ``additionalProperties``, is left out; a value of any kind is a text.

    Args:
        schema: The schema; it is not changed.
    """
    defined = {**fields(schema.get("definitions")), **fields(schema.get("$defs"))}
    return _plain(schema, defined, ())


def _plain(
    schema: Mapping[str, Any], defined: Mapping[str, Any], within: tuple[str, ...]
) -> dict[str, Any]:
    reference = text(schema.get("$ref"))
    if reference:
        name = reference.rpartition("/")[2]
        if name in within or name not in defined:
            return {"type": "object"}
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return _plain({**fields(defined[name]), **beside}, defined, (*within, name))
    merged = dict(schema)
    for one in map(fields, entries(merged.pop("allOf", None))):
        merged = _joined(merged, _plain(one, defined, within))
    kinds = entries(merged.get("type"))
    if len(kinds) > 1:
        rest = {key: value for key, value in merged.items() if key not in ("default", "type")}
        return _plain({"anyOf": [{**rest, "type": kind} for kind in kinds]}, defined, within)
    plain = {key: value for key, value in merged.items() if key in _KEPT}
    if text(plain.get("format")) not in _FORMATS:
        plain.pop("format", None)
    _set_values(plain, merged)
    _set_type(plain)
    if properties := fields(merged.get("properties")):
        plain["properties"] = {
            name: _plain(fields(one), defined, within) for name, one in properties.items()
        }
        if "required" in plain:
            plain["required"] = [n for n in entries(plain["required"]) if n in properties]
    elif "required" in plain:
        del plain["required"]
    items = merged.get("items", merged.get("prefixItems"))
    if plain.get("type") == "array":
        inner = [fields(items), *map(fields, entries(items))]
        kind = next(filter(None, inner), fields(None))
        plain["items"] = _plain(kind, defined, within)
    _set_choices(plain, merged, defined, within)
    if not {"type", "anyOf"} & plain.keys():
        plain["type"] = "object" if "properties" in plain else "string"
    return plain


def _set_values(plain: dict[str, Any], merged: Mapping[str, Any]) -> None:
    """Let values be texts, which is all that may be listed."""
    values = [merged["const"]] if "const" in merged else entries(plain.pop("enum", None))
    if None in values:
        plain["nullable"] = True
    kept = [
        value if isinstance(value, str) else str(value) for value in values if value is not None
    ]
    if kept and all(isinstance(value, str) for value in values if value is not None):
        plain["enum"] = kept
        plain["type"] = "string"
    elif kept:
        told = f"One of {', '.join(kept)}."
        plain["description"] = f"{text(plain.get('description'))} {told}".strip()


def _set_type(plain: dict[str, Any]) -> None:
    """Let there be one type, and null apart."""
    kinds = plain.get("type")
    if isinstance(kinds, list):
        listed = cast("list[Any]", kinds)
        others = [kind for kind in listed if kind != "null"]
        if len(others) < len(listed):
            plain["nullable"] = True
        if others:
            plain["type"] = others[0]
        else:
            del plain["type"]


def _set_choices(
    plain: dict[str, Any],
    merged: Mapping[str, Any],
    defined: Mapping[str, Any],
    within: tuple[str, ...],
) -> None:
    given = [*entries(merged.get("anyOf")), *entries(merged.get("oneOf"))]
    choices = [_plain(fields(one), defined, within) for one in given]
    others = [one for one in choices if one.get("type") != "null"]
    if len(others) < len(choices):
        plain["nullable"] = True
    if len(others) == 1:
        for key, value in others[0].items():
            plain.setdefault(key, value)
    elif others:
        plain["anyOf"] = others


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return what both say of a value."""
    joined = {**other, **one}
    if properties := {**fields(other.get("properties")), **fields(one.get("properties"))}:
        joined["properties"] = properties
    if required := [*entries(other.get("required")), *entries(one.get("required"))]:
        joined["required"] = list(dict.fromkeys(required))
    return joined


__all__ = ["plain_schema"]
