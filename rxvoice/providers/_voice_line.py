"""One websocket to a voice, which carries replies."""

import asyncio
import contextlib
import logging
import re
from collections import deque
from collections.abc import Coroutine, Iterable
from typing import Any, Final

from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.providers._voice import (
    VoiceDialect,
)
from rxvoice.providers._voice_mail import VoiceMail
from rxvoice.providers._voice_seat import Seat
from rxvoice.providers._websocket import Closed, Frame, Received, Wire, dial

logger = logging.getLogger(__name__)

_NAME: Final = re.compile(r"[A-Za-z0-9]+[-_][A-Za-z0-9_-]+(?=[\s:.]|$)")
"""A name of the vendor's for a reason, such as ``NET-0001``, at its beginning."""

_SENDING: Final = 1.0
"""Seconds that telling the server of a cancelled context may take."""


_MINUTE: Final = 60.0
"""Seconds in which it may be asked so often."""


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
        self._mail = VoiceMail(dialect)
        self._closed = False
        self._lost: ProviderError | None = None
        self._keep_at = 0.0
        self._asked: deque[float] = deque()

    @property
    def is_open(self) -> bool:
        """Whether the websocket is open."""
        return self._wire is not None

    @property
    def garbled(self) -> bool:
        """Whether something was said that could not be read."""
        return self._mail.garbled

    @property
    def room(self) -> int:
        """How many replies more it may carry."""
        if self.spent:
            return 0
        return self.dialect.contexts - self.seats - self._mail.forgotten

    @property
    def spent(self) -> bool:
        """Whether it may not be asked any more for now, but once by a reply that it carries."""
        while self._asked and self._asked[0] <= self._loop.time() - _MINUTE:
            self._asked.popleft()
        return bool(self.dialect.asks) and len(self._asked) >= self.dialect.asks - 1

    def ask(self) -> None:
        """Note that it is asked to speak at once."""
        if self.dialect.asks:
            self._asked.append(self._loop.time())

    @property
    def seats(self) -> int:
        """How many replies it carries, or will."""
        return self._mail.seats + self.expected

    async def ready(self) -> None:
        """Open the websocket, unless it is open.

        Raises:
            ProviderError: When it cannot be opened.
        """
        async with self._lock:
            if self._wire is not None:
                return
            opening = await self.dialect.open()
            wire = await dial(self.dialect.provider, opening, patience=self._connect_timeout)
            try:
                for frame in self.dialect.greet():
                    await wire.send(frame)
                if self._closed:
                    raise self._gone("closed")
            except Closed as closed:
                wire.drop()
                raise self._meaning(closed) from closed
            except BaseException:
                wire.drop()
                raise
            self._wire, self._lost = wire, None
            self._keep_at = self._loop.time() + self.dialect.keepalive_after
            self._mail.begin()
            self._asked.clear()
            self.opened += 1
            name = f"{self.dialect.provider}: receive"
            self._receiving = asyncio.create_task(self._receive(wire), name=name)

    def sit(self) -> Seat:
        """Begin a reply; the server hears of it with its first text.

        Where the websocket was lost since it was `ready`, the reply hears of that.
        """
        seat = self._mail.sit(self._wire)
        if self._wire is None:
            seat.tell(self._lost or self._gone("lost"))
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
        wire = self._wire
        if not self._mail.leave(seat) or wire is None or seat.wire is not wire:
            return
        if not seat.begun or seat.done or self._closed or self._loop.is_closed():
            return
        frames = self.dialect.cancel(seat.context)
        if frames is None:
            self._drop(wire)
            self._spawn(self._redial(), "redial")
            return
        self._mail.cancelled(seat)
        self._spawn(self._forget(wire, tuple(frames)), "forget")

    async def aclose(self) -> None:
        """Close the websocket, for good."""
        self._closed = True
        wire, self._wire = self._wire, None
        try:
            for task in (*self._tasks, *([] if self._receiving is None else [self._receiving])):
                task.cancel()
                await asyncio.wait([task])
            self._mail.fail(self._gone("closed"))
            if wire is not None:
                with contextlib.suppress(Closed, TimeoutError):
                    async with asyncio.timeout(_SENDING):
                        for frame in self.dialect.goodbye():
                            await wire.send(frame)
                    await wire.aclose()
        finally:
            if wire is not None:
                wire.drop()

    async def _receive(self, wire: Wire) -> None:
        error: ProviderError | None = None
        reader = self.dialect.reader()
        try:
            while True:
                message = await self._next(wire)
                for event in self._mail.read(reader, message):
                    await self._mail.give(event)
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
            if not self._closed:  # else something is still to be sent
                wire.drop()
            if error is not None:
                self._lost = error
                self._mail.fail(error)

    async def _next(self, wire: Wire) -> Received:
        while True:
            try:
                async with asyncio.timeout_at(self._keep_at):
                    return await wire.receive()
            except TimeoutError:
                self._keep_at = self._loop.time() + self.dialect.keepalive_after
                for frame in self.dialect.keepalive(self._mail.open):
                    await wire.send(frame)

    def _meaning(self, closed: Closed) -> ProviderError:
        provider = self.dialect.provider
        if closed.reason:  # which may repeat what was to be spoken
            logger.debug("%s: closed", provider, extra={"pii.text": closed.reason})
        name = _NAME.match(closed.reason)
        told = f"{closed} ({name[0]})" if name else str(closed)
        own = self.dialect.closed(closed.code, closed.reason)
        return own or ProviderRejected(told, provider=provider, status=closed.code)

    def _gone(self, how: str) -> ProviderError:
        return ProviderError(f"the connection was {how}", provider=self.dialect.provider)

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
        with contextlib.suppress(ProviderError):
            await self.ready()


__all__ = ["VoiceLine"]
