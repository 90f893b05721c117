"""Picking some items of a stream."""

import inspect
from collections.abc import Callable
from types import UnionType
from typing import Any, TypeAlias, cast

from reactivex import Observable

from ._notifications import Notification, OnCompleted, OnError, OnNext
from ._same import Matcher, same

What: TypeAlias = Callable[[Any], bool] | object
"""A type, a tuple or union of types, a `Matcher`, a function that tells, or a value."""


def picks(what: What, note: Notification) -> bool:
    """Tell whether a notification is one of those that are meant.

    Args:
        what: Which values; all when it is None. `OnError` and `OnCompleted`, the types or instances
            of them, mean the notifications.
        note: The notification.
    """
    chosen: Any = what
    if chosen is OnError or chosen is OnCompleted:
        return isinstance(note, chosen)
    if isinstance(what, OnError | OnCompleted):
        return what == note
    if not isinstance(note, OnNext):
        return False
    if what is None:
        return True
    if isinstance(what, type | UnionType) or _is_types(what):
        return isinstance(note.value, chosen)
    return same(what, note.value)


def _is_types(what: Any) -> bool:
    return isinstance(what, tuple) and all(isinstance(kind, type) for kind in cast(Any, what))


def is_stream(follower: object) -> bool:
    """Tell a stream, or a function that makes one, from what picks values."""
    if isinstance(follower, Observable):
        return True
    if isinstance(follower, type | Matcher) or not callable(follower):
        return False
    try:
        inspect.signature(follower).bind()
    except (TypeError, ValueError):
        return False
    return True


def name_of(what: What) -> str:
    """Write what is meant."""
    chosen: Any = what
    if isinstance(what, type):
        return what.__name__
    if _is_types(what):
        return " or ".join(kind.__name__ for kind in chosen)
    return getattr(what, "__name__", None) or repr(what)


__all__ = ["What", "is_stream", "name_of", "picks"]
