"""What aiortc does not do by itself; needs it."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final, cast

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCIceServer, RTCPeerConnection

from ._ice import IceServer

_LOOK: Final = 1.0
"""Seconds between two looks at whether something comes."""

_POLL: Final = 0.01

_UNTAKEN: Final = ("_data_channel_queue", "_outbound_queue", "_sent_queue")
"""Where aiortc keeps messages that the far end has not taken."""


def open_connection(servers: Iterable[IceServer], *, one_way: bool) -> RTCPeerConnection:
    """Return a connection that uses these servers and no others.

    Args:
        servers: That help to find a way.
        one_way: Whether all media share one from the beginning. Without, aiortc loses the second
            medium with pictures; with, it loses everything when the way is not that of the medium
            that it was told of first.
    """
    wanted = [
        RTCIceServer(one.url, one.username or None, one.credential or None) for one in servers
    ]
    policy = RTCBundlePolicy.MAX_BUNDLE if one_way else RTCBundlePolicy.BALANCED
    return RTCPeerConnection(RTCConfiguration(wanted, bundlePolicy=policy))


async def quiet(connection: RTCPeerConnection, patience: float) -> bool:
    """Wait until nothing comes any more, of which a network may tell half a minute later.

    Args:
        connection: One that is connected.
        patience: Seconds without a packet.

    Returns:
        True; at once False for a connection without sound and pictures, on which nothing has to
        come.
    """
    came, passed = -1, 0.0
    while passed < patience:
        await asyncio.sleep(_LOOK)
        report = cast("dict[str, Any]", await connection.getStats())
        counts = [one.packetsReceived for one in report.values() if one.type == "transport"]
        if not counts:
            return False
        total: int = sum(counts)
        passed = passed + _LOOK if total == came else 0.0
        came = total
    return True


async def taken(connection: RTCPeerConnection) -> None:
    """Wait until the far end has taken all messages; aiortc tells of none."""
    sctp: Any = connection.sctp
    while sctp is not None:
        if not any(getattr(sctp, one, None) for one in _UNTAKEN):
            return
        await asyncio.sleep(_POLL)


__all__ = ["open_connection", "quiet", "taken"]
