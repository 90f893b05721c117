"""Telling a provider from what makes it."""

import inspect
from collections.abc import Callable


def wrong_call(function: Callable[..., object]) -> str:
    """Tell why a function cannot be called without arguments, if it cannot."""
    try:
        inspect.signature(function).bind()
    except ValueError:  # it has no signature to look at
        return ""
    except TypeError as error:
        return str(error)
    return ""


def check_make(name: str, make: object) -> None:
    """Refuse the provider itself where something that makes it is wanted."""
    if not callable(make):
        raise TypeError(f"{name} must be a function that makes the provider, got {make!r}")
    if wrong := wrong_call(make):
        raise TypeError(
            f"{name} must be a function without arguments that makes the provider; for the "
            f"provider itself give lambda: it ({make!r}: {wrong})"
        )


__all__ = ["check_make", "wrong_call"]
