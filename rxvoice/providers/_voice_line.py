"""One websocket to a voice, which carries replies."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Coroutine, Iterable, Iterator
from typing import Any, Final

from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Fault
from rxvoice.providers._voice import (
    Cleared,
    Done,
    Failed,
    SentenceDone,
    VoiceDialect,
    VoiceEvent,
    VoiceReader,
)
from rxvoice.providers._voice_seat import Seat
from rxvoice.providers._websocket import Closed, Frame, Received, Wire, dial

logger = logging.getLogger(__name__)

FORGETTING: Final = 5.0
"""Seconds after which a cancelled context is taken for gone, though the server has not said so."""

_SENDING: Final = 1.0
"""Seconds that telling the server of a cancelled context may take."""


class VoiceLine:
    """Opens one websocket, keeps it, and gives what comes to the replies that it carries.

    Args:
        dialect: How it is spoken to.
        connect_timeout: Seconds until it stands.

    Attributes:
        dialect: As given.
        opened: How often it was opened.
        expected: How many replies wait for it.
    """

    def __init__(self, dialect: VoiceDialect, connect_timeout: float) -> None:
        self.dialect = dialect
        self.opened: int = 0
        self.expected: int = 0
        self._connect_timeout = connect_timeout
        self._wire: Wire | None = None
        self._receiving: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._lock = asyncio.Lock()
        self._seats: dict[str, Seat] = {}
        self._forgotten: dict[str, float] = {}
        self._clearing: deque[float] = deque()
        self._unheard: deque[Fault] = deque(maxlen=8)
        self._garbled = self._closed = False

    @property
    def is_open(self) -> bool:
        """Whether the websocket is open."""
        return self._wire is not None

    @property
    def room(self) -> int:
        """How many replies more it may carry."""
        now = self._loop.time()
        self._forgotten = {name: at for name, at in self._forgotten.items() if at > now}
        return self.dialect.contexts - self.seats - len(self._forgotten)

    @property
    def seats(self) -> int:
        """How many replies it carries, or will."""
        return len(self._seats) + self.expected

    async def ready(self) -> None:
        """Open the websocket, unless it is open.

        Raises:
            ProviderError: When it cannot be opened.
        """
        async with self._lock:
            if self._wire is not None or self._closed:
                return
            opening = await self.dialect.open()
            wire = await dial(self.dialect.provider, opening, patience=self._connect_timeout)
            try:
                for frame in self.dialect.greet():
                    await wire.send(frame)
            except BaseException:
                wire.drop()
                raise
            self._wire = wire
            self._garbled = False
            self._clearing.clear()
            self._forgotten.clear()
            self.opened += 1
            name = f"{self.dialect.provider}: receive"
            self._receiving = asyncio.create_task(self._receive(wire), name=name)

    def sit(self) -> Seat:
        """Begin a reply; the server hears of it with its first text."""
        seat = Seat(self._wire)
        for fault in self._unheard:
            seat.tell(fault)
        self._unheard.clear()
        self._seats[seat.context] = seat
        return seat

    async def send(self, frames: Iterable[Frame]) -> None:
        """Send frames.

        Raises:
            Closed: When the websocket is not open.
        """
        for frame in frames:
            if self._wire is None:
                raise Closed(1006)
            await self._wire.send(frame)

    def leave(self, seat: Seat) -> None:
        """End a reply, at once; the server is told to forget what it has not spoken of it.

        What is sent for the next reply is sent after that.
        """
        seat.leave()
        wire = self._wire
        if self._seats.pop(seat.context, None) is None or wire is None or seat.wire is not wire:
            return
        if not seat.begun or seat.done or self._closed or self._loop.is_closed():
            return
        frames = self.dialect.cancel(seat.context)
        if frames is None:
            self._drop(wire)
            self._spawn(self._redial(), "redial")
            return
        at = self._loop.time() + FORGETTING
        if self.dialect.clears:
            self._clearing.append(at)
        else:
            self._forgotten[seat.context] = at
        self._spawn(self._forget(wire, tuple(frames)), "forget")

    async def aclose(self) -> None:
        """Close the websocket, for good."""
        self._closed = True
        wire, self._wire = self._wire, None
        for task in (*self._tasks, *([] if self._receiving is None else [self._receiving])):
            task.cancel()
            await asyncio.wait([task])
        for seat in self._seats.values():
            seat.tell(ProviderError("the connection was closed", provider=self.dialect.provider))
        if wire is not None:
            try:
                with contextlib.suppress(Closed):
                    async with asyncio.timeout(_SENDING):
                        for frame in self.dialect.goodbye():
                            await wire.send(frame)
                await wire.aclose()
            except TimeoutError:
                pass
            finally:
                wire.drop()

    async def _receive(self, wire: Wire) -> None:
        error: ProviderError | None = None
        reader = self.dialect.reader()
        try:
            while True:
                message = await self._next(wire)
                for event in self._read(reader, message):
                    await self._give(event)
        except Closed as closed:
            error = self._meaning(closed)
        except ProviderError as failed:
            error = failed
        except Exception as failed:  # whoever waits must hear of it
            message = f"what the server says could not be read: {type(failed).__name__}"
            error = ProviderError(message, provider=self.dialect.provider)
            error.__cause__ = failed
        finally:
            if self._wire is wire:
                self._wire = None
            wire.drop()
            if error is not None:
                for seat in self._seats.values():
                    seat.tell(error)

    async def _next(self, wire: Wire) -> Received:
        while True:
            try:
                async with asyncio.timeout(self.dialect.keepalive_after):
                    return await wire.receive()
            except TimeoutError:
                open_ones = [seat.context for seat in self._seats.values() if seat.begun]
                for frame in self.dialect.keepalive(open_ones):
                    await wire.send(frame)

    def _read(self, reader: VoiceReader, message: Received) -> Iterator[VoiceEvent]:
        provider = self.dialect.provider
        try:
            if isinstance(message, str) and message.lstrip()[:1] in ("{", "["):
                raise ValueError("it is no JSON object")
            yield from reader.read(message)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            logger.debug("%s: a message could not be read", provider, exc_info=error)
            if not self._garbled:
                self._garbled = True
                told = f"a message of the server could not be read: {type(error).__name__}"
                yield Fault(provider, told, cause=error)

    async def _give(self, event: VoiceEvent) -> None:
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
            self.dialect.alone and isinstance(event, SentenceDone)
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

    def _meaning(self, closed: Closed) -> ProviderError:
        provider = self.dialect.provider
        told = f"{closed}: {closed.reason}" if closed.reason else str(closed)
        own = self.dialect.closed(closed.code, closed.reason)
        return own or ProviderRejected(told, provider=provider, status=closed.code)

    def _drop(self, wire: Wire) -> None:
        if self._wire is wire:
            self._wire = None
        wire.drop()

    def _spawn(self, coroutine: Coroutine[Any, Any, None], what: str) -> None:
        task = self._loop.create_task(coroutine, name=f"{self.dialect.provider}: {what}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _forget(self, wire: Wire, frames: tuple[Frame, ...]) -> None:
        try:
            async with asyncio.timeout(_SENDING):
                for frame in frames:
                    await wire.send(frame)
        except (TimeoutError, Closed):
            self._drop(wire)

    async def _redial(self) -> None:
        """Open the websocket again, so that the next reply need not wait for it."""
        with contextlib.suppress(ProviderError, Closed):
            await self.ready()


__all__ = ["FORGETTING", "VoiceLine"]
