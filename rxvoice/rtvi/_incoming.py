"""Reading what a client sends, which may be no message at all."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from pydantic import ValidationError

from ._json import finite, read_object
from ._messages import LABEL, Error, ErrorResponse, error
from ._said import KINDS, Said

LONGEST_NAME: Final = 64
LONGEST_ID: Final = 256


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message of a client.

    Attributes:
        id: Its name, for an answer.
        type: What it is.
        said: What it says.
    """

    id: str
    type: str
    said: Said


Refusal: TypeAlias = Error | ErrorResponse
"""What a client is told about a message that cannot be used."""

_ANSWERS: Final = ("error", "error-response", "server-response")
"""Messages that are never answered: two that complain to each other would never cease."""


def parse(raw: str | bytes | bytearray, /, *, max_size: int) -> Incoming | Refusal | None:
    """Read a message of a client.

    Args:
        raw: JSON.
        max_size: Characters, or bytes, that it may have.

    Returns:
        The message; or why it is none: an answer to its id, where it has one that can be read, else
        an error. Of what the message says only its type is repeated. None for what is an answer
        itself, as a client sends it that is the server of another.
    """
    if len(raw) > max_size:
        return error(f"a message of {len(raw)} is too large, the limit is {max_size}")
    message = read_object(raw)
    if isinstance(message, str):
        return error(f"a message {message}")
    if message.get("label") != LABEL:
        return error(f"a message without the label {LABEL}")
    kind, id_, data = message.get("type"), message.get("id"), message.get("data")
    if kind in _ANSWERS:
        return None
    if not isinstance(id_, str) or len(id_) > LONGEST_ID:
        return error(f"a message needs an id of at most {LONGEST_ID} characters")
    if not isinstance(kind, str) or len(kind) > LONGEST_NAME:
        return refused(id_, f"type must be a text of at most {LONGEST_NAME} characters")
    known = KINDS.get(kind)
    if known is None:
        return refused(id_, f"Unsupported type {kind}")
    if not finite(data):
        return refused(id_, f"Invalid message: {kind} holds a number that is not finite")
    try:
        return Incoming(id_, kind, known.model_validate({} if data is None else data))
    except ValidationError as failed:
        return refused(id_, f"Invalid message: {kind}: {_what_is_wrong(failed)}")


def refused(id_: str, why: str) -> ErrorResponse:
    """Return the answer to a message that cannot be used."""
    return ErrorResponse(id=id_, error=why)


def _what_is_wrong(failed: ValidationError) -> str:
    """Name the first field that is wrong, without what it holds."""
    first = failed.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place or 'data'}: {first['msg']}"


__all__ = ["Incoming", "Refusal", "parse", "refused"]
