"""Rooms that the server makes."""

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

ROOM_LIFETIME: Final = 4 * 3600.0
"""Seconds after which a room ends, and everybody is put out of it."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room that was made.

    Attributes:
        name: Of the room.
        url: Where participants join it.
        token: Lets the agent in, as an owner; empty where the vendor has none.
        guest_token: Lets one user in; empty where nobody asked for it.
        expires: When it ends, in seconds since 1970; ``None`` when it was asked to last.
        sip: Where telephone calls are sent to get into it; empty where none can.
    """

    name: str
    url: str
    token: str = field(default="", repr=False)
    guest_token: str = field(default="", repr=False)
    expires: float | None = None
    sip: str = ""


def with_defaults(
    given: Mapping[str, Any] | None, defaults: Mapping[str, Any], /
) -> dict[str, Any]:
    """Return properties, completed: what was given wins, also ``None``; objects are completed too.

    Raises:
        TypeError: When what was given is no object.
    """
    if given is None:
        return dict(defaults)
    if not isinstance(cast("object", given), Mapping):
        raise TypeError(f"properties must be an object, got {type(given).__name__}")
    whole = {**defaults, **given}
    for name, value in defaults.items():
        inner: object = whole[name]
        if isinstance(value, Mapping) and isinstance(inner, Mapping):
            whole[name] = {**cast("Mapping[str, Any]", value), **cast("Mapping[str, Any]", inner)}
    return whole


def expiry(now: float, lifetime: float) -> int:
    """Return when what is made now ends, in whole seconds since 1970."""
    return math.floor(now + lifetime)


def room_name() -> str:
    """Return a name that nobody can guess, short enough for all vendors."""
    return f"rxvoice-{uuid.uuid4().hex[:20]}"


__all__ = ["ROOM_LIFETIME", "Room", "expiry", "room_name", "with_defaults"]
