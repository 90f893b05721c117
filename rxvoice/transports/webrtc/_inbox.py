"""What has come and was not read yet."""

import asyncio
from collections import deque
from typing import Final

from rxvoice.items import AudioFrame, Event, ImageFrame

SOUNDS: Final = 100
"""Frames of audio that may wait; 2 s."""

OTHERS: Final = 1000
"""Items of other kinds that may wait."""


class Inbox:
    """Items for one reader.

    Of too many that wait the oldest of their kind is dropped: audio of 2 s, 1000 others.

    Args:
        name: Of the border, for who looks at what waits.

    Attributes:
        name: As given.
        capacity: How many may wait.
        dropped: How many were.
    """

    def __init__(self, name: str = "inbox") -> None:
        self.name: str = name
        self.capacity: int = SOUNDS + OTHERS
        self.dropped: int = 0
        self._items: deque[Event] = deque()
        self._sounds = 0
        self._news = asyncio.Event()
        self._closed = False
        self._kept = True

    def __len__(self) -> int:
        return len(self._items)

    def keep(self, kept: bool) -> None:
        """Say whether somebody will read; else what is there and what comes is forgotten."""
        self._kept = kept
        if not kept:
            self._items.clear()
            self._sounds = 0

    def put(self, item: Event) -> None:
        """Add an item; after `close` nothing."""
        if self._closed or not self._kept:
            return
        light = isinstance(item, AudioFrame | ImageFrame)
        full = self._sounds >= SOUNDS if light else len(self._items) - self._sounds >= OTHERS
        if full:
            self._drop_oldest(light)
        self._items.append(item)
        self._sounds += light
        self._news.set()

    def close(self, last: Event | None) -> None:
        """Take nothing more.

        Args:
            last: What is still read.
        """
        if not self._closed:
            if last is not None:
                self._kept = True
                self.put(last)
            self._closed = True
            self._news.set()

    async def get(self) -> Event | None:
        """Return the next item; None when none comes any more."""
        while not self._items:
            if self._closed:
                return None
            self._news.clear()
            await self._news.wait()
        item = self._items.popleft()
        self._sounds -= isinstance(item, AudioFrame | ImageFrame)
        return item

    def _drop_oldest(self, light: bool) -> None:
        for index, item in enumerate(self._items):
            if isinstance(item, AudioFrame | ImageFrame) == light:
                del self._items[index]
                self._sounds -= light
                self.dropped += 1
                return


__all__ = ["OTHERS", "SOUNDS", "Inbox"]
