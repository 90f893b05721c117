"""Clients that keep to no rule, over sockets of this machine."""

import asyncio
import base64
import contextlib
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from .hostile_words import Dice, Wire

_PATIENCE = 12.0
"""Virtual seconds that an answer may take; a server that waits for a request waits that long."""


@dataclass
class Held:
    """What came of a websocket.

    Attributes:
        status: Of the answer to its handshake; 0 for none.
        sent: Messages.
        texts: That came.
        binary: Messages that came.
        code: The server's close code; 0 when it sent none.
        reason: That goes with it.
        by_us: Whether this side has left first.
    """

    status: int = 0
    sent: int = 0
    texts: list[str] = field(default_factory=list[str])
    binary: int = 0
    code: int = 0
    reason: str = ""
    by_us: bool = False


@dataclass
class Answered:
    """What came of a request: what was asked, the status, the type, and the body."""

    asked: bytes
    status: int
    kind: str
    body: bytes


def frame(opcode: int, data: bytes, *, last: bool = True, masked: bool = True) -> bytes:
    """Return a frame of a client; the mask changes nothing."""
    head = bytes([(0x80 if last else 0) | opcode])
    size, mask = len(data), 0x80 if masked else 0
    if size < 126:
        head += bytes([mask | size])
    elif size < 65536:
        head += bytes([mask | 126]) + struct.pack(">H", size)
    else:
        head += bytes([mask | 127]) + struct.pack(">Q", size)
    return head + (bytes(4) if masked else b"") + data


def message_frame(message: Wire) -> bytes:
    if isinstance(message, str):
        return frame(1, message.encode(errors="surrogatepass"))
    return frame(2, message)


def broken_frames(dice: Dice) -> bytes:
    """Return bytes that break the rules of websockets."""
    return dice.choice(
        [
            frame(3, b"x"),
            frame(1, b"\xff\xfe"),
            frame(1, b"x", masked=False),
            frame(9, b"x" * 126),
            frame(9, b"x", last=False),
            frame(0, b"x"),
            frame(1, b"x", last=False) + frame(1, b"y"),
            frame(8, b"x"),
            frame(8, struct.pack(">H", dice.choice([0, 999, 1005, 1006, 1015, 65535])) + b"x"),
            frame(8, struct.pack(">H", 1000) + b"\xff"),
            b"\xf1\x80\x00\x00\x00\x00",
            b"\x81\xff" + b"\x7f" * 8 + bytes(4),
            b"\x82\xff" + struct.pack(">Q", 2_000_000) + bytes(4) + b"x" * 70_000,
            dice.randbytes(dice.randrange(1, 60)),
            frame(9, b"") * 200,
            frame(1, b"", last=False) * 100,
        ]
    )


async def hold(
    port: int, head: Sequence[str], messages: Sequence[Wire], dice: Dice, path: str = "/ws"
) -> Held:
    """Open a websocket, send messages in some rhythm, and leave somehow."""
    held = Held()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(dice.randbytes(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        *head,
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    listening = asyncio.ensure_future(_listen(reader, writer, held))
    together = dice.choice([1, 4, 4, 4, 4, 10, 100])
    try:
        with contextlib.suppress(ConnectionError):
            for number, message in enumerate(messages, 1):
                if listening.done():
                    break
                writer.write(message_frame(message))
                held.sent += 1
                if dice.random() < 0.003:
                    writer.write(broken_frames(dice))
                    held.sent += 1
                if not number % together:
                    await writer.drain()
                    await next_beat()
            await _leave(writer, listening, held, dice)
    finally:
        listening.cancel()
        writer.close()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await listening
    return held


async def next_beat() -> None:
    """Wait up to 20 ms, so that what happens at the same pace happens at the same time.

    Each instant at which something happens costs a millisecond of real time.
    """
    now = asyncio.get_running_loop().time()
    await asyncio.sleep((int(now * 50 + 1e-3) + 1) / 50 - now)


async def _leave(
    writer: asyncio.StreamWriter, listening: "asyncio.Future[None]", held: Held, dice: Dice
) -> None:
    match dice.randrange(6):
        case 0:
            held.by_us = not held.code
            writer.transport.abort()
            return
        case 1 | 2 | 3:
            held.by_us = not held.code
            writer.write(frame(8, struct.pack(">H", 1000) + b"bye"))
        case 4:
            held.by_us = not held.code
            with contextlib.suppress(OSError):
                writer.write_eof()
        case _:
            pass  # until nobody has said anything for long enough
    await asyncio.wait({listening}, timeout=_PATIENCE)


async def _listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, held: Held) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        head = await reader.readuntil(b"\r\n\r\n")
        held.status = int(head.split()[1])
        while held.status == 101:
            one, two = await reader.readexactly(2)
            size = two & 127
            if size > 125:
                size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
            data = await reader.readexactly(size)
            match one & 15:
                case 1:
                    held.texts.append(data.decode())
                case 2:
                    held.binary += 1
                case 8:
                    held.code = int.from_bytes(data[:2], "big") or 1005
                    held.reason = data[2:].decode()
                    if not held.by_us:
                        writer.write(frame(8, data[:2]))
                case 9:
                    writer.write(frame(10, data))
                case _:
                    pass


async def ask(port: int, request: bytes) -> Answered:
    """Send the bytes of a request, whatever they are, and return the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with contextlib.suppress(ConnectionError):
            writer.write(request)
        try:
            async with asyncio.timeout(_PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
                if head.split()[1] == b"100":
                    head = await reader.readuntil(b"\r\n\r\n")
                status, kind = int(head.split()[1]), _header(head, b"content-type")
                told = "0" if request.startswith(b"HEAD") else _header(head, b"content-length")
                size = int(told or "0")
                return Answered(request, status, kind, await reader.readexactly(size))
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            return Answered(request, 0, "", b"")
    finally:
        writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def _header(head: bytes, name: bytes) -> str:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(name + b":"):
            return line.partition(b":")[2].strip().decode()
    return ""


def is_clear(told: Answered) -> bool:
    """Tell whether a refusal says in JSON what is wrong."""
    if told.status < 400 or told.asked.startswith(b"HEAD"):
        return True
    try:
        found: object = json.loads(told.body)
    except ValueError:
        return False
    return isinstance(found, dict) and "error" in found


__all__ = ["Answered", "Held", "ask", "hold", "is_clear", "next_beat"]
