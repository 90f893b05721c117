"""Values that hold no others, as bytes."""

import struct
import sys
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np

from ._names import name_of
from ._tags import ARRAYS, Tag
from ._varint import LONGEST, put

_double = struct.Struct("<Bd").pack
_FLOAT: Final = int(Tag.FLOAT)
_INT16: Final = np.dtype(np.int16)
LITTLE = sys.byteorder == "little"
BITS = 7 * LONGEST


def put_opaque(out: bytearray, value: Any) -> None:
    """Append the name of a class whose values a tape cannot hold."""
    out.append(Tag.OPAQUE)
    put_text(out, name_of(cast(type[Any], type(value))))


def put_integer(out: bytearray, value: int) -> None:
    """Append a whole number."""
    if value.bit_length() > BITS:
        put_opaque(out, value)
        return
    out.append(Tag.NEGATIVE if value < 0 else Tag.NATURAL)
    put(out, -1 - value if value < 0 else value)


@lru_cache(maxsize=4096)
def integer(value: int) -> bytes:
    """Return what `put_integer` appends; for numbers that come again and again, such as rates."""
    out = bytearray()
    put_integer(out, value)
    return bytes(out)


@lru_cache(maxsize=4096)
def _head(tag: Tag, count: int) -> bytes:
    out = bytearray((tag,))
    put(out, count)
    return bytes(out)


def put_float(out: bytearray, value: float) -> None:
    """Append a number."""
    out += _double(_FLOAT, value)


def put_text(out: bytearray, value: str) -> None:
    """Append a text."""
    data = value.encode("utf-8", "surrogatepass")
    out.append(Tag.TEXT)
    put(out, len(data))
    out += data


def put_bytes(out: bytearray, value: bytes) -> None:
    """Append bytes."""
    out += _head(Tag.BYTES, len(value))
    out += value


def put_function(out: bytearray, value: Any) -> None:
    """Append the name of a function."""
    out.append(Tag.FUNCTION)
    module = getattr(value, "__module__", None) or type(value).__module__
    path = getattr(value, "__qualname__", None) or type(value).__qualname__
    put_text(out, f"{module}:{path}")


def put_time(out: bytearray, value: datetime) -> None:
    """Append a date."""
    out.append(Tag.TIME)
    put_text(out, value.isoformat())


def put_array(out: bytearray, value: "np.ndarray[Any, Any]") -> None:
    """Append an array of numbers or texts."""
    if value.dtype == _INT16 and value.ndim == 1:
        out += _head(Tag.SAMPLES, len(value))
        out += (value if LITTLE else value.astype("<i2")).tobytes()
        return
    kind = value.dtype.newbyteorder("<").str
    if not ARRAYS.fullmatch(kind):
        put_opaque(out, value)
        return
    out.append(Tag.ARRAY)
    put_text(out, kind)
    put(out, value.ndim)
    for size in value.shape:
        put(out, size)
    data = value.astype(value.dtype.newbyteorder("<"), copy=False).tobytes()
    put(out, len(data))
    out += data


__all__ = [
    "integer",
    "put_array",
    "put_bytes",
    "put_float",
    "put_function",
    "put_integer",
    "put_opaque",
    "put_text",
    "put_time",
]
