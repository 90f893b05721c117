"""Protocol buffers as bytes: the few rules of the encoding that a small format needs.

Known from the encoding's public documentation (protobuf.dev, "Encoding").
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

VARINT: Final = 0
FIXED64: Final = 1
BYTES: Final = 2
GROUP: Final = 3
GROUP_END: Final = 4
FIXED32: Final = 5

_DEEPEST: Final = 100
_LONGEST: Final = 10
_LONGEST_32: Final = 5
_MAX_FIELD: Final = (1 << 29) - 1
_MAX_NUMBER: Final = (1 << 64) - 1

Value: TypeAlias = int | bytes


class WireError(ValueError):
    """Bytes that are no message."""


def write_varint(value: int) -> bytes:
    """Write a number that is not negative."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def write_number(field: int, value: int) -> bytes:
    """Write a field that holds a number."""
    return write_varint(field << 3 | VARINT) + write_varint(value)


def write_bytes(field: int, value: bytes) -> bytes:
    """Write a field that holds bytes, a text or a message."""
    return write_varint(field << 3 | BYTES) + write_varint(len(value)) + value


def read_fields(data: bytes) -> Iterator[tuple[int, Value]]:
    """Read a message, field by field; those of kinds that are not used here are passed over.

    Raises:
        WireError: When the bytes are no message, as soon as that is found.
    """
    at, size = 0, len(data)
    while at < size:
        tag = data[at]
        if 0x08 <= tag < 0x80:  # mostly it is one byte, and so is a number
            field, kind, at = tag >> 3, tag & 7, at + 1
        else:
            field, kind, at = _read_tag(data, at)
        if kind == BYTES:
            start, at = read_span(data, at)
            yield field, data[start:at]
        elif kind == VARINT:
            number, at = read_varint(data, at)
            yield field, number
        else:
            at = _skip(data, at, field, kind, 0)


def _read_tag(data: bytes, at: int) -> tuple[int, int, int]:
    tag, at = read_varint(data, at, _LONGEST_32)
    field, kind = tag >> 3, tag & 7
    if not 0 < field <= _MAX_FIELD:
        raise WireError("a field has a number that cannot be")
    return field, kind, at


def read_varint(data: bytes, at: int, longest: int = _LONGEST) -> tuple[int, int]:
    """Read a number; return it, and where it ends.

    Raises:
        WireError: When it is none.
    """
    value = 0
    for shift in range(0, 7 * longest, 7):
        if at >= len(data):
            raise WireError("a number is cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _MAX_NUMBER, at
    raise WireError("a number is too long")


def read_span(data: bytes, at: int) -> tuple[int, int]:
    """Read how long a field is that holds bytes; return where they start and end.

    Raises:
        WireError: When they are not all there.
    """
    length, at = read_varint(data, at, _LONGEST_32)
    return at, _within(data, at + length)


def _within(data: bytes, end: int) -> int:
    if end > len(data):
        raise WireError("a field is cut off")
    return end


def _skip(data: bytes, at: int, field: int, kind: int, depth: int) -> int:
    """Return where a field ends that nobody wants."""
    match kind:
        case 0:
            return read_varint(data, at)[1]
        case 1:
            return _within(data, at + 8)
        case 2:
            return read_span(data, at)[1]
        case 3 if depth < _DEEPEST:
            return _skip_group(data, at, field, depth + 1)
        case 5:
            return _within(data, at + 4)
        case _:
            raise WireError("a field has a kind that cannot be")


def _skip_group(data: bytes, at: int, field: int, depth: int) -> int:
    while True:
        inner, kind, at = _read_tag(data, at)
        if kind == GROUP_END:
            if inner != field:
                raise WireError("a group ends that has not begun")
            return at
        at = _skip(data, at, inner, kind, depth)


__all__ = [
    "BYTES",
    "VARINT",
    "Value",
    "WireError",
    "read_fields",
    "read_span",
    "read_varint",
    "write_bytes",
    "write_number",
    "write_varint",
]
