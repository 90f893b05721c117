"""Values as bytes."""

import enum
import struct
import sys
from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import datetime
from typing import Any, cast

import numpy as np

from rxvoice.items import AudioFrame

from ._names import field_names, name_of
from ._tags import Tag
from ._varint import put

_double = struct.Struct("<d").pack
_NOTHING: tuple[str, ...] = ()
LITTLE = sys.byteorder == "little"
FRAME = field_names(AudioFrame)


class Encoder:
    """Writes values; equal values give equal bytes.

    Args:
        define: Told of each class before its first use: number, name and names of fields.
    """

    def __init__(self, define: Callable[[int, str, tuple[str, ...]], None]) -> None:
        self._define = define
        self._classes: dict[type, tuple[bytes, tuple[str, ...]]] = {}
        self._writers: dict[type, Callable[[bytearray, Any], None]] = {
            type(None): lambda out, _: out.append(Tag.NONE),
            bool: lambda out, value: out.append(Tag.TRUE if value else Tag.FALSE),
            int: _integer,
            float: _float,
            str: _text,
            bytes: _bytes,
            list: self._list,
            tuple: self._tuple,
            dict: self._dict,
            set: self._set,
            frozenset: self._frozenset,
            np.ndarray: _array,
            datetime: _time,
            AudioFrame: self._frame,
        }

    def put(self, out: bytearray, value: Any) -> None:
        """Append a value."""
        kind = cast(type[Any], type(value))
        writer = self._writers.get(kind)
        if writer is None:
            writer = self._writers[kind] = self._writer_of(kind, value)
        writer(out, value)

    def _writer_of(self, kind: type[Any], value: Any) -> Callable[[bytearray, Any], None]:
        if is_dataclass(kind):
            return self._item
        if issubclass(kind, enum.Enum):
            return self._enum
        if issubclass(kind, BaseException):
            return self._error
        if issubclass(kind, np.ndarray):
            return _array
        if isinstance(value, np.generic):
            return lambda out, value: self.put(out, value.item())
        for plain in (str, bytes, dict, list):
            if issubclass(kind, plain):
                return self._writers[plain]
        if callable(value):
            return _function
        if hasattr(kind, "keys") and hasattr(kind, "__getitem__"):
            return lambda out, value: self._dict(out, dict(value))
        return self._opaque

    def _number(self, kind: type, names: tuple[str, ...] = _NOTHING) -> tuple[bytes, Any]:
        known = self._classes.get(kind)
        if known is None:
            number = bytearray()
            put(number, len(self._classes))
            known = self._classes[kind] = bytes(number), names
            self._define(len(self._classes) - 1, name_of(kind), names)
        return known

    def _item(self, out: bytearray, value: Any) -> None:
        kind = cast(type[Any], type(value))
        known = self._classes.get(kind) or self._number(kind, field_names(kind))
        out.append(Tag.ITEM)
        out += known[0]
        writers = self._writers
        for name in known[1]:
            inner = getattr(value, name, None)
            writer = writers.get(cast(type[Any], type(inner)))
            if writer is None:
                self.put(out, inner)
            else:
                writer(out, inner)

    def _frame(self, out: bytearray, frame: AudioFrame) -> None:
        """Append what `_item` would, faster: most of a call are frames."""
        known = self._classes.get(AudioFrame) or self._number(AudioFrame, FRAME)
        out.append(Tag.ITEM)
        out += known[0]
        _array(out, frame.samples)
        _integer(out, int(frame.rate))
        _float(out, float(frame.pts))

    def _enum(self, out: bytearray, value: enum.Enum) -> None:
        out.append(Tag.ENUM)
        out += self._number(type(value))[0]
        _text(out, value.name)

    def _error(self, out: bytearray, value: BaseException) -> None:
        out.append(Tag.ERROR)
        out += self._number(type(value))[0]
        self._tuple(out, value.args)
        state = {key: item for key, item in vars(value).items() if not key.startswith("__")}
        self._dict(out, state)

    def _opaque(self, out: bytearray, value: Any) -> None:
        out.append(Tag.OPAQUE)
        _text(out, name_of(cast(type[Any], type(value))))

    def _many(self, out: bytearray, tag: Tag, items: Any) -> None:
        out.append(tag)
        put(out, len(items))
        for item in items:
            self.put(out, item)

    def _list(self, out: bytearray, value: list[Any]) -> None:
        self._many(out, Tag.LIST, value)

    def _tuple(self, out: bytearray, value: tuple[Any, ...]) -> None:
        self._many(out, Tag.TUPLE, value)

    def _dict(self, out: bytearray, value: dict[Any, Any]) -> None:
        out.append(Tag.DICT)
        put(out, len(value))
        for key, item in value.items():
            self.put(out, key)
            self.put(out, item)

    def _set(self, out: bytearray, value: set[Any]) -> None:
        self._many(out, Tag.SET, sorted(value, key=repr))

    def _frozenset(self, out: bytearray, value: frozenset[Any]) -> None:
        self._many(out, Tag.FROZENSET, sorted(value, key=repr))


def _integer(out: bytearray, value: int) -> None:
    out.append(Tag.NEGATIVE if value < 0 else Tag.NATURAL)
    put(out, -1 - value if value < 0 else value)


def _float(out: bytearray, value: float) -> None:
    out.append(Tag.FLOAT)
    out += _double(value)


def _text(out: bytearray, value: str) -> None:
    data = value.encode("utf-8", "surrogatepass")
    out.append(Tag.TEXT)
    put(out, len(data))
    out += data


def _bytes(out: bytearray, value: bytes) -> None:
    out.append(Tag.BYTES)
    put(out, len(value))
    out += value


def _function(out: bytearray, value: Any) -> None:
    out.append(Tag.FUNCTION)
    module = getattr(value, "__module__", None) or type(value).__module__
    path = getattr(value, "__qualname__", None) or type(value).__qualname__
    _text(out, f"{module}:{path}")


def _time(out: bytearray, value: datetime) -> None:
    out.append(Tag.TIME)
    _text(out, value.isoformat())


def _array(out: bytearray, value: "np.ndarray[Any, Any]") -> None:
    if value.dtype == np.int16 and value.ndim == 1:
        out.append(Tag.SAMPLES)
        put(out, len(value))
        out += (value if LITTLE else value.astype("<i2")).tobytes()
        return
    out.append(Tag.ARRAY)
    _text(out, value.dtype.newbyteorder("<").str)
    put(out, value.ndim)
    for size in value.shape:
        put(out, size)
    data = value.astype(value.dtype.newbyteorder("<"), copy=False).tobytes()
    put(out, len(data))
    out += data


__all__ = ["Encoder"]
