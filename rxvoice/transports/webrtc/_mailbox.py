"""Messages to the far end, which wait until there is a channel for them."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from rxvoice.transports._contract import Wire

logger = logging.getLogger(__name__)

WAITING: Final = 50
"""Messages that wait for the channel; further ones are dropped."""

PATIENCE: Final = 10.0
"""Seconds that they wait for a connection's channel to be open."""

UNSENT: Final = 4_194_304
"""Bytes that the far end may leave untaken before it is hung up on."""


class DataChannel(Protocol):
    """What is needed of a data channel."""

    @property
    def bufferedAmount(self) -> int: ...
    @property
    def readyState(self) -> str: ...
    def send(self, data: Wire) -> None: ...


class Mailbox:
    """Sends by the channel that is open, and keeps messages for one that will be.

    Up to 50 wait, for 10 s from the connection on. Then they are dropped, and so is what comes
    until a channel is open.

    Args:
        transport: Told in logs.
        give_up: Is called when the far end takes nothing any more.

    Attributes:
        name: Of the border, for who looks at what waits.
        capacity: How many messages may wait.
        dropped: Messages that were.
    """

    def __init__(self, transport: str, give_up: Callable[[str], None]) -> None:
        self.name: str = f"{transport}: write"
        self.capacity: int = WAITING
        self.dropped: int = 0
        self._name = transport
        self._give_up = give_up
        self._channel: DataChannel | None = None
        self._waiting: deque[Wire] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._hopeless = False
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_open(self) -> bool:
        """Whether messages leave at once."""
        return self._channel is not None and self._channel.readyState == "open"

    @property
    def unsent(self) -> int:
        """Bytes that the far end has not taken."""
        return self._channel.bufferedAmount if self._channel is not None and self.is_open else 0

    def put(self, message: Wire) -> None:
        """Send a message, or keep it."""
        if self.is_open:
            self._send(message)
        elif self._hopeless or len(self._waiting) >= WAITING:
            self._drop(1)
        else:
            self._waiting.append(message)
            self._empty.clear()

    def connected(self) -> None:
        """Begin to count the time that messages wait."""
        self._hopeless = False
        if self._timer is None and not self.is_open:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(PATIENCE, self._despair)

    def open(self, channel: DataChannel) -> None:
        """Use a channel that is open from now on."""
        self._stop()
        self._channel = channel
        self._hopeless = False
        waiting = [*self._waiting]
        self._forget()
        for message in waiting:
            self._send(message)

    def leave(self) -> None:
        """Keep messages again: another connection takes the place of this one."""
        self._stop()
        self._channel = None

    def close(self) -> None:
        """Drop everything."""
        self._stop()
        self._channel = None
        self._forget()
        self._hopeless = True

    async def emptied(self) -> None:
        """Wait until nothing waits any more: it was sent, or dropped."""
        await self._empty.wait()

    def _forget(self) -> None:
        self._waiting.clear()
        self._empty.set()

    def _send(self, message: Wire) -> None:
        if self._channel is None:
            return
        if self.unsent > UNSENT:
            self._give_up("the far end takes no messages")
            return
        try:
            self._channel.send(message)
        except Exception as error:  # of aiortc; the message is too large, or the channel closes
            logger.warning(
                "a message was not sent", extra={"transport": self._name, "error": type(error)}
            )
            self.dropped += 1

    def _despair(self) -> None:
        self._timer = None
        self._hopeless = True
        if self._waiting:
            self._drop(len(self._waiting))
            self._forget()

    def _drop(self, count: int) -> None:
        if not self.dropped:
            logger.warning("messages are dropped", extra={"transport": self._name})
        self.dropped += count

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


__all__ = ["PATIENCE", "UNSENT", "WAITING", "DataChannel", "Mailbox"]
