"""All peer connections of a server."""

import asyncio
import logging
import secrets
from collections.abc import Callable

from rxvoice.errors import CapacityError

from ._requests import Offer, read_offer, read_patch
from ._transport import WebRtcTransport

logger = logging.getLogger(__name__)


class PeerConnections:
    """Answers what clients POST and PATCH to ``/api/offer``.

    An offer without ``pc_id``, or with one that is not known, makes a connection; with the id of
    one it renegotiates it, or, with ``restart_pc``, takes its place while the call goes on. The
    id is a secret of the client. Names are taken as ``pc_id`` and as ``pcId``.

    Args:
        arrived: Is called with each new transport, before its client has the answer; it starts
            what uses the transport. What it raises refuses the client, and is raised by `offer`.
        make: Makes a transport.
        limit: How many connections there may be.

    Raises:
        ValueError: When ``limit`` is not positive.
    """

    def __init__(
        self,
        arrived: Callable[[WebRtcTransport], object],
        *,
        make: Callable[[], WebRtcTransport] = WebRtcTransport,
        limit: int = 200,
    ) -> None:
        if limit < 1:
            raise ValueError(f"limit must be at least 1, got {limit}")
        self._arrived = arrived
        self._make = make
        self._limit = limit
        self._transports: dict[str, WebRtcTransport] = {}
        self._making = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._transports)

    def get(self, pc_id: str) -> WebRtcTransport | None:
        """Return the transport of an id; None when there is none."""
        return self._transports.get(pc_id)

    async def offer(self, body: object, *, context: object = None) -> dict[str, str]:
        """Answer a POST.

        Args:
            body: The JSON that came: ``sdp``, ``type``, and where there are any ``pc_id``,
                ``restart_pc`` and ``request_data``.
            context: Kept with a new transport as its ``context``.

        Returns:
            What to send back as JSON: ``sdp``, ``type`` and ``pc_id``.

        Raises:
            CapacityError: When there are enough connections, or the server is closing.
            TransportError: When aiortc is not installed.
            ValueError: When the offer cannot be read or used; it says why, in words for the client.
        """
        offer = read_offer(body)
        known = self._transports.get(offer.pc_id or "")
        if known is not None:
            sdp = await known.answer(offer.sdp, restart=bool(offer.restart_pc))
            return _told(sdp, known)
        if self._closed or len(self._transports) + self._making >= self._limit:
            raise CapacityError("no more connections are taken")
        self._making += 1
        try:
            return await self._begin(offer, context)
        finally:
            self._making -= 1

    def candidates(self, body: object) -> None:
        """Take a PATCH: more addresses at which a client may be reached.

        Args:
            body: The JSON that came: ``pc_id`` and ``candidates``, a list of objects with
                ``candidate``, ``sdp_mid`` and ``sdp_mline_index``.

        Raises:
            LookupError: When there is no such connection.
            ValueError: When it cannot be read; it says why, in words for the client.
        """
        patch = read_patch(body)
        usable = patch.usable()
        transport = self._transports.get(patch.pc_id)
        if transport is None:
            raise LookupError("there is no such connection")
        transport.add_candidates(usable)

    async def aclose(self) -> None:
        """Close all connections, and take none any more."""
        self._closed = True
        transports = [*self._transports.values()]
        await asyncio.gather(*(transport.aclose() for transport in transports))

    async def _begin(self, offer: Offer, context: object) -> dict[str, str]:
        transport = self._make()
        transport.id = secrets.token_urlsafe(16)
        transport.request_data = offer.request_data
        transport.context = context
        try:
            sdp = await transport.answer(offer.sdp)
            if self._closed:
                raise CapacityError("no more connections are taken")
            self._transports[transport.id] = transport
            transport.when_gone(lambda: self._forget(transport.id))
            self._arrived(transport)
        except BaseException:
            await transport.aclose()
            raise
        return _told(sdp, transport)

    def _forget(self, pc_id: str) -> None:
        self._transports.pop(pc_id, None)


def _told(sdp: str, transport: WebRtcTransport) -> dict[str, str]:
    return {"sdp": sdp, "type": "answer", "pc_id": transport.id}


__all__ = ["PeerConnections"]
