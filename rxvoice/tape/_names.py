"""Classes by their names, and back."""

import builtins
import enum
import importlib
import sys
from dataclasses import fields, is_dataclass
from typing import Any

from rxvoice.errors import RxvoiceError

_known: dict[str, type] = {}


class TapeError(RxvoiceError):
    """A tape cannot be read, written or replayed."""


def keepable(kind: type) -> type:
    """Let tapes hold items of a class of your own: a dataclass, an enumeration or an exception.

    Args:
        kind: The class. It may be used as a decorator.

    Returns:
        The same.

    Raises:
        TypeError: When it is none of these.
    """
    if not (is_dataclass(kind) or issubclass(kind, enum.Enum | BaseException)):
        raise TypeError(f"expected a dataclass, an enumeration or an exception, got {kind!r}")
    _known[name_of(kind)] = kind
    return kind


def name_of(kind: type) -> str:
    """Return the name by which a class is kept."""
    return f"{kind.__module__}:{kind.__qualname__}"


def class_of(name: str) -> type | None:
    """Return the class of a name; None unless it is of rxvoice, of Python, or was made known.

    Nothing but rxvoice itself is imported for it.
    """
    if name in _known:
        return _known[name]
    module, _, path = name.partition(":")
    if module == "builtins":
        found: Any = getattr(builtins, path, None)
    elif module.partition(".")[0] == "rxvoice":
        try:
            found = importlib.import_module(module)
        except ImportError:
            return None
        for part in path.split("."):
            found = getattr(found, part, None)
    elif module in ("asyncio.exceptions", "json.decoder", "concurrent.futures._base"):
        found = getattr(sys.modules.get(module), path, None)
    else:
        return None
    if not isinstance(found, type):
        return None
    if not (is_dataclass(found) or issubclass(found, enum.Enum | BaseException)):
        return None
    _known[name] = found
    return found


def field_names(kind: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields, in order."""
    return tuple(field.name for field in fields(kind))


__all__ = ["TapeError", "class_of", "field_names", "keepable", "name_of"]
