"""Values as JSON holds them, so that each comes back as it was.

What JSON has no form for is an object with one key: ``$bytes`` (base64), ``$text`` (a text that is
no valid Unicode; the base64 of its UTF-8, half surrogates included), ``$float``, ``$tuple``, and
``$items`` for an object whose own keys could be mistaken for one of these, or are no texts.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast


def pack(value: Any, where: str) -> Any:
    """Return a value as JSON holds it.

    Args:
        value: Made of None, bool, numbers, texts, bytes, lists, tuples and mappings.
        where: Told in the error.

    Raises:
        TypeError: When it is made of something else.
    """
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else {"$float": repr(float(value))}
        case str():
            return value if _is_unicode(value) else {"$text": _base64(_utf8(value))}
        case bytes() | bytearray():
            return {"$bytes": _base64(value)}
        case tuple():
            return {"$tuple": _packed(cast("tuple[Any, ...]", value), where)}
        case list():
            return _packed(cast("list[Any]", value), where)
        case Mapping():
            return _mapping(cast("Mapping[Any, Any]", value), where)
        case _:
            raise TypeError(f"{where} cannot be saved: it is of the type {type(value).__name__}")


def unpack(value: Any, where: str = "") -> Any:
    """Return the value that `pack` was given.

    Args:
        value: As JSON holds it.
        where: Told in the error.

    Raises:
        ValueError: When it has a form that `pack` does not give.
    """
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [unpack(item, _inside(where, place)) for place, item in enumerate(items)]
    if not isinstance(value, dict):
        return value
    held = cast("dict[str, Any]", value)
    key = next(iter(held), "")
    if not key.startswith("$"):
        return {name: unpack(item, _inside(where, name)) for name, item in held.items()}
    try:
        if len(held) != 1:
            raise ValueError
        return _FORMS[key](unpack(held[key], where))
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise ValueError(f"{where or 'it'}: there is no such form of a value") from error


def _packed(values: Sequence[Any], where: str) -> list[Any]:
    return [pack(value, _inside(where, place)) for place, value in enumerate(values)]


def _mapping(value: Mapping[Any, Any], where: str) -> dict[str, Any]:
    if all(isinstance(key, str) and _is_unicode(key) and key[:1] != "$" for key in value):
        return {key: pack(item, _inside(where, key)) for key, item in value.items()}
    pairs = [[pack(key, where), pack(item, _inside(where, key))] for key, item in value.items()]
    return {"$items": pairs}


def _inside(where: str, key: object) -> str:
    return f"{where}.{key}" if where else str(key)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _base64(value: bytes | bytearray) -> str:
    return base64.b64encode(value).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii"), validate=True)


def _text(text: str) -> str:
    return _bytes(text).decode("utf-8", "surrogatepass")


def _tuple(items: Any) -> tuple[Any, ...]:
    if not isinstance(items, list):
        raise TypeError
    return tuple(cast("list[Any]", items))


_FORMS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "$bytes": _bytes,
    "$float": float,
    "$items": dict,
    "$text": _text,
    "$tuple": _tuple,
}

__all__ = ["pack", "unpack"]
