"""What an operator is given as a provider."""

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, MethodType, NoneType, UnionType
from typing import Any, TypeGuard, get_args, get_origin

from rxvoice.contracts import Vad, VoiceDetector

SETTINGS = frozenset({str, bytes, int, float, bool, NoneType, Path, os.PathLike, Callable})
"""What providers are made with, and never given: they get streams, audio and conversations."""

TEXT = "a text"
ANYTHING = "a request or a stream"
"""What providers of any kind are functions of: a text may be among it."""


def check_provider(name: str, provider: object, of: str = "", *, opens: str = "") -> None:
    """Refuse what cannot be called as a provider is, such as one whose parentheses are missing.

    Args:
        name: Of the parameter.
        provider: What was given.
        of: What it is a function of; nothing, unless given.
        opens: What it opens, when it is a function of nothing.

    Raises:
        TypeError: When it cannot.
    """
    taken = _takes(provider, bool(of)) or _binds(provider, of)
    # replies are made anew, and their providers with them: this is quick for most functions
    if taken and not (_opens_none(provider) if opens else _is_made_with(provider, of)):
        return
    known = getattr(provider, "__name__", "") if callable(provider) else ""
    meant = f"; is {known}() meant?" if known.isidentifier() else ""
    wanted = f"a function of {of}" if of else "a function without arguments"
    more = f" that opens {opens}" if opens else ""
    raise TypeError(f"{name} must be {wanted}{more}, got {provider!r}{meant}")


def check_vad(name: str, vad: object) -> None:
    """Refuse, likewise, what cannot open a voice detector.

    Args:
        name: Of the parameter.
        vad: What was given.

    Raises:
        TypeError: When it cannot.
    """
    check_provider(name, vad, opens="a detector")


def check_detector(name: str, vad: Vad, detector: VoiceDetector) -> None:
    """Refuse what was opened and is no voice detector.

    Args:
        name: Of the parameter.
        vad: What has opened it.
        detector: What was opened.

    Raises:
        TypeError: When it is none.
    """
    if not callable(detector) or not hasattr(detector, "rate") or not hasattr(detector, "window"):
        raise TypeError(f"{name} must open a detector, but {vad!r} has opened {detector!r}")


def _takes(provider: object, count: int) -> bool:
    """Tell quickly of most functions that they take so many arguments; False is not known."""
    if isinstance(provider, FunctionType):
        function, bound = provider, 0
    elif isinstance(provider, MethodType):
        function, bound = provider.__func__, 1
    else:
        function, bound = getattr(type(provider), "__call__", None), 1  # noqa: B004
    if not isinstance(function, FunctionType) or function.__dict__ or isinstance(provider, type):
        return False  # a decorator may have given it another signature
    code, defaults = function.__code__, function.__defaults__ or ()
    needed = code.co_argcount - len(defaults)
    return not code.co_kwonlyargcount and needed <= count + bound <= code.co_argcount


def _binds(provider: object, of: str) -> bool:
    if not callable(provider):
        return False
    try:
        inspect.signature(provider).bind(*([of] if of else []))
    except ValueError:  # some that are written in C tell no signature
        return True
    except TypeError:
        return False
    return True


def _is_made_with(provider: object, of: str) -> bool:
    """Tell whether a function says that it takes a setting where a provider takes a stream."""
    if of in ("", TEXT, ANYTHING) or not _is_plain(provider) or not provider.__annotations__:
        return False
    code = provider.__code__
    first = code.co_varnames[: min(code.co_argcount, 1)]
    said: object = provider.__annotations__.get(*first) if first else None
    kinds = get_args(said) if isinstance(said, UnionType) else (said,)
    return said is not None and all((get_origin(kind) or kind) in SETTINGS for kind in kinds)


def _opens_none(provider: object) -> bool:
    """Tell whether what a function or class makes has to be called without arguments itself."""
    made: object = None
    if isinstance(provider, type):
        usual = type(provider).__call__ is type.__call__ and provider.__new__ is object.__new__
        made = provider if usual else None
    elif _is_plain(provider):
        made = provider.__annotations__.get("return")
        made = provider.__globals__.get(made) if isinstance(made, str) else made
    if get_origin(made) is Callable:
        return get_args(made)[:1] == ([],)
    if not isinstance(made, type) or hasattr(made, "__await__"):
        return False
    call: Any = getattr(made, "__call__", None)  # noqa: B004
    if not _is_plain(call):
        return False
    code = call.__code__
    return code.co_argcount == 1 and not code.co_flags & inspect.CO_VARARGS


def _is_plain(function: object) -> TypeGuard[FunctionType]:
    """Tell whether what a function says of itself is so: a decorator may have changed it."""
    return isinstance(function, FunctionType) and not function.__dict__


__all__ = ["ANYTHING", "TEXT", "check_detector", "check_provider", "check_vad"]
