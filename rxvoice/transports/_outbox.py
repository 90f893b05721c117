"""What waits for a slow far end."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from ._contract import Wire

SOUNDS: Final = 100
"""Messages with audio that may wait; 2 s of packets."""

OTHERS: Final = 1000
"""Messages of other kinds that may wait."""


class Overfull(Exception):
    """The far end takes nothing while messages come that must not be lost."""


class Outbox:
    """Messages on their way to a channel, which takes one at a time.

    Of those with audio the oldest is dropped when too many wait: late sound is of no use. Others
    are never dropped.

    Attributes:
        dropped: How many messages with audio were.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._messages: deque[tuple[Wire, bool]] = deque()
        self._sounds = 0
        self._news = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._closed = False

    def put(self, messages: Iterable[Wire], *, sound: bool) -> None:
        """Send messages behind those that wait.

        Args:
            messages: In order.
            sound: Whether they carry audio.

        Raises:
            Overfull: When too many wait.
        """
        if self._closed:
            return
        for message in messages:
            if sound and self._sounds >= SOUNDS:
                self._drop_oldest()
            elif not sound and len(self._messages) - self._sounds >= OTHERS:
                raise Overfull
            self._messages.append((message, sound))
            self._sounds += sound
        if self._messages:
            self._empty.clear()
            self._news.set()

    def clear_sound(self) -> None:
        """Forget all audio that waits."""
        if self._sounds:
            self._messages = deque(one for one in self._messages if not one[1])
            self._sounds = 0

    def close(self) -> None:
        """Forget everything, and take nothing more."""
        self._closed = True
        self._messages.clear()
        self._sounds = 0
        self._news.set()
        self._empty.set()

    async def emptied(self) -> None:
        """Wait until all was sent."""
        await self._empty.wait()

    async def run(self, send: Callable[[Wire], Awaitable[None]]) -> None:
        """Send for as long as the outbox is open."""
        while not self._closed:
            if not self._messages:
                self._empty.set()
                self._news.clear()
                await self._news.wait()
                continue
            message, sound = self._messages.popleft()
            self._sounds -= sound
            await send(message)

    def _drop_oldest(self) -> None:
        for index, (_, sound) in enumerate(self._messages):
            if sound:
                del self._messages[index]
                self._sounds -= 1
                self.dropped += 1
                return


__all__ = ["OTHERS", "SOUNDS", "Outbox", "Overfull"]
