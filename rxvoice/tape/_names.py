"""Classes by their names, and back."""

import builtins
import enum
import importlib
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from rxvoice.errors import RxvoiceError

T = TypeVar("T")

_known: dict[str, type] = {}
_functions: dict[str, Callable[..., Any]] = {}


class TapeError(RxvoiceError):
    """A tape cannot be read, written or replayed."""


def keepable(kind: T) -> T:
    """Let items of your own come back from tapes, which hold names of classes and functions only.

    A tape holds them in any case. But nothing that its names point to is used unless it belongs to
    rxvoice, or was made known by this: a tape cannot make anything run.

    Args:
        kind: A dataclass, an enumeration, an exception, or a function that items hold. This may be
            used as a decorator.

    Returns:
        The same.

    Raises:
        TypeError: When it is none of these.
    """
    given: Any = kind
    if isinstance(given, type):
        if not (is_dataclass(given) or issubclass(given, enum.Enum | BaseException)):
            raise TypeError(f"expected a dataclass, an enumeration or an exception, got {kind!r}")
        _known[name_of(given)] = given
    elif callable(given):
        _functions[f"{given.__module__}:{given.__qualname__}"] = given
    else:
        raise TypeError(f"expected a class or a function, got {kind!r}")
    return kind


def function_of(name: str) -> Callable[..., Any] | None:
    """Return the function of a name, when it was made known."""
    return _functions.get(name)


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
        except Exception:  # whatever is missing here
            return None
        for part in path.split("."):
            found = getattr(found, part, None)
    elif module in ("asyncio.exceptions", "json.decoder", "concurrent.futures._base"):
        found = getattr(sys.modules.get(module), path, None)
    else:
        return None
    if not isinstance(found, type) or name_of(found) != name:
        return None  # what a module only uses is not its own
    if not (is_dataclass(found) or issubclass(found, enum.Enum | BaseException)):
        return None
    _known[name] = found
    return found


def field_names(kind: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields, in order."""
    return tuple(field.name for field in fields(kind))


__all__ = ["TapeError", "class_of", "field_names", "function_of", "keepable", "name_of"]
