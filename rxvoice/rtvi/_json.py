"""JSON of strangers."""

import math
from typing import Any, cast

from pydantic_core import from_json


def read_object(raw: str | bytes | bytearray, /) -> dict[str, Any] | str:
    """Read a JSON object; return what is wrong with what is none.

    Anything that cannot be read gives that text, whatever it is: half a character, a nesting of
    thousands, a number of a million digits.
    """
    try:
        value = from_json(raw, allow_inf_nan=False)
    except (TypeError, ValueError, RecursionError):
        return "is not JSON"
    return cast("dict[str, Any]", value) if isinstance(value, dict) else "is no JSON object"


def mapping(value: object) -> dict[str, Any]:
    """Return a value that was JSON when it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def finite(value: object) -> bool:
    """Say whether all numbers of a value that was JSON are finite, as ``1e999`` is not."""
    match value:
        case float():
            return math.isfinite(value)
        case list():
            return all(map(finite, cast("list[object]", value)))
        case dict():
            return all(map(finite, cast("dict[str, object]", value).values()))
        case _:
            return True


__all__ = ["finite", "mapping", "read_object"]
