"""What comes on a websocket to a voice, and for which reply."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterator
from typing import Final

from rxvoice.errors import ProviderError
from rxvoice.items import Fault
from rxvoice.providers._voice import (
    UNREADABLE,
    Cleared,
    Done,
    Failed,
    SentenceDone,
    VoiceDialect,
    VoiceEvent,
    VoiceReader,
)
from rxvoice.providers._voice_seat import Seat
from rxvoice.providers._websocket import Received, Wire

logger = logging.getLogger(__name__)

FORGETTING: Final = 5.0
"""Seconds after which a cancelled context is taken for gone, though the server has not said so."""


class VoiceMail:
    """Hands what comes to the replies that it is for, and drops what is late.

    Args:
        dialect: How the voice is spoken to.

    Attributes:
        garbled: Whether a message could not be read.
    """

    def __init__(self, dialect: VoiceDialect) -> None:
        self._dialect = dialect
        self._loop = asyncio.get_running_loop()
        self._seats: dict[str, Seat] = {}
        self._forgotten: dict[str, float] = {}
        self._clearing: deque[float] = deque()
        self._unheard: deque[Fault] = deque(maxlen=8)
        self.garbled: bool = False

    @property
    def seats(self) -> int:
        """How many replies there are."""
        return len(self._seats)

    @property
    def forgotten(self) -> int:
        """How many that were cancelled the server may still know."""
        now = self._loop.time()
        self._forgotten = {name: at for name, at in self._forgotten.items() if at > now}
        return len(self._forgotten)

    @property
    def open(self) -> list[str]:
        """The contexts to which there may be more to say."""
        return [seat.context for seat in self._seats.values() if seat.begun and not seat.ended]

    def begin(self) -> None:
        """Begin with another websocket."""
        self.garbled = False
        self._clearing.clear()
        self._forgotten.clear()

    def sit(self, wire: Wire | None) -> Seat:
        """Return a place for a reply."""
        seat = Seat(wire)
        for fault in self._unheard:
            seat.tell(fault)
        self._unheard.clear()
        self._seats[seat.context] = seat
        return seat

    def leave(self, seat: Seat) -> bool:
        """Take a reply's place away, and return whether it had one."""
        seat.leave()
        return self._seats.pop(seat.context, None) is not None

    def cancelled(self, seat: Seat) -> None:
        """Note that the server is told to forget a reply."""
        at = self._loop.time() + FORGETTING
        if self._dialect.clears:
            self._clearing.append(at)
        else:
            self._forgotten[seat.context] = at

    def fail(self, error: ProviderError) -> None:
        """Tell all replies that the websocket has ended."""
        for seat in self._seats.values():
            seat.tell(error)

    def read(self, reader: VoiceReader, message: Received) -> Iterator[VoiceEvent]:
        """Return what a message means; the first that cannot be read is a `Fault`."""
        provider = self._dialect.provider
        try:
            if isinstance(message, str) and message.lstrip()[:1] in ("{", "["):
                raise ValueError("it is no JSON object")
            yield from reader.read(message)
        except UNREADABLE as error:
            logger.debug("%s: a message could not be read", provider, exc_info=error)
            if not self.garbled:
                self.garbled = True
                told = f"a message of the server could not be read: {type(error).__name__}"
                yield Fault(provider, told, cause=error)

    async def give(self, event: VoiceEvent) -> None:
        """Hand an event to the reply that it is for; wait while that has too many."""
        if isinstance(event, Cleared):
            if self._clearing:
                self._clearing.popleft()
            return
        if isinstance(event, Fault):
            if not self._seats:
                self._unheard.append(event)
            for seat in list(self._seats.values()):
                await seat.put(event)
            return
        is_last = isinstance(event, Done | Failed) or (
            self._dialect.alone and isinstance(event, SentenceDone)
        )
        if is_last and event.context is not None:
            self._forgotten.pop(event.context, None)
        if event.context is not None:
            seat = self._seats.get(event.context)
        elif self._is_clearing():
            seat = None
        else:
            seat = next(iter(self._seats.values()), None)
        if seat is not None and seat.begun:
            await seat.put(event)

    def _is_clearing(self) -> bool:
        now = self._loop.time()
        while self._clearing and self._clearing[0] <= now:
            self._clearing.popleft()
        return bool(self._clearing)


__all__ = ["FORGETTING", "VoiceMail"]
