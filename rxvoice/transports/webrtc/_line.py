"""The far end of a call, whichever connection leads to it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.aio import Scope
from rxvoice.aio._drain import start
from rxvoice.items import (
    Connected,
    ConnectionTimedOut,
    Disconnected,
    Fault,
    MessageReceived,
    Played,
)
from rxvoice.transports._contract import TransportError, Wire

from ._departure import Departure
from ._gallery import Gallery
from ._hearing import Hearing
from ._inbox import Inbox
from ._load import load
from ._mailbox import DataChannel, Mailbox
from ._playout import Playout
from ._settings import Settings
from ._signals import (
    PeerLeft,
    Ping,
    Renegotiate,
    TrackStatus,
    UnknownSignal,
    read_signal,
    write_signal,
)

if TYPE_CHECKING:
    from ._peer import Peer

logger = logging.getLogger(__name__)

GOODBYE: Final = 1.0
"""Seconds that the far end may take to take the last messages."""


class Line:
    """One far end, and the connection to it, which another one may replace.

    Args:
        settings: How connections are made.
        asked: Is called when the far end asks for a new offer.
        calls: Whether this side makes the offers.

    Attributes:
        name: Told in faults and logs.
        inbox: What has come.
        mailbox: Takes messages.
        playout: Takes audio.
        gallery: Shows pictures.
        failure: Why there never was a connection.
    """

    def __init__(self, settings: Settings, asked: Callable[[], None], *, calls: bool) -> None:
        self.name: str = settings.name
        self.inbox: Inbox = Inbox()
        self.mailbox: Mailbox = Mailbox(settings.name, self._hang_up)
        self.playout: Playout = Playout(settings.capacity, self._on_heard, self.tell)
        self.gallery: Gallery = Gallery(self._decode)
        self.failure: TransportError | None = None
        self._settings = settings
        self._asked = asked
        self._calls = calls
        self._loop = asyncio.get_running_loop()
        self._scope = Scope(self._loop, name=settings.name)
        self._hearing = Hearing(settings.rate, settings.audio_after)
        self._peer: Peer | None = None
        self._connected = False
        self._by_us = False
        self._limits: list[asyncio.TimerHandle] = []
        self._departure = Departure()
        self._closing: asyncio.Future[None] | None = None

    @property
    def peer(self) -> "Peer | None":
        """The connection there is."""
        return self._peer

    @property
    def connected(self) -> bool:
        """Whether the far end has been there, and is still."""
        return self._connected and not self.gone

    @property
    def gone(self) -> bool:
        """Whether nothing reaches the far end any more."""
        return self._departure.over

    @property
    def time(self) -> float:
        """The loop's time."""
        return self._loop.time()

    def when_gone(self, action: Callable[[], None]) -> None:
        """Call a function when nothing reaches the far end any more; at once if so it is."""
        self._departure.when(action)

    def begin(self, *, one_way: bool = False) -> "Peer":
        """Make a connection; it takes the place of the one there is once it is adopted.

        Args:
            one_way: Whether all its media go the way of the first, which is audio.
        """
        settings = self._settings
        peer: Peer = load().Peer(
            self,
            self._scope,
            self.playout.packet,
            servers=settings.ice_servers,
            one_way=one_way,
            video=settings.video,
            reserve=round(settings.reserve / 0.02),
            silence=settings.silence,
        )
        return peer

    def adopt(self, peer: "Peer") -> None:
        """Use a connection from now on, also after it was renegotiated."""
        before, self._peer = self._peer, peer
        self.playout.listen(peer.speaks)
        self.gallery.renew()
        if before is peer:
            return
        self._limit(self._settings.patience, lambda: self._expect(peer))
        if before is not None:
            before.mute()
            self.mailbox.leave()
            self._hearing.begin()
            self._scope.spawn(before.aclose, name=f"{self.name}: close")
        if peer.connected:
            self.on_connected(peer)

    async def discard(self, peer: "Peer") -> None:
        """Close a connection that is not needed."""
        await asyncio.shield(start(self._scope, peer.aclose, name=f"{self.name}: discard"))

    def tell(self, item: object) -> None:
        """Send what tells the far end of an item."""
        for message in self._settings.encode(item):
            self.mailbox.put(message)

    def spawn(self, work: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> None:
        """Start a task that ends with the line."""
        self._scope.spawn(work, name=f"{self.name}: {name}")

    async def aclose(self) -> None:
        """Close everything; idempotent."""
        self._leave("", by_us=True)
        await asyncio.shield(self._close())

    # What follows is told by connections.

    def on_connected(self, peer: "Peer") -> None:
        """Hear that a connection is there."""
        if peer is not self._peer or self.gone:
            return
        self.mailbox.connected()
        if not self._connected:
            self._connected = True
            self.inbox.put(Connected())
            if (limit := self._settings.time_limit) is not None:
                self._limit(limit, lambda: self.inbox.put(ConnectionTimedOut(limit)))

    def on_lost(self, peer: "Peer", reason: str) -> None:
        """Hear that a connection has ended."""
        if peer is self._peer and not self.gone:
            self._leave(reason, by_us=False)
            self._close()

    def on_tracks(self, peer: "Peer") -> None:
        """Hear that there may be tracks that were not there before."""
        if peer is self._peer:
            self.gallery.renew()

    def on_sound(self, peer: "Peer", samples: NDArray[np.int16], rate: int, pts: float) -> None:
        """Take audio."""
        if peer is self._peer:
            for frame in self._hearing.take(samples, rate, pts, self.time):
                self.inbox.put(frame)

    def on_picture(self, peer: "Peer", place: int, frame: Any) -> None:
        """Take a picture."""
        if peer is self._peer:
            self.gallery.see(place, frame, self._hearing.position)

    def on_channel(self, peer: "Peer", channel: DataChannel) -> None:
        """Hear that there is a channel for messages."""
        if peer is self._peer and not self.gone:
            self.mailbox.open(channel)

    def on_message(self, peer: "Peer", message: Wire) -> None:
        """Take a message."""
        if peer is not self._peer or self.gone:
            return
        try:
            signal = read_signal(message)
        except ValueError as error:
            self.inbox.put(Fault(self.name, str(error)))
            return
        match signal:
            case None:
                received = MessageReceived(message)
                self.inbox.put(received)
                self._hearing.read(received)
            case TrackStatus(index=0):
                self._hearing.switch(signal.enabled)
            case TrackStatus():
                self.gallery.switch(signal.index - 1, signal.enabled)
            case Renegotiate():
                self._asked()
            case PeerLeft():
                self._leave("the far end has left", by_us=False)
                self._close()
            case Ping() | UnknownSignal():
                pass

    def _hang_up(self, reason: str) -> None:
        logger.warning("%s, hanging up", reason, extra={"transport": self.name})
        self._leave(reason, by_us=True)
        self._close()

    def _expect(self, peer: "Peer") -> None:
        if peer is self._peer and not peer.connected:
            self.on_lost(peer, f"there was no connection within {self._settings.patience:g} s")

    def _leave(self, reason: str, *, by_us: bool) -> None:
        if self.gone:
            return
        if self._connected:
            self.inbox.close(Disconnected(reason=reason, by_us=by_us))
        else:
            self.failure = None if by_us else TransportError(reason or "the far end has left")
            self.inbox.close(None)
        self._by_us = by_us
        self.playout.close()
        self.gallery.close()
        for timer in self._limits:
            timer.cancel()
        self._departure.tell()

    def _close(self) -> "asyncio.Future[None]":
        if self._closing is None:

            async def work() -> None:
                if self._peer is not None:
                    await self._say_goodbye(self._peer)
                    await self._peer.aclose()
                self.mailbox.close()
                await self._scope.aclose()

            self._closing = start(self._scope, work, name=f"{self.name}: close")
        return self._closing

    async def _say_goodbye(self, peer: "Peer") -> None:
        """Tell the far end that this side leaves, and let it have all messages."""
        if self._by_us and self.mailbox.is_open:
            if not self._calls:
                self.mailbox.put(write_signal("peerLeft"))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE):
                    await peer.flushed()

    def _on_heard(self, pts: float) -> None:
        self.inbox.put(Played(pts))

    def _decode(self, place: int, wanted: bool) -> None:
        if self._peer is not None:
            self._peer.decode_pictures(place, wanted)

    def _limit(self, delay: float, action: Callable[[], None]) -> None:
        self._limits.append(self._loop.call_later(delay, action))


__all__ = ["Line"]
