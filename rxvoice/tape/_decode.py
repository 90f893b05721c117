"""Bytes as values."""

import enum
import struct
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, cast

import numpy as np

from rxvoice.items import AudioFrame

from ._names import TapeError, class_of, function_of
from ._sound import Sound
from ._strangers import NotKept, TapedError, Unknown
from ._tags import ARRAYS, DEPTH, Tag
from ._varint import get

SAMPLES = 100_000_000
"""Of a piece of audio, at most."""

_double = struct.Struct("<d").unpack_from


_KINDS: dict[int, Callable[[list[Any]], Any]] = {
    Tag.LIST: list,
    Tag.TUPLE: tuple,
    Tag.SET: set,
    Tag.FROZENSET: frozenset,
}


class Decoder:
    """Reads what an `Encoder` has written.

    Other bytes make it raise any exception, and nothing else: what it makes are values, and items
    and exceptions whose classes `class_of` knows.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._classes: dict[int, tuple[str, Any, tuple[str, ...]]] = {}

    def define(self, number: int, name: Any, names: Any) -> None:
        """Learn of a class.

        Raises:
            TypeError: When this is no name, or these are no names of fields.
        """
        if not isinstance(name, str) or not all(isinstance(one, str) for one in names):
            raise TypeError("a class has no name")
        self._classes[number] = (name, class_of(name), names)

    def get(self, data: bytes, place: int) -> tuple[Any, int]:
        """Return the value at a place, and the place after it."""
        tag = data[place]
        place += 1
        match tag:
            case Tag.ITEM:
                return self._item(data, place)
            case Tag.NONE:
                return None, place
            case Tag.FALSE | Tag.TRUE:
                return tag == Tag.TRUE, place
            case Tag.NATURAL:
                return get(data, place)
            case Tag.NEGATIVE:
                number, place = get(data, place)
                return -1 - number, place
            case Tag.FLOAT:
                return _double(data, place)[0], place + 8
            case Tag.TEXT | Tag.BYTES:
                size, place = get(data, place)
                part = data[place : place + size]
                if len(part) < size:
                    raise IndexError("a text is not whole")
                text = tag == Tag.TEXT
                return part.decode("utf-8", "surrogatepass") if text else part, place + size
            case Tag.SAMPLES:
                size, place = get(data, place)
                samples = np.frombuffer(data, "<i2", size, place).astype(np.int16)
                samples.flags.writeable = False
                return samples, place + 2 * size
            case Tag.LIST | Tag.TUPLE | Tag.SET | Tag.FROZENSET:
                items, place = self._many(data, place)
                return _KINDS[tag](items), place
            case Tag.DICT:
                return self._dict(data, place)
            case Tag.ENUM:
                number, place = get(data, place)
                name, place = self.get(data, place)
                title, kind, _ = self._classes[number]
                if isinstance(kind, enum.EnumMeta) and name in kind.__members__:
                    return kind[name], place
                return Unknown(title, (("name", name),), Tag.ENUM), place
            case Tag.ERROR:
                return self._error(data, place)
            case Tag.ARRAY:
                return _array(self, data, place)
            case Tag.OPAQUE:
                name, place = self.get(data, place)
                return Unknown(name, tag=Tag.OPAQUE), place
            case Tag.FUNCTION:
                name, place = self.get(data, place)
                return function_of(name) or NotKept(name), place
            case Tag.TIME:
                text, place = self.get(data, place)
                return datetime.fromisoformat(text), place
            case _:
                raise TapeError(f"a value of an unknown kind, {tag}")

    def _many(self, data: bytes, place: int) -> tuple[list[Any], int]:
        size, place = get(data, place)
        self._deeper()
        items: list[Any] = []
        for _ in range(size):
            item, place = self.get(data, place)
            items.append(item)
        self._depth -= 1
        return items, place

    def _dict(self, data: bytes, place: int) -> tuple[dict[Any, Any], int]:
        size, place = get(data, place)
        self._deeper()
        found: dict[Any, Any] = {}
        for _ in range(size):
            key, place = self.get(data, place)
            found[key], place = self.get(data, place)
        self._depth -= 1
        return found, place

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEPTH:
            raise ValueError("values lie too deep in values")

    def _item(self, data: bytes, place: int) -> tuple[Any, int]:
        number, place = get(data, place)
        title, kind, names = self._classes[number]
        self._deeper()
        values: dict[str, Any] = {}
        for name in names:
            values[name], place = self.get(data, place)
        self._depth -= 1
        if kind is None or not is_dataclass(cast(object, kind)):
            return Unknown(title, tuple(values.items())), place
        if kind is AudioFrame:
            return AudioFrame(**values), place
        if kind is Sound:
            return _sound(**values), place
        return _made(kind, values), place

    def _error(self, data: bytes, place: int) -> tuple[BaseException, int]:
        number, place = get(data, place)
        self._deeper()
        args, place = self.get(data, place)
        state, place = self.get(data, place)
        self._depth -= 1
        title, kind, _ = self._classes[number]
        try:
            if not (isinstance(kind, type) and issubclass(kind, BaseException)):
                raise TypeError("its class is not known here")
            error: BaseException = kind.__new__(kind, *args)
            error.args = args
        except (TypeError, ValueError):
            return TapedError(title, tuple(args), dict(state)), place
        vars(error).update(state)
        return error, place


def _sound(count: Any, rate: Any, pts: Any, digest: Any) -> Sound:
    """Return a sound that there may be: pictures show it as silence."""
    if not (isinstance(count, int) and 0 <= count <= SAMPLES and isinstance(digest, bytes)):
        raise ValueError("no sound is like this")
    AudioFrame(np.zeros(0, np.int16), rate, pts)
    return Sound(count, rate, pts, digest)


def _made(kind: Any, values: dict[str, Any]) -> Any:
    """Make an item again, without the fields that its class has no more.

    It was checked when it was made. What checks it in another way now is not asked.
    """
    known = {field.name for field in fields(kind)}
    given = {f.name: values[f.name] for f in fields(kind) if f.init and f.name in values}
    item: object
    try:
        item = kind(**given)
    except (TypeError, ValueError, AttributeError) as error:
        if len(given) < sum(field.init for field in fields(kind)):
            raise TapeError(f"{kind.__name__} cannot be made again: {error}") from error
        item = object.__new__(kind)
    for name, value in values.items():
        if name in known:
            object.__setattr__(item, name, value)
    return item


def _array(decoder: Decoder, data: bytes, place: int) -> tuple[Any, int]:
    kind, place = decoder.get(data, place)
    if not ARRAYS.fullmatch(kind):
        raise TypeError("an array of something else than numbers")
    depth, place = get(data, place)
    shape: list[int] = []
    for _ in range(depth):
        size, place = get(data, place)
        shape.append(size)
    size, place = get(data, place)
    array = np.frombuffer(data[place : place + size], np.dtype(kind)).reshape(shape)
    return array, place + size


__all__ = ["Decoder"]
