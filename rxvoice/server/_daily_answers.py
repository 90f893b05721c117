"""What Daily tells of rooms."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from rxvoice.errors import ProviderError


def daily_room_name(url: str, /) -> str:
    """Return the name of the room at an address.

    Raises:
        ValueError: When it is no address of a room.
    """
    name = urlsplit(url).path.strip("/")
    if not name or "/" in name:
        raise ValueError("this is no address of a room")
    return name


def number_or_none(value: object, /) -> int | float | None:
    """Return a number, and ``None`` for anything else."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def sip_of(made: Mapping[str, Any], /) -> str:
    """Return where telephone calls get into a room that was made; empty where they do not."""
    endpoint: object = _object(_object(made, "config"), "sip_uri").get("endpoint")
    if not isinstance(endpoint, str) or not endpoint:
        return ""
    return endpoint if endpoint.startswith("sip:") else f"sip:{endpoint}"


def text_of(answer: Mapping[str, Any], name: str, /) -> str:
    """Return a text of an answer.

    Raises:
        ProviderError: When it has none of that name.
    """
    value: object = answer.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderError(f"the answer of daily has no {name}", provider="daily")
    return value


def _object(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value: object = whole.get(name)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


__all__ = ["daily_room_name", "number_or_none", "sip_of", "text_of"]
