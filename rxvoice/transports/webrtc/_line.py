"""The far end of a call, whichever connection leads to it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from rxvoice.aio import Scope
from rxvoice.aio._drain import start
from rxvoice.aio._playout_queue import PlayoutQueue
from rxvoice.items import Connected, ConnectionTimedOut, Disconnected, Played
from rxvoice.transports._contract import TransportError
from rxvoice.transports._departure import Departure

from ._gallery import Gallery
from ._inbox import Inbox
from ._incoming import Incoming
from ._load import load
from ._mailbox import Mailbox
from ._playout import Playout
from ._settings import Settings
from ._signals import write_signal

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
        playing: What of that waits.
        gallery: Shows pictures.
        failure: Why there never was a connection.
    """

    def __init__(self, settings: Settings, asked: Callable[[], None], *, calls: bool) -> None:
        self.name: str = settings.name
        self.inbox: Inbox = Inbox(f"{settings.name}: read")
        self.mailbox: Mailbox = Mailbox(settings.name, self._hang_up)
        self.playout: Playout = Playout(settings.capacity, self._on_heard, self.tell)
        self.playing: PlayoutQueue = PlayoutQueue(f"{settings.name}: play", self.playout)
        self.gallery: Gallery = Gallery(self._decode)
        self.failure: TransportError | None = None
        self._settings = settings
        self._calls = calls
        self._incoming = Incoming(self, settings, asked)
        self._peer: Peer | None = None
        self._connected = False
        self._by_us = False
        self._patience: asyncio.TimerHandle | None = None
        self._limit: asyncio.TimerHandle | None = None
        self._replaced: set[asyncio.Future[None]] = set()
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
        return asyncio.get_running_loop().time()

    @cached_property
    def _scope(self) -> Scope:
        return Scope(name=self.name)

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
            self._incoming,
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
        self._stop(self._patience)
        self._patience = self._later(self._settings.patience, lambda: self._expect(peer))
        if before is not None:
            before.mute()
            self.mailbox.leave()
            self._incoming.begin()
            self._replace(before)
        if peer.connected:
            self.connected_by(peer)

    async def discard(self, peer: "Peer") -> None:
        """Close a connection that is not needed."""
        await asyncio.shield(self._replace(peer))

    def connected_by(self, peer: "Peer") -> None:
        """Note that a connection is there."""
        if peer is not self._peer or self.gone:
            return
        self._stop(self._patience)
        self.mailbox.connected()
        if not self._connected:
            self._connected = True
            self.inbox.put(Connected())
            if (limit := self._settings.time_limit) is not None:
                timed_out = ConnectionTimedOut(limit)
                self._limit = self._later(limit, lambda: self.inbox.put(timed_out))

    def lose(self, peer: "Peer | None", reason: str) -> None:
        """Note that a connection has ended, or that the far end ends it."""
        if peer is self._peer and not self.gone:
            self._leave(reason, by_us=False)
            self._close()

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

    def _hang_up(self, reason: str) -> None:
        logger.warning("hanging up", extra={"transport": self.name, "reason": reason})
        self._leave(reason, by_us=True)
        self._close()

    def _expect(self, peer: "Peer") -> None:
        if peer is self._peer and not peer.connected:
            self.lose(peer, f"there was no connection within {self._settings.patience:g} s")

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
        self._stop(self._patience)
        self._stop(self._limit)
        self._departure.tell()

    def _close(self) -> "asyncio.Future[None]":
        if self._closing is None:

            async def work() -> None:
                if self._peer is not None:
                    await self._say_goodbye(self._peer)
                    await self._peer.aclose()
                self.mailbox.close()
                if self._replaced:
                    await asyncio.wait(self._replaced)
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

    def _replace(self, peer: "Peer") -> "asyncio.Future[None]":
        """Close a connection, which the line waits for when it is closed itself."""
        closing = start(self._scope, peer.aclose, name=f"{self.name}: replaced")
        self._replaced.add(closing)
        closing.add_done_callback(self._replaced.discard)
        return closing

    def _later(self, delay: float, action: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(delay, action)

    def _stop(self, timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()


__all__ = ["Line"]
