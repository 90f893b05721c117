"""What a far end may send."""

import asyncio
import logging
import math
from collections.abc import Sequence
from typing import Final

from rxvoice.items import Fault

from ._contract import Channel, Codec, Wire

logger = logging.getLogger(__name__)

LARGEST: Final = 1_048_576
"""Bytes or characters of a message."""

UNREADABLE: Final = 20
"""Messages that may be unreadable before the far end is sent away, …"""

FORGIVEN: Final = 0.1
"""… and how many more for each message that was readable."""

RATE: Final = 1000.0
"""Messages a second that are read; more wait in the socket."""

FLOW: Final = 4_194_304.0
"""Bytes or characters a second that are read."""

_SMALL: Final = FLOW / RATE
"""Bytes or characters of a message that count as one, however short it is."""

RESERVE: Final = 2.0
"""For how many seconds of that rate and flow a far end may be ahead."""

TURN: Final = 16
"""Messages that are read before others get their turn."""


class Intake:
    """Reads messages at a bounded speed, and knows how many of them were unreadable.

    Args:
        name: Told in faults.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._unreadable = 0.0
        self._count = 0
        self._spent = 0.0
        self._at = -math.inf  # when the last one came

    @property
    def hopeless(self) -> bool:
        """Whether too many messages were unreadable."""
        return self._unreadable > UNREADABLE

    async def next(self, channel: Channel) -> Wire:
        """Return the next message, in due time.

        Raises:
            ChannelClosed: When none comes any more.
        """
        if self._spent > RESERVE or not self._count % TURN:
            await asyncio.sleep(max(self._spent - RESERVE, 0.0))
        message = await channel.receive()
        now = asyncio.get_running_loop().time()
        spent = self._spent - (now - self._at)
        size = len(message)
        cost = size / FLOW if size > _SMALL else 1.0 / RATE
        self._spent = spent + cost if spent > 0.0 else cost
        self._at = now
        self._count += 1
        return message

    def decode(self, codec: Codec, message: Wire) -> Sequence[object]:
        """Return the items that a message holds, a `Fault` if it is unreadable.

        Raises:
            OverflowError: When it is too long to be looked at.
        """
        if len(message) > LARGEST:
            raise OverflowError(f"it sent a message of more than {LARGEST} bytes")
        try:
            items = codec.decode(message)
        except ValueError as error:
            fault = str(error)
        except Exception as error:
            logger.error("a message could not be decoded: %s", type(error).__name__)
            fault = "a message could not be read"
        else:
            self._unreadable = max(self._unreadable - FORGIVEN, 0.0)
            return items
        self._unreadable += 1.0
        return [Fault(self._name, fault)]


__all__ = ["FLOW", "FORGIVEN", "LARGEST", "RATE", "RESERVE", "UNREADABLE", "Intake"]
