"""Reading what vendors send, whatever type it has."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn, cast


def fields(value: object) -> Mapping[str, Any]:
    """Return an object; what is none has no fields."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def entries(value: object) -> list[Any]:
    """Return a list; what is none has no entries."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a text; what is none is empty."""
    return value if isinstance(value, str) else ""


def count(value: object) -> int | None:
    """Return a number of things; None when it is none."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None


def arguments(value: object) -> Mapping[str, Any] | None:
    """Read the arguments of a tool call as vendors write them.

    Null and blank ones are an empty object. Some vendors give an object instead of its JSON, or
    JSON that was put into JSON once more.

    Returns:
        None when it is no object.
    """
    for _ in range(2):
        if value is None or (isinstance(value, str) and not value.strip()):
            return {}
        if not isinstance(value, str):
            break
        try:
            value = json.loads(value, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return None
    return {} if value is None else cast("Any", value) if isinstance(value, dict) else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


__all__ = ["arguments", "count", "entries", "fields", "text"]
