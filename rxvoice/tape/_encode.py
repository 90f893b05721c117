"""Values as bytes."""

import enum
from collections.abc import Callable, Hashable
from dataclasses import is_dataclass
from datetime import datetime
from typing import Any, cast

import numpy as np

from rxvoice.items import AudioFrame

from ._names import field_names, name_of
from ._plain import (
    integer,
    put_array,
    put_bytes,
    put_float,
    put_function,
    put_integer,
    put_opaque,
    put_text,
    put_time,
)
from ._sound import Sound
from ._strangers import TapedError, Unknown
from ._tags import DEPTH, Tag
from ._varint import put

_NOTHING: tuple[str, ...] = ()
FRAME = field_names(AudioFrame)
_SOUND = field_names(Sound)
_ITEM = int(Tag.ITEM)


class Encoder:
    """Writes values; equal values give equal bytes.

    Of what a tape cannot hold, such as a number of thousands of digits or a list in itself, it
    writes the name of the class.

    Args:
        define: Told of each class before its first use: number, name and names of fields.
        refuse: Told the name of each class whose values cannot be held, once.
    """

    def __init__(
        self,
        define: Callable[[int, str, tuple[str, ...]], None],
        refuse: Callable[[str], object] | None = None,
    ) -> None:
        self._define = define
        self._refuse = refuse
        self._depth = 0
        self._classes: dict[Hashable, tuple[bytes, tuple[str, ...]]] = {}
        self._writers: dict[type, Callable[[bytearray, Any], None]] = {
            type(None): lambda out, _: out.append(Tag.NONE),
            bool: lambda out, value: out.append(Tag.TRUE if value else Tag.FALSE),
            int: put_integer,
            float: put_float,
            str: put_text,
            bytes: put_bytes,
            bytearray: put_bytes,
            memoryview: lambda out, value: put_bytes(out, value.tobytes()),
            list: self._list,
            tuple: self._tuple,
            dict: self._dict,
            set: self._set,
            frozenset: self._frozenset,
            np.ndarray: put_array,
            datetime: put_time,
            AudioFrame: self._frame,
            Sound: self._sound,
            Unknown: self._unknown,
            TapedError: self._taped,
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
            return put_array
        if isinstance(value, np.generic):
            return lambda out, value: self.put(out, value.item())
        for plain in (str, bytes, dict, list):
            if issubclass(kind, plain):
                return self._writers[plain]
        if callable(value):
            return put_function
        if hasattr(kind, "keys") and hasattr(kind, "__getitem__"):
            return lambda out, value: self._dict(out, dict(value))
        if self._refuse is not None:
            self._refuse(name_of(kind))
        return put_opaque

    def put_whole(self, out: bytearray, value: Any) -> None:
        """Append a value; when something in it fails, such as a property, only its class."""
        place = len(out)
        try:
            self.put(out, value)
        except Exception:
            self._depth = 0
            del out[place:]
            put_opaque(out, value)

    def _number(self, kind: type, names: tuple[str, ...] = _NOTHING) -> tuple[bytes, Any]:
        return self._classes.get(kind) or self._defined(kind, name_of(kind), names)

    def _defined(self, key: Hashable, name: str, names: tuple[str, ...]) -> tuple[bytes, Any]:
        number = bytearray()
        put(number, len(self._classes))
        known = self._classes[key] = bytes(number), names
        self._define(len(self._classes) - 1, name, names)
        return known

    def _unknown(self, out: bytearray, value: Unknown) -> None:
        """Append what it stands for."""
        if value.tag == Tag.OPAQUE:
            out.append(Tag.OPAQUE)
            put_text(out, value.name)
            return
        names = tuple(name for name, _ in value.values) if value.tag == Tag.ITEM else _NOTHING
        known = self._classes.get((value.name, names))
        known = known or self._defined((value.name, names), value.name, names)
        out.append(value.tag)
        out += known[0]
        for _, inner in value.values:
            self.put(out, inner)

    def _taped(self, out: bytearray, error: TapedError) -> None:
        """Append what it stands for."""
        known = self._classes.get(error.kind) or self._defined(error.kind, error.kind, _NOTHING)
        out.append(Tag.ERROR)
        out += known[0]
        self.put(out, error.told)
        self.put(out, error.state)

    def _item(self, out: bytearray, value: Any) -> None:
        kind = cast(type[Any], type(value))
        known = self._classes.get(kind) or self._number(kind, field_names(kind))
        if self._depth == DEPTH:
            put_opaque(out, value)
            return
        self._depth += 1
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
        self._depth -= 1

    def _frame(self, out: bytearray, frame: AudioFrame) -> None:
        """Append what `_item` would, faster: most of a call are frames."""
        if self._depth == DEPTH:
            put_opaque(out, frame)
            return
        known = self._classes.get(AudioFrame) or self._number(AudioFrame, FRAME)
        out.append(_ITEM)
        out += known[0]
        put_array(out, frame.samples)
        out += integer(int(frame.rate))
        put_float(out, float(frame.pts))

    def _sound(self, out: bytearray, sound: Sound) -> None:
        """Append what `_item` would, faster: what comes out is most of the rest."""
        if self._depth == DEPTH:
            put_opaque(out, sound)
            return
        known = self._classes.get(Sound) or self._number(Sound, _SOUND)
        out.append(_ITEM)
        out += known[0]
        out += integer(int(sound.count))
        out += integer(int(sound.rate))
        put_float(out, float(sound.pts))
        put_bytes(out, sound.digest)

    def _enum(self, out: bytearray, value: enum.Enum) -> None:
        known = self._number(type(value))
        out.append(Tag.ENUM)
        out += known[0]
        put_text(out, value.name)

    def _error(self, out: bytearray, value: BaseException) -> None:
        if self._depth == DEPTH:
            put_opaque(out, value)
            return
        self._depth += 1
        known = self._number(type(value))
        out.append(Tag.ERROR)
        out += known[0]
        self._tuple(out, value.args)
        state = {key: item for key, item in vars(value).items() if not key.startswith("__")}
        self._dict(out, state)
        self._depth -= 1

    def _many(self, out: bytearray, tag: Tag, items: Any) -> None:
        if self._depth == DEPTH:
            put_opaque(out, items)
            return
        self._depth += 1
        out.append(tag)
        put(out, len(items))
        for item in items:
            self.put(out, item)
        self._depth -= 1

    def _list(self, out: bytearray, value: list[Any]) -> None:
        self._many(out, Tag.LIST, value)

    def _tuple(self, out: bytearray, value: tuple[Any, ...]) -> None:
        self._many(out, Tag.TUPLE, value)

    def _dict(self, out: bytearray, value: dict[Any, Any]) -> None:
        if self._depth == DEPTH:
            put_opaque(out, value)
            return
        self._depth += 1
        out.append(Tag.DICT)
        put(out, len(value))
        for key, item in value.items():
            self.put(out, key)
            self.put(out, item)
        self._depth -= 1

    def _set(self, out: bytearray, value: set[Any]) -> None:
        self._many(out, Tag.SET, sorted(value, key=repr))

    def _frozenset(self, out: bytearray, value: frozenset[Any]) -> None:
        self._many(out, Tag.FROZENSET, sorted(value, key=repr))


__all__ = ["Encoder"]
