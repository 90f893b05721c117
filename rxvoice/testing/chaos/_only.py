"""Which items chaos falls upon."""

from types import UnionType
from typing import Any, TypeAlias

Kind: TypeAlias = type[Any] | UnionType | tuple[type[Any], ...]
"""A type, or several."""


def check_only(only: Kind) -> None:
    """Refuse what `isinstance` cannot take.

    Raises:
        TypeError: When it is not made of types.
    """
    try:
        isinstance(None, only)
    except TypeError:
        raise TypeError(f"only must be a type or several, got {only!r}") from None


__all__ = ["Kind", "check_only"]
