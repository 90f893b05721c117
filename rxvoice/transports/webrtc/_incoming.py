"""What comes from the far end, by whichever connection."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import Fault, MessageReceived
from rxvoice.transports._contract import Wire

from ._gallery import Gallery
from ._hearing import Hearing
from ._inbox import Inbox
from ._mailbox import DataChannel, Mailbox
from ._settings import Settings
from ._signals import PeerLeft, Ping, Renegotiate, TrackStatus, UnknownSignal, read_signal

if TYPE_CHECKING:
    from ._peer import Peer


class Place(Protocol):
    """What `Incoming` needs of its line."""

    name: str
    inbox: Inbox
    mailbox: Mailbox
    gallery: Gallery

    @property
    def peer(self) -> "Peer | None": ...
    @property
    def gone(self) -> bool: ...
    @property
    def time(self) -> float: ...
    def connected_by(self, peer: "Peer") -> None: ...
    def lose(self, peer: "Peer | None", reason: str) -> None: ...


class Incoming:
    """Is told what happens on connections, and heeds the one that there is.

    Args:
        line: Where everything goes.
        settings: How it is heard.
        asked: Is called when the far end asks for a new offer.

    Attributes:
        name: Of the line.
    """

    def __init__(self, line: Place, settings: Settings, asked: Callable[[], None]) -> None:
        self.name: str = settings.name
        self._line = line
        self._asked = asked
        self._hearing = Hearing(settings.rate, settings.audio_after)

    def begin(self) -> None:
        """Listen to another connection."""
        self._hearing.begin()

    def on_connected(self, peer: "Peer") -> None:
        """Hear that a connection is there."""
        self._line.connected_by(peer)

    def on_lost(self, peer: "Peer", reason: str) -> None:
        """Hear that a connection has ended."""
        self._line.lose(peer, reason)

    def on_tracks(self, peer: "Peer") -> None:
        """Hear that there may be tracks that were not there before."""
        if self._heeds(peer):
            self._line.gallery.renew()

    def on_sound(self, peer: "Peer", samples: NDArray[np.int16], rate: int, pts: float) -> None:
        """Take audio."""
        if self._heeds(peer):
            for frame in self._hearing.take(samples, rate, pts, self._line.time):
                self._line.inbox.put(frame)

    def on_picture(self, peer: "Peer", place: int, frame: Any) -> None:
        """Take a picture."""
        if self._heeds(peer):
            self._line.gallery.see(place, frame, self._hearing.position)

    def on_channel(self, peer: "Peer", channel: DataChannel) -> None:
        """Hear that there is a channel for messages."""
        if self._heeds(peer):
            self._line.mailbox.open(channel)

    def on_message(self, peer: "Peer", message: Wire) -> None:
        """Take a message."""
        if not self._heeds(peer):
            return
        try:
            signal = read_signal(message)
        except ValueError as error:
            self._line.inbox.put(Fault(self.name, str(error)))
            return
        match signal:
            case None:
                received = MessageReceived(message)
                self._line.inbox.put(received)
                self._hearing.read(received)
            case TrackStatus(index=0):
                self._hearing.switch(signal.enabled)
            case TrackStatus():
                self._line.gallery.switch(signal.index - 1, signal.enabled)
            case Renegotiate():
                self._asked()
            case PeerLeft():
                self._line.lose(peer, "the far end has left")
            case Ping() | UnknownSignal():
                pass

    def _heeds(self, peer: "Peer") -> bool:
        return peer is self._line.peer and not self._line.gone


__all__ = ["Incoming", "Place"]
