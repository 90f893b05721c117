"""The connection of a socket transport, which both of its halves use."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final, cast

from rxvoice.aio import Scope
from rxvoice.items import Connected, Disconnected, Event, Fault
from rxvoice.telephony import ToLine

from ._contract import Channel, ChannelClosed, Codec, TransportError, Wire
from ._intake import Intake
from ._way_out import WayOut

logger = logging.getLogger(__name__)

LINGER: Final = 1.0
"""Seconds that what comes may still be read when nothing can be sent any more."""


class Link:
    """Opens, reads, writes and closes.

    Args:
        open_channel: Connects, or returns the channel that is there.
        codec: Of the far end.
        name: Told in faults and logs.
        tell: Is given what comes.

    Attributes:
        name: As given.
        ready: Set once the far end can be told something, or never will.
        out: The way to it.
        over: Set once nothing comes any more.
        connected: Whether the far end is there.
        farewell: Close code and reason when this side ends it.
        senders: How many are sending.
    """

    def __init__(
        self,
        open_channel: Callable[[], Awaitable[Channel]],
        codec: Codec,
        name: str,
        tell: Callable[[Event], None],
    ) -> None:
        self.name = name
        self.ready: asyncio.Event = asyncio.Event()
        self.out: WayOut = WayOut(codec, name, tell, self._too_slow)
        self.over: asyncio.Event = asyncio.Event()
        self.connected: bool = False
        self.farewell: tuple[int, str] = (1000, "")
        self.senders: int = 0
        self._open_channel = open_channel
        self._codec = codec
        self._tell = tell
        self._opening = asyncio.Lock()
        self._refused: TransportError | None = None
        self._channel: Channel | None = None
        self._scope: Scope | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._closing: asyncio.Task[None] | None = None
        self._users = 0
        self._intake = Intake(name)
        self._by_us = False

    @contextlib.asynccontextmanager
    async def used(self, scope: Scope) -> AsyncGenerator[None]:
        """Hold the connection, opened when nobody did before, closed when nobody does any more.

        Args:
            scope: Owner of the tasks that read and write.

        Raises:
            TransportError: When it cannot be opened.
        """
        self._users += 1
        try:
            async with self._opening:
                if self._refused is not None:
                    raise TransportError(str(self._refused)) from self._refused
                if self._channel is None:
                    self._channel = await self._open()
                    self._scope = scope
                    self._start(scope, self._channel)
            yield
        finally:
            self._users -= 1
            if not self._users and self._channel is not None and self._scope is not None:
                for task in self._tasks:
                    self._scope.end(task)
                self._leave()
                self.over.set()
                if self._closing is None:
                    await self._channel.aclose(*self.farewell)
                else:
                    await asyncio.wait({self._closing})

    async def say_goodbye(self, reason: str, patience: float) -> None:
        """Ask the far end to leave where it wants to be asked, and wait until all was sent.

        Args:
            reason: In the words of `Codec.goodbye`.
            patience: Seconds that all may take.
        """
        asked = self.out.ask_to_leave(reason)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self.out.emptied()
                if asked:
                    await self.over.wait()

    def send_away(self, code: int, reason: str, fault: str) -> None:
        """End the connection for a fault of the far end.

        Args:
            code: Close code, told to the far end.
            reason: Likewise.
            fault: What it did wrong, for this side.
        """
        if self.out.gone.over or self._channel is None or self._scope is None:
            return
        logger.warning("the far end is sent away: %s", fault, extra={"transport": self.name})
        self._by_us = True
        self.farewell = (code, reason)
        self.out.tell_later(Fault(self.name, fault))
        self._leave()
        self._part(self._channel, self._scope)

    def _too_slow(self) -> None:
        self.send_away(1008, "too slow", "it takes what is sent too slowly")

    async def _open(self) -> Channel:
        try:
            return await self._open_channel()
        except Exception as error:
            refused = error if isinstance(error, TransportError) else None
            self._refused = refused or TransportError(f"{self.name}: there is no connection")
            self._leave()
            if refused is not None:
                raise
            raise self._refused from error

    def _start(self, scope: Scope, channel: Channel) -> None:
        self._tasks = [
            scope.spawn(lambda: self._read(channel), name=f"{self.name}: read"),
            scope.spawn(lambda: self._write(channel, scope), name=f"{self.name}: write"),
        ]

    async def _read(self, channel: Channel) -> None:
        self._look()
        closed: ChannelClosed | None = None
        ended = False
        while closed is None:
            try:
                message = await self._intake.next(channel)
            except ChannelClosed as error:
                closed = error
            except Exception as error:
                logger.error("reading failed: %s", type(error).__name__, exc_info=error)
                closed = ChannelClosed()
            else:
                if not self._by_us:
                    self._understand(message)
                if self.out.waits:
                    await asyncio.sleep(0)  # answers leave before more is read, which may be wrong
                if self.connected and not self._codec.ready:
                    closed, ended = ChannelClosed(1000, "completed"), True
                    await self._last_words()
        self._leave()
        if closed.fault:
            self._by_us = True
            self._tell(Fault(self.name, closed.fault))
        if self.connected:
            self.connected = False
            reason = self.farewell[1] if self._by_us else closed.reason
            self._tell(Disconnected(reason=reason or closed.reason, by_us=self._by_us))
        self.over.set()
        if ended and self._scope is not None and self._closing is None:
            self._part(channel, self._scope)

    async def _last_words(self) -> None:
        """Let a far end that says the conversation is over have the answer to that."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                await self.out.emptied()

    def _understand(self, message: Wire) -> None:
        """Pass on what a message holds, and answer it where its sender is owed that."""
        try:
            items = self._intake.decode(self._codec, message)
        except OverflowError as error:
            self.send_away(1009, "too long", str(error))
            return
        self._look()
        for item in items:
            if isinstance(item, ToLine):
                self.out.put_wire([item.message])
            else:
                self._tell(cast("Event", item))
        if self._intake.hopeless:
            self.send_away(1008, "unreadable messages", "it sent too many unreadable messages")

    async def _write(self, channel: Channel, scope: Scope) -> None:
        try:
            await self.out.run(channel.send, scope.queues)
        except Exception as error:  # it has left: who listens is told so, in its turn
            if not isinstance(error, ChannelClosed):
                logger.error("sending failed: %s", type(error).__name__, exc_info=error)
            self._leave()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LINGER):
                    await self.over.wait()
            if not self.over.is_set():
                await channel.aclose()

    def _part(self, channel: Channel, scope: Scope) -> None:
        """Close the connection while it is still used."""
        with contextlib.suppress(RuntimeError):  # the session is being closed, and so is this
            self._closing = scope.spawn(
                lambda: channel.aclose(*self.farewell), name=f"{self.name}: part"
            )

    def _look(self) -> None:
        """Tell that the far end is there, once it is."""
        if not self.connected and not self.out.gone.over and self._codec.ready:
            self.connected = True
            self.ready.set()
            self._tell(Connected())

    def _leave(self) -> None:
        self.ready.set()
        self.out.leave()


__all__ = ["Link"]
