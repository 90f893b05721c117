"""A far end behind a socket."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from typing import Final, cast

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable
from reactivex.subject import Subject

from rxvoice.aio import from_async
from rxvoice.clock import loop_scheduler
from rxvoice.items import (
    Connected,
    ConnectionTimedOut,
    Disconnected,
    Event,
    Fault,
    Played,
)
from rxvoice.session import Session
from rxvoice.telephony import ToLine

from ._contract import Channel, ChannelClosed, Codec, TransportError, Wire
from ._outbox import Outbox, Overfull
from ._sending import Sending

logger = logging.getLogger(__name__)

UNREADABLE: Final = 20
"""Messages that may be unreadable before the far end is sent away, …"""

FORGIVEN: Final = 0.1
"""… and how many more for each message that was readable."""


class SocketTransport:
    """A far end that sends and takes messages: the transport of websockets of all kinds.

    Args:
        open_channel: Connects, or returns the channel that is there.
        codec: Of the far end; it belongs to this transport alone.
        packet: Seconds of audio that leave at once.
        capacity: Seconds of audio that may wait to be played; what is more is dropped and logged.
        time_limit: Seconds after which `rxvoice.items.ConnectionTimedOut` is told; never unless
            given. The connection stays.
        name: Told in faults and logs.
        reports: Whether the codec tells by `Played` what was heard; otherwise the pace does.

    Attributes:
        name: As given.
    """

    def __init__(
        self,
        open_channel: Callable[[], Awaitable[Channel]],
        codec: Codec,
        *,
        packet: float = 0.02,
        capacity: float = 60.0,
        time_limit: float | None = None,
        name: str = "socket",
        reports: bool = False,
    ) -> None:
        if not 0.005 <= packet <= 1.0:
            raise ValueError(f"packet must be in 0.005…1 s, got {packet}")
        if not packet <= capacity <= 3600.0:
            raise ValueError(f"capacity must be from one packet to 3600 s, got {capacity}")
        if time_limit is not None and time_limit <= 0.0:
            raise ValueError(f"time_limit must be positive, got {time_limit}")
        self.name = name
        self._open_channel = open_channel
        self._codec = codec
        self._packet = packet
        self._capacity = capacity
        self._time_limit = time_limit
        self._reports = reports
        self._opening = asyncio.Lock()
        self._channel: Channel | None = None
        self._users = 0
        self._reading = False
        self._told: Subject[Event] = Subject()
        self._outbox = Outbox()
        self._ready = asyncio.Event()
        self._gone = asyncio.Event()
        self._on_gone: list[Callable[[], None]] = []
        self._unreadable = 0.0
        self._by_us = False
        self._enough: asyncio.Timeout | None = None

    @property
    def incoming(self) -> Observable[Event]:
        """What comes from the far end, for one subscription; see `Transport`."""
        read = from_async(self._read, name=f"{self.name}: read")

        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            if self._reading:
                observer.on_error(TransportError(f"{self.name} has a listener already"))
                return Disposable()
            self._reading = True
            limit = CompositeDisposable()

            def on_next(item: Event) -> None:
                if isinstance(item, Connected) and self._time_limit is not None:
                    timed_out = ConnectionTimedOut(self._time_limit)
                    limit.add(
                        clock.call_later(self._time_limit, lambda: observer.on_next(timed_out))
                    )
                observer.on_next(item)

            return CompositeDisposable(
                limit,
                self._told.subscribe(observer.on_next, scheduler=clock),
                read.subscribe(on_next, observer.on_error, observer.on_completed, scheduler=clock),
            )

        return Observable(subscribe)

    def outgoing(self, stream: Observable[object], session: Session) -> Awaitable[None]:
        """Play and send: a `rxvoice.Sink`; see `Transport`."""
        return Sending(self, session, self._packet, self._capacity).start(stream)

    # What follows is for `Sending`, the other half.

    @property
    def ready(self) -> asyncio.Event:
        """Set once the far end can be told something, or never will."""
        return self._ready

    @property
    def gone(self) -> bool:
        """Whether nothing reaches the far end any more."""
        return self._gone.is_set()

    def when_gone(self, action: Callable[[], None]) -> None:
        """Call a function when nothing reaches the far end any more; at once if so it is."""
        if self.gone:
            action()
        else:
            self._on_gone.append(action)

    @property
    def listened_to(self) -> bool:
        """Whether somebody reads what comes."""
        return self._reading

    @property
    def heard(self) -> Callable[[float], None] | None:
        """What is told how far the far end has heard the bot; None when it tells so itself."""
        return None if self._reports else self._tell_played

    @contextlib.asynccontextmanager
    async def used(self) -> AsyncGenerator[Channel]:
        """Hold the channel, opened when nobody did before, closed when nobody does any more.

        Raises:
            TransportError: When it cannot be opened.
        """
        self._users += 1
        try:
            async with self._opening:
                if self._channel is None:
                    try:
                        self._channel = await self._open_channel()
                    except Exception:
                        self._leave()
                        raise
            yield self._channel
        finally:
            self._users -= 1
            if not self._users and self._channel is not None:
                self._outbox.close()
                self._by_us = True
                await self._channel.aclose()

    async def write(self, channel: Channel) -> None:
        """Send what is put into the outbox, until the far end takes nothing any more."""
        try:
            async with asyncio.timeout(None) as self._enough:
                await self._outbox.run(channel.send)
        except ChannelClosed:
            self._leave()  # it has left; whoever reads hears of it
        except TimeoutError:
            self._by_us = True
            await channel.aclose(1008, "too slow")

    def put(self, item: object, *, sound: bool = False) -> None:
        """Send what tells the far end of an item."""
        if not self.gone:
            self.put_wire(self._codec.encode(item), sound=sound)

    def put_wire(self, messages: Iterable[Wire], *, sound: bool = False) -> None:
        """Send messages as they are."""
        try:
            self._outbox.put(messages, sound=sound)
        except Overfull:
            logger.warning("the far end takes nothing, hanging up", extra={"transport": self.name})
            self._leave()
            if self._enough is not None:
                self._enough.reschedule(asyncio.get_running_loop().time())

    def clear_sound(self) -> None:
        """Forget audio that the channel did not take yet."""
        self._outbox.clear_sound()

    async def finish(self, channel: Channel, patience: float) -> None:
        """Say goodbye and wait until the far end has taken it.

        Args:
            channel: To it.
            patience: Seconds that it may take to leave, where it is asked to.
        """
        goodbyes = [*self._codec.flush()]
        asked = [*self._codec.goodbye()]
        self.put_wire([*goodbyes, *asked])
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._outbox.emptied()
                if asked:
                    await self._until_gone(channel)

    async def discard(self) -> None:
        """Read what nobody wants, so that the far end is noticed to leave."""
        async for _ in self._read():
            pass

    async def _until_gone(self, channel: Channel) -> None:
        if self._reading:
            await self._gone.wait()
            return
        with contextlib.suppress(ChannelClosed):
            while True:
                self._decode(await channel.receive())

    async def _read(self) -> AsyncIterator[Event]:
        self._reading = True
        try:
            async with self.used() as channel:
                was_ready = False
                while True:
                    if not was_ready and self._codec.ready:
                        was_ready = True
                        self._ready.set()
                        yield Connected()
                    try:
                        message = await channel.receive()
                    except ChannelClosed as closed:
                        self._leave()
                        if was_ready:
                            yield Disconnected(reason=closed.reason, by_us=self._by_us)
                        return
                    for item in self._decode(message):
                        yield item
                    if was_ready and not self._codec.ready:
                        self._leave()
                        yield Disconnected(reason="completed")
                        return
                    if self._unreadable > UNREADABLE:
                        self._by_us = True
                        await channel.aclose(1008, "too many unreadable messages")
        finally:
            self._reading = False

    def _decode(self, message: Wire) -> list[Event]:
        """Return the items that a message holds, and answer it where its sender is owed that."""
        try:
            found = self._codec.decode(message)
        except ValueError as error:
            self._unreadable += 1
            return [Fault(self.name, str(error))]
        self._unreadable = max(self._unreadable - FORGIVEN, 0.0)
        items: list[Event] = []
        for item in found:
            if isinstance(item, ToLine):
                self.put_wire([item.message])
            else:
                items.append(cast("Event", item))
        return items

    def _tell_played(self, pts: float) -> None:
        asyncio.get_running_loop().call_soon(self._told.on_next, Played(pts))

    def _leave(self) -> None:
        self._gone.set()
        self._ready.set()
        self._outbox.close()
        actions, self._on_gone = self._on_gone, []
        for action in actions:
            action()


__all__ = ["SocketTransport"]
