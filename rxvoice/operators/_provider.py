"""What an operator is given as a provider."""

import inspect
from types import FunctionType, MethodType


def check_provider(name: str, provider: object, of: str = "") -> None:
    """Refuse what cannot be called as a provider is, such as one whose parentheses are missing.

    Args:
        name: Of the parameter.
        provider: What was given.
        of: What it is a function of; nothing, unless given.

    Raises:
        TypeError: When it cannot.
    """
    if _takes(provider, bool(of)):  # replies are made anew, and their providers with them
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
            return
    wanted = f"a function of {of}" if of else "a function without arguments"
    raise TypeError(f"{name} must be {wanted}, got {provider!r}{meant}")


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


__all__ = ["check_provider"]
