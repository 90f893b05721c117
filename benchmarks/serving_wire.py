"""Just enough of websockets and of Pipecat's ``frames.proto`` for clients that cost little."""

import struct

from serving_script import HEARD_RATE, SPOKEN_RATE


def varint(value: int) -> bytes:
    """Write a number as protocol buffers do."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def part(number: int, value: bytes) -> bytes:
    """Write bytes as a field of a protocol buffer."""
    return varint(number << 3 | 2) + varint(len(value)) + value


def audio(samples: bytes) -> bytes:
    """Write the frame of Pipecat's ``frames.proto`` that holds audio."""
    rate = varint(4 << 3) + varint(HEARD_RATE) + varint(5 << 3) + varint(1)
    return part(2, part(3, samples) + rate)


def binary(payload: bytes, opcode: int = 2) -> bytes:
    """Write a frame of a websocket as clients do, with a mask of 0, which changes nothing."""
    size = len(payload)
    short = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack("!H", size)
    return bytes([0x80 | opcode]) + short + bytes(4) + payload


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of a protocol buffer; return it, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def audio_length(data: bytes) -> float:
    """Return the seconds of audio in a frame; 0 when it holds something else."""
    if data[:1] != b"\x12":
        return 0.0
    _, at = read_varint(data, 1)
    while at < len(data):
        tag, at = read_varint(data, at)
        size, at = read_varint(data, at)
        if tag == 0x1A:
            return size / (2 * SPOKEN_RATE)
        at += size if tag & 7 == 2 else 0
    return 0.0
