"""Who is told what happens on a connection."""

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rxvoice.transports._contract import Wire

from ._mailbox import DataChannel

if TYPE_CHECKING:
    from ._peer import Peer


class Owner(Protocol):
    """Is told what happens on a connection."""

    name: str

    def on_connected(self, peer: "Peer") -> None: ...
    def on_lost(self, peer: "Peer", reason: str) -> None: ...
    def on_tracks(self, peer: "Peer") -> None: ...
    def on_sound(self, peer: "Peer", samples: NDArray[np.int16], rate: int, pts: float) -> None: ...
    def on_picture(self, peer: "Peer", place: int, frame: Any) -> None: ...
    def on_channel(self, peer: "Peer", channel: DataChannel) -> None: ...
    def on_message(self, peer: "Peer", message: Wire) -> None: ...


__all__ = ["Owner"]
