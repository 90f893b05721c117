"""Two far ends in one program."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from ._contract import ChannelClosed, Codec, Wire
from ._open import accepted
from ._pcm import PcmCodec
from ._socket import SocketTransport

WAITING: Final = 64
"""Messages that may wait to be received; more wait in their sender."""


def memory_pair(
    codec: Callable[[], Codec] = PcmCodec, *, packet: float = 0.02, capacity: float = 60.0
) -> tuple[SocketTransport, SocketTransport]:
    """Join two transports: what leaves through one comes in by the other.

    Two agents can talk to each other that way, and a test can talk to an agent, in virtual time
    and without a socket::

        ours, theirs = memory_pair()
        await asyncio.gather(
            run(ours.incoming.pipe(clerk), ours.outgoing),
            run(theirs.incoming.pipe(customer), theirs.outgoing),
        )

    Args:
        codec: Makes the codec of each end; `PcmCodec`, at 16 kHz, unless given.
        packet: Seconds of audio that leave at once.
        capacity: Seconds of audio that may wait to be played.

    Returns:
        Both ends, each for one session.

    Raises:
        ValueError: When an argument makes no sense.
    """
    one, other = channel_pair()

    def end(channel: MemoryChannel, name: str) -> SocketTransport:
        return accepted(channel, codec=codec(), packet=packet, capacity=capacity, name=name)

    return end(one, "memory"), end(other, "memory, the other end")


class MemoryChannel:
    """One end of a connection within a program.

    Attributes:
        other: The other end.
    """

    def __init__(self) -> None:
        self.other: MemoryChannel = self
        self._messages: deque[Wire] = deque()
        self._changed = asyncio.Event()
        self._closed: tuple[int, str] | None = None

    async def receive(self) -> Wire:
        """Return the next message.

        Raises:
            ChannelClosed: When none comes any more.
        """
        while not self._messages:
            self._check()
            self._changed.clear()
            await self._changed.wait()
        message = self._messages.popleft()
        self._changed.set()
        return message

    async def send(self, message: Wire, /) -> None:
        """Send a message; wait while `WAITING` others were not received.

        Raises:
            ChannelClosed: When it cannot be sent.
        """
        other = self.other
        while len(other._messages) >= WAITING and self._closed is None:
            other._changed.clear()
            await other._changed.wait()
        self._check()
        other._messages.append(message)
        other._changed.set()

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        """Close both ends; the other one may still receive what was sent to it."""
        if self._closed is None:
            self._messages.clear()
            for end in (self, self.other):
                end._closed = (code, reason)
                end._changed.set()

    def _check(self) -> None:
        if self._closed is not None:
            raise ChannelClosed(*self._closed)


def channel_pair() -> tuple[MemoryChannel, MemoryChannel]:
    """Return both ends of a connection within a program."""
    one, other = MemoryChannel(), MemoryChannel()
    one.other, other.other = other, one
    return one, other


__all__ = ["MemoryChannel", "channel_pair", "memory_pair"]
