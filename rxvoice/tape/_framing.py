"""How records lie in a block: the kind, the length, and the body."""

from collections.abc import Iterator

from ._decode import Decoder
from ._encode import Encoder
from ._varint import get, put


def append(block: bytearray, kind: int, body: bytes | bytearray) -> None:
    """Append a record."""
    block.append(kind)
    put(block, len(body))
    block += body


def bodies(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and the body of each record."""
    place = 0
    while place < len(block):
        kind = block[place]
        size, place = get(block, place + 1)
        yield kind, block[place : place + size]
        place += size


def defining(encoder: Encoder, number: int, name: str, names: tuple[str, ...]) -> bytearray:
    """Return the body of a record that defines a class; see `Encoder`."""
    body = bytearray()
    put(body, number)
    encoder.put(body, name)
    encoder.put(body, names)
    return body


def learn(decoder: Decoder, body: bytes) -> None:
    """Let a decoder know what such a body defines."""
    number, place = get(body, 0)
    name, place = decoder.get(body, place)
    names, _ = decoder.get(body, place)
    decoder.define(number, name, names)


__all__ = ["append", "bodies", "defining", "learn"]
