"""Whether two items are the same, to the bit."""

from typing import Any

from ._encode import Encoder


def canon(value: Any) -> bytes:
    """Return bytes that are equal for equal values."""
    out = bytearray()
    Encoder(lambda number, name, names: out.extend(f"{number} {name} {names}".encode())).put(
        out, value
    )
    return bytes(out)


def same_item(one: Any, other: Any) -> bool:
    """Tell whether two items are equal in type and value: audio too, and NaN to itself."""
    return one is other or canon(one) == canon(other)


__all__ = ["canon", "same_item"]
