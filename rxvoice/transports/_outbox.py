"""What waits for a slow far end."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ._contract import Wire

SOUNDS: Final = 100
"""Items of audio that may wait; 2 s of packets."""

OTHERS: Final = 1000
"""Items of other kinds that may wait for a far end that leaves one lying for `SLOW`, …"""

SLOW: Final = 1.0
"""… in seconds; before that it only had no time to take a burst of them, …"""

BYTES: Final = 8_388_608
"""… and how long all that waits may be, in bytes or characters, …"""

LEAST: Final = 256
"""… for as many of which each item counts at least."""

STUCK: Final = 10.0
"""Seconds that the far end may leave a message lying while others come."""


class Overfull(Exception):
    """The far end takes nothing while messages come that must not be lost."""


@dataclass(slots=True)
class _Entry:
    """The messages that one item became; they go or stay together."""

    messages: tuple[Wire, ...]
    sound: bool
    size: int


class Outbox:
    """Messages on their way to a channel, which takes one at a time.

    Of those with audio the oldest is dropped when too many wait: late sound is of no use. Others
    are never dropped.

    Args:
        name: Of the border, for who looks at what waits.

    Attributes:
        name: As given.
        capacity: How many items may wait for a slow far end.
        dropped: How many items of audio were.
    """

    def __init__(self, name: str = "outbox") -> None:
        self.name = name
        self.capacity = SOUNDS + OTHERS
        self.dropped = 0
        self._entries: deque[_Entry] = deque()
        self._sounds = 0
        self._size = 0
        self._current: list[Wire] = []
        self._is_sound = False
        self._sending_since: float | None = None
        self._news = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def waits(self) -> bool:
        """Whether anything waits to be sent."""
        return bool(self._entries)

    def put(self, messages: Iterable[Wire], *, sound: bool = False, urgent: bool = False) -> None:
        """Send the messages of an item behind what waits.

        Args:
            messages: In order.
            sound: Whether they are audio.
            urgent: Whether they overtake audio that waits.

        Raises:
            Overfull: When too many wait, or one for too long.
        """
        whole = tuple(messages)
        if self._closed or not whole:
            return
        since, now = self._sending_since, asyncio.get_running_loop().time()
        lies = 0.0 if since is None else now - since
        if lies > STUCK:
            raise Overfull
        entry = _Entry(whole, sound, max(sum(map(len, whole)), LEAST))
        if sound:
            while self._sounds and (self._sounds >= SOUNDS or self._size + entry.size > BYTES):
                self._drop_oldest()
        elif lies > SLOW and len(self._entries) - self._sounds >= OTHERS:
            raise Overfull
        if self._size + entry.size > BYTES:
            raise Overfull
        self._insert(entry, urgent)

    def clear_sound(self) -> None:
        """Forget all audio that waits."""
        if self._is_sound:
            self._current.clear()
        if self._sounds:
            kept = [entry for entry in self._entries if not entry.sound]
            self._entries = deque(kept)
            self._size = sum(entry.size for entry in kept)
            self._sounds = 0

    def close(self) -> None:
        """Forget everything, and take nothing more."""
        self._closed = True
        self._entries.clear()
        self._current.clear()
        self._sounds = self._size = 0
        self._news.set()
        self._empty.set()

    async def emptied(self) -> None:
        """Wait until all was sent."""
        await self._empty.wait()

    async def run(self, send: Callable[[Wire], Awaitable[None]]) -> None:
        """Send for as long as the outbox is open."""
        clock = asyncio.get_running_loop().time
        while not self._closed:
            if not self._entries:
                self._empty.set()
                self._news.clear()
                await self._news.wait()
                continue
            entry = self._entries.popleft()
            self._sounds -= entry.sound
            self._size -= entry.size
            self._current = [*entry.messages]
            self._is_sound = entry.sound
            while self._current:
                self._sending_since = clock()
                await send(self._current.pop(0))
            self._sending_since = None

    def _insert(self, entry: _Entry, urgent: bool) -> None:
        place = len(self._entries)
        if urgent and self._sounds:
            place = next(index for index, one in enumerate(self._entries) if one.sound)
        self._entries.insert(place, entry)
        self._sounds += entry.sound
        self._size += entry.size
        self._empty.clear()
        self._news.set()

    def _drop_oldest(self) -> None:
        index, oldest = next((i, entry) for i, entry in enumerate(self._entries) if entry.sound)
        del self._entries[index]
        self._sounds -= 1
        self._size -= oldest.size
        self.dropped += 1


__all__ = ["BYTES", "LEAST", "OTHERS", "SLOW", "SOUNDS", "STUCK", "Outbox", "Overfull"]
