"""The bytes of one TCP connection, between the socket and aiohttp."""

import asyncio
import random
import socket
import struct
from collections import deque
from collections.abc import Iterable
from typing import Any

from ._clock import turn
from ._faults import Split


class Wire(asyncio.Transport):
    """A transport that can cut, hold back, swallow and lose what is written to it.

    Args:
        transport: The socket's own.

    Attributes:
        silent: Whether what is written is swallowed, and what comes is not passed on.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self.silent: bool = False
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._held: bytearray | None = None
        self._split: Split | None = None
        self._random = random.Random(0)
        self._pieces: deque[bytes] = deque()
        self._pump: asyncio.Handle | None = None
        self._idle: list[asyncio.Future[None]] = []
        self._ending = False

    def cut(self, split: Split | None) -> None:
        """Cut what is written from now on."""
        self._split = split
        self._random = random.Random(split.seed if split else 0)

    def hold(self) -> None:
        """Keep back what is written, until `release`."""
        if self._held is None:
            self._held = bytearray()

    def release(self, share: float = 1.0, *, flip: bool = False) -> None:
        """Let go what was kept back, or only its first share; ``flip`` spoils its first byte."""
        held, self._held = self._held, None
        if held:
            held[0] ^= 0x40 if flip else 0
            self._put(bytes(held[: max(1, int(len(held) * share))]))

    def go_silent(self) -> None:
        """Swallow what is written, and what comes, so that the client is still seen to leave."""
        self.silent = True
        if not self._transport.is_closing():
            self._transport.resume_reading()

    async def settled(self) -> None:
        """Wait until a client on this loop can have read all that was written."""
        while self._pump is not None and not self._transport.is_closing():
            waiting: asyncio.Future[None] = self._loop.create_future()
            self._idle.append(waiting)
            await waiting
        await turn()

    async def drop(self, *, reset: bool) -> None:
        """End the connection, by FIN or by RST, after what was written has arrived."""
        await self.settled()
        peer: socket.socket | None = self._transport.get_extra_info("socket")
        if not reset:
            self._ending = True
            self._transport.close()
            return
        if peer is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.abort()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write bytes, unless silent or held."""
        if self.silent:
            return
        if self._held is not None:
            self._held += data
            return
        self._put(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Write all of them."""
        self.write(b"".join(list_of_data))

    def close(self) -> None:
        """Close the connection once everything is written; a silent one stays open."""
        if self.silent:
            return
        self._ending = True
        self.release()
        if self._pump is None:
            self._transport.close()

    def abort(self) -> None:
        """End the connection now."""
        self._ending = True
        self._rest()
        self._transport.abort()

    def is_closing(self) -> bool:
        """Return whether no more can be written."""
        return self._ending or self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what the socket's transport knows."""
        return self._transport.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait."""
        return self._transport.get_write_buffer_size() + sum(map(len, self._pieces))

    def is_reading(self) -> bool:
        """Return whether bytes are read."""
        return self._transport.is_reading()

    def pause_reading(self) -> None:
        """Read no bytes for a while; a silent wire swallows them."""
        if not self.silent:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read bytes again."""
        self._transport.resume_reading()

    def _put(self, data: bytes) -> None:
        split = self._split
        if split is None and self._pump is None:
            self._transport.write(data)
            return
        at = 0
        while at < len(data):
            size = len(data)
            if split is not None:
                size = split.size or self._random.randint(1, split.most)
            self._pieces.append(data[at : at + size])
            at += size
        if self._pump is None:
            self._next_piece()

    def _next_piece(self) -> None:
        self._pump = None
        if self._transport.is_closing():
            self._rest()
        elif self._pieces:
            self._transport.write(self._pieces.popleft())
            pause = self._split.pause if self._split else 0.0
            if pause:
                self._pump = self._loop.call_later(pause, self._next_piece)
            else:  # two turns of the loop: the client reads in the first
                self._pump = self._loop.call_soon(self._in_a_turn)
        else:
            self._rest()
            if self._ending:
                self._transport.close()

    def _rest(self) -> None:
        """Nothing is left to be written in pieces."""
        self._pieces.clear()
        if self._pump is not None:
            self._pump.cancel()
            self._pump = None
        idle, self._idle = self._idle, []
        for waiting in idle:
            if not waiting.done():
                waiting.set_result(None)

    def _in_a_turn(self) -> None:
        self._pump = self._loop.call_soon(self._next_piece)


__all__ = ["Wire"]
