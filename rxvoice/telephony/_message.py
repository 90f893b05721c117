"""Reading the messages of media streams."""

import base64
import json
from collections.abc import Mapping
from typing import Any, Final, cast

from rxvoice.errors import RxvoiceError

LONGEST: Final = 1_048_576
"""Characters or bytes of a message; vendors send some thousand."""

_DIGITS: Final = 15
"""Of the largest number that counts as one: 2 ** 53 has no more."""


class MessageError(RxvoiceError, ValueError):
    """A message of a media stream cannot be read.

    It says what is wrong, and nothing of what the message holds.

    Attributes:
        vendor: Whose stream it is.
    """

    def __init__(self, message: str, *, vendor: str) -> None:
        super().__init__(f"{vendor}: {message}")
        self.vendor = vendor


def check_length(message: str | bytes, vendor: str) -> None:
    """Refuse a message that is too long.

    Raises:
        MessageError: When it is.
    """
    if len(message) > LONGEST:
        raise MessageError(f"a message is longer than {LONGEST} characters", vendor=vendor)


def read_object(message: str | bytes, vendor: str) -> Mapping[str, Any]:
    """Return the JSON object that a message is.

    Raises:
        MessageError: When it is something else, or too long.
    """
    check_length(message, vendor)
    try:
        told: object = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise MessageError("a message is no JSON", vendor=vendor) from error
    if not isinstance(told, dict):
        raise MessageError("a message is no JSON object", vendor=vendor)
    return cast("dict[str, Any]", told)


def object_at(told: Mapping[str, Any], name: str, vendor: str) -> Mapping[str, Any]:
    """Return an object that a message must have.

    Raises:
        MessageError: When there is none.
    """
    found = told.get(name)
    if not isinstance(found, dict):
        raise MessageError(f"a message has no object {name!r}", vendor=vendor)
    return cast("dict[str, Any]", found)


def sound_at(told: Mapping[str, Any], name: str, vendor: str) -> bytes:
    """Return audio that a message must have, as base64.

    Raises:
        MessageError: When there is none, or it is no base64.
    """
    found = told.get(name)
    if not isinstance(found, str):
        raise MessageError(f"a message has no text {name!r}", vendor=vendor)
    try:
        return base64.b64decode(found, validate=True)
    except ValueError as error:
        raise MessageError(f"{name!r} of a message is no base64", vendor=vendor) from error


def base64_of(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode("ascii")


def fields(value: object) -> Mapping[str, Any]:
    """Return an object; what is none has no fields."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def text(*values: object) -> str:
    """Return the first text that is not empty, or else an empty one."""
    return next((value for value in values if isinstance(value, str) and value), "")


def number(value: object) -> int | None:
    """Return a whole number from 0, also one that is written as a text; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**_DIGITS:
        return value
    return None


def written(message: Mapping[str, Any]) -> str:
    """Return the text of a JSON object."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


__all__ = [
    "LONGEST",
    "MessageError",
    "base64_of",
    "check_length",
    "fields",
    "number",
    "object_at",
    "read_object",
    "sound_at",
    "text",
    "written",
]
