"""Offers and answers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from rxvoice.transports._contract import TransportError

from ._line import Line
from ._sdp import Description, read_description

if TYPE_CHECKING:
    from ._peer import Peer

Signalling: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Brings the far end an offer, and returns its answer."""


class Negotiation:
    """Agrees with the far end about connections, one at a time.

    Args:
        line: Which they lead to.
        signal: Brings an offer to the far end; None for the side that answers.

    Attributes:
        id: By which the far end knows the connection.
    """

    def __init__(self, line: Line, signal: Signalling | None) -> None:
        self.id: str = ""
        self._line = line
        self._signal = signal
        self._lock = asyncio.Lock()

    @property
    def calls(self) -> bool:
        """Whether this side makes the offers."""
        return self._signal is not None

    @property
    def busy(self) -> bool:
        """Whether an offer is under way."""
        return self._lock.locked()

    async def begin(self) -> None:
        """Connect for the first time, unless somebody just did.

        Raises:
            TransportError: When there was no answer, or there is no offer to answer.
        """
        if self._signal is None:
            raise TransportError(f"{self._line.name} has not answered an offer")
        await self.call(first=True)

    async def answer(self, sdp: str, *, restart: bool) -> str:
        """Answer an offer; see `rxvoice.transports.webrtc.WebRtcTransport.answer`."""
        offer = read_description(sdp, "offer")
        async with self._lock:
            return await self._answer(offer, restart=restart)

    async def call(self, *, first: bool = False) -> None:
        """Make an offer, and take the answer.

        Args:
            first: Whether to do so only when there is no connection.

        Raises:
            TransportError: When there was no answer, or it is of no use.
        """
        line = self._line
        async with self._lock:
            if line.gone:
                raise TransportError(f"{line.name} is closed")
            if line.peer is None:
                peer = line.begin()
                try:
                    await self._ask(peer)
                except BaseException:
                    await line.discard(peer)
                    raise
                line.adopt(peer)
            elif not first:
                await self._ask(line.peer)
                line.adopt(line.peer)

    async def _ask(self, peer: "Peer") -> None:
        if self._signal is None:
            return
        offer = {"sdp": await peer.offer(), "type": "offer", "pc_id": self.id or None}
        told = await self._signal({**offer, "restart_pc": False})
        sdp, pc_id = told.get("sdp"), told.get("pc_id")
        if not isinstance(sdp, str):
            raise TransportError("the far end did not answer the offer")
        self.id = str(pc_id or "")
        try:
            await peer.accept(sdp)
        except ValueError as error:
            raise TransportError(f"the far end's answer is of no use: {error}") from error

    async def _answer(self, offer: Description, *, restart: bool) -> str:
        line = self._line
        if line.gone:
            raise TransportError(f"{line.name} is closed")
        peer = line.peer
        if peer is not None and peer.description is not None and not restart:
            offer.check_follows(peer.description)
            answer = await peer.answer(offer)
            line.adopt(peer)
            return answer
        peer = line.begin(one_way=offer.begins_with_sound)
        try:
            answer = await peer.answer(offer)
        except BaseException:
            await line.discard(peer)
            raise
        if line.gone:
            await line.discard(peer)
            raise TransportError(f"{line.name} is closed")
        line.adopt(peer)
        return answer


__all__ = ["Negotiation", "Signalling"]
