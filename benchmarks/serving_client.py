"""One client of `serving`: it talks to a server by a websocket, and notes when it answers."""

import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Final

from serving_script import FRAME, PAUSE, SPEECH
from serving_wire import audio_length, binary, part

_STAMPED: Final = 35
"""``SO_TIMESTAMPNS``: the kernel tells when a packet came, however late this process asks."""

TALKS: Final = round(SPEECH / FRAME)
"""Packets in which the user speaks, …"""

CYCLE: Final = round((SPEECH + PAUSE) / FRAME)
"""… of so many, again and again."""

_READY: Final = (
    '{"label":"rtvi-ai","type":"client-ready","id":"1",'
    '"data":{"version":"2.0.0","about":{"library":"benchmark"}}}'
)


@dataclass(slots=True)
class Turn:
    """What came after the user had spoken once.

    Attributes:
        ended: When the last of their packets was due.
        came: When each packet of the answer came.
        heard: Up to what second of the answer it holds.
    """

    ended: float
    came: list[float] = field(default_factory=list[float])
    heard: list[float] = field(default_factory=list[float])


class Client:
    """One client.

    Args:
        address: Of the server.
        path: Of the websocket.
        position: At which packet of the conversation it begins.
    """

    def __init__(self, address: tuple[str, int], path: str, position: int) -> None:
        self.turns: list[Turn] = []
        self.messages = 0
        self.open = self.gone = False
        self.position = position
        self._unread = b""
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, _STAMPED, 1)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect(address)
        self.socket.setblocking(False)
        request = (
            f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        self.socket.sendall(request.encode())

    def send(self, due: float, packets: list[bytes], quiet: bytes) -> None:
        """Send the packet that is due."""
        at = self.position % CYCLE
        self.position += 1
        if at == TALKS - 1:
            self.turns.append(Turn(due))
        try:
            self.socket.send(packets[at] if at < TALKS else quiet)
        except BlockingIOError:
            pass  # a server that is so far behind is told nothing more
        except OSError:
            self.gone = True

    def receive(self) -> None:
        """Take what came."""
        try:
            data, told, _, _ = self.socket.recvmsg(1 << 18, 64)
        except BlockingIOError:
            return
        except OSError:
            data, told = b"", []
        if not data:
            self.gone = True
            return
        seconds, rest = struct.unpack("qq", told[0][2]) if told else (time.time(), 0)
        data, at, now = self._unread + data, 0, seconds + rest / 1e9
        if not self.open:
            head = data.find(b"\r\n\r\n")
            if head < 0:
                self._unread = data
                return
            if b" 101 " not in data[:20]:
                raise RuntimeError(f"the server refuses: {data[:80]!r}")
            at, self.open = head + 4, True
            self.socket.send(binary(part(4, part(1, _READY.encode()))))
        while len(data) - at >= 2:
            size, start = data[at + 1] & 0x7F, at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4]), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10]), at + 10
            if len(data) < start + size:
                break
            self._take(data[at] & 0x0F, data[start : start + size], now)
            at = start + size
        self._unread = data[at:]

    def _take(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode == 9:
            self.socket.send(binary(payload, 10))
        elif opcode == 8:
            self.gone = True
        elif length := audio_length(payload):
            if self.turns:
                turn = self.turns[-1]
                turn.came.append(now)
                turn.heard.append((turn.heard[-1] if turn.heard else 0.0) + length)
        else:
            self.messages += 1
