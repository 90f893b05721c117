"""A reply's place on a websocket."""

import asyncio
import itertools
from collections import deque
from typing import Final
from uuid import uuid4

from rxvoice.errors import ProviderError
from rxvoice.items import Fault
from rxvoice.providers._voice import Done, VoiceEvent
from rxvoice.providers._websocket import Wire

CAPACITY: Final = 256
"""Events that may wait for a reply; then the websocket is not read."""

_numbers = itertools.count(1)


class Seat:
    """A reply's place on a websocket: its context, and what comes for it.

    Attributes:
        context: Its id.
        wire: The websocket.
        begun: Whether the server knows it.
        ended: Whether the server was told that no more is to be said.
        done: Whether all of it was spoken.
        left: Whether nobody wants the rest.
    """

    def __init__(self, wire: Wire | None) -> None:
        self.context: str = f"{next(_numbers)}-{uuid4().hex[:12]}"
        self.wire: Wire | None = wire
        self.begun: bool = False
        self.ended: bool = False
        self.done: bool = False
        self.left: bool = False
        self._events: deque[VoiceEvent | ProviderError] = deque()
        self._arrived = asyncio.Event()
        self._nudged = False
        self._room = asyncio.Event()
        self._room.set()

    async def put(self, event: VoiceEvent | ProviderError) -> None:
        """Take an event; it waits while there are too many."""
        if self.left:
            return
        self.done = self.done or isinstance(event, Done)
        self._events.append(event)
        self._arrived.set()
        if len(self._events) >= CAPACITY:
            self._room.clear()
            await self._room.wait()

    def tell(self, event: Fault | ProviderError) -> None:
        """Take what is told of the websocket: something went wrong, or it has ended."""
        self._events.append(event)
        self._arrived.set()

    async def next(self, patience: float | None) -> VoiceEvent | None:
        """Return the next event; None when none comes within so many seconds, or before `nudge`.

        Raises:
            ProviderError: When the websocket has ended.
        """
        if not self._events:
            if self._nudged:
                self._nudged = False
                return None
            self._arrived.clear()
            try:
                async with asyncio.timeout(patience):
                    await self._arrived.wait()
            except TimeoutError:
                return None
        if not self._events:
            self._nudged = False
            return None
        event = self._events.popleft()
        self._room.set()
        if isinstance(event, ProviderError):
            raise event
        return event

    def nudge(self) -> None:
        """Make `next` return."""
        self._nudged = True
        self._arrived.set()

    def leave(self) -> None:
        """Take nothing any more."""
        self.left = True
        self._events.clear()
        self._room.set()


__all__ = ["CAPACITY", "Seat"]
