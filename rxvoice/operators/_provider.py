"""What an operator is given as a provider."""

import contextlib
import inspect
from typing import Final
from weakref import WeakSet

_ACCEPTED: Final = WeakSet[object](), WeakSet[object]()
"""Functions without arguments, and of one: replies are made anew, their parts are not."""


def check_provider(name: str, provider: object, of: str = "") -> None:
    """Refuse what cannot be called as a provider is, such as one whose parentheses are missing.

    Args:
        name: Of the parameter.
        provider: What was given.
        of: What it is a function of; nothing, unless given.

    Raises:
        TypeError: When it cannot.
    """
    accepted = _ACCEPTED[bool(of)]
    with contextlib.suppress(TypeError):  # some have no hash, or cannot be referred to weakly
        if provider in accepted:
            return
    meant = ""
    if callable(provider):
        try:
            inspect.signature(provider).bind(*([of] if of else []))
        except ValueError:  # some that are written in C tell no signature
            return
        except TypeError:
            known = getattr(provider, "__name__", "")
            meant = f"; is {known}() meant?" if known.isidentifier() else ""
        else:
            with contextlib.suppress(TypeError):
                accepted.add(provider)
            return
    wanted = f"a function of {of}" if of else "a function without arguments"
    raise TypeError(f"{name} must be {wanted}, got {provider!r}{meant}")


__all__ = ["check_provider"]
