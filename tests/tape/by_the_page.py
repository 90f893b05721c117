"""A reader of tapes that knows what docs/tape.md says of the file, and nothing of rxvoice."""

import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

MOMENTS = (4, 5, 6, 7, 8, 9)
MANY: dict[int, Callable[[list[Any]], Any]] = {8: list, 9: tuple, 11: set, 12: frozenset}


class Page:
    """Reads one file.

    Args:
        data: What is in it.

    Attributes:
        classes: Names and fields by number.
        edges: Name, and number among those of its name.
        records: Kind, microseconds since the begin, and what the body holds.
    """

    def __init__(self, data: bytes) -> None:
        self.classes: dict[int, tuple[str, tuple[str, ...]]] = {}
        self.edges: list[tuple[str, int]] = []
        self.records: list[tuple[int, int, list[Any]]] = []
        self.at = 0
        magic = b"rxvoice tape 1\n"
        assert data.startswith(magic)
        place = len(magic)
        while place < len(data):
            size, check, packed = struct.unpack_from("<IIB", data, place)
            block = data[place + 9 : place + 9 + size]
            assert zlib.crc32(block) == check
            self._block(zlib.decompress(block) if packed else block)
            place += 9 + size

    def _block(self, block: bytes) -> None:
        place = 0
        while place < len(block):
            kind = block[place]
            size, place = varint(block, place + 1)
            self._record(kind, block[place : place + size])
            place += size

    def _record(self, kind: int, body: bytes) -> None:
        place = 0
        if kind in MOMENTS:
            passed, place = varint(body, place)
            self.at += passed
        if kind == 2:
            number, place = varint(body, place)
            name, place = self.value(body, place)
            names, place = self.value(body, place)
            self.classes[number] = (name, names)
            return
        count = {1: 0, 8: 4, 18: 0, 19: 0}.get(kind, 1)
        held: list[Any] = []
        while place < len(body) and (kind == 20 or len(held) < count):
            number, place = varint(body, place)
            held.append(number)
        if place < len(body):
            value, place = self.value(body, place)
            held.append(value)
        assert place == len(body)
        if kind == 3:
            self.edges.append((held[1], held[0]))
        self.records.append((kind, self.at, held))

    def value(self, data: bytes, place: int) -> tuple[Any, int]:
        """Return the value at a place, and the place after it."""
        tag, place = data[place], place + 1
        match tag:
            case 0 | 1 | 2:
                return (None, False, True)[tag], place
            case 3 | 4:
                number, place = varint(data, place)
                return number if tag == 3 else -1 - number, place
            case 5:
                return struct.unpack_from("<d", data, place)[0], place + 8
            case 6 | 7 | 13:
                size, place = varint(data, place)
                end = place + size * (2 if tag == 13 else 1)
                part = data[place:end]
                return part.decode() if tag == 6 else part, end
            case 8 | 9 | 11 | 12:
                size, place = varint(data, place)
                items, place = self._values(data, place, size)
                return MANY[tag](items), place
            case 10:
                size, place = varint(data, place)
                both, place = self._values(data, place, 2 * size)
                return dict(zip(both[::2], both[1::2], strict=True)), place
            case 15:
                number, place = varint(data, place)
                name, names = self.classes[number]
                values, place = self._values(data, place, len(names))
                return (name, dict(zip(names, values, strict=True))), place
            case 16 | 17:
                number, place = varint(data, place)
                values, place = self._values(data, place, tag - 15)
                return (self.classes[number][0], *values), place
            case 18 | 19 | 20:
                text, place = self.value(data, place)
                return datetime.fromisoformat(text) if tag == 19 else text, place
            case _:
                raise AssertionError(f"the page knows no value {tag}")

    def _values(self, data: bytes, place: int, count: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        for _ in range(count):
            value, place = self.value(data, place)
            values.append(value)
        return values, place

    def of(self, *kinds: int) -> Iterator[tuple[int, list[Any]]]:
        """Yield the times and what is held of records of these kinds."""
        return ((at, held) for kind, at, held in self.records if kind in kinds)


def varint(data: bytes, place: int) -> tuple[int, int]:
    """Return the number at a place, and the place after it."""
    number = shift = 0
    while True:
        byte, place = data[place], place + 1
        number += (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, place
