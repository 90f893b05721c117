"""from_webrtc: what a peer says."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import reactivex as rx
from reactivex import Observable

from rxvoice.items import Event

if TYPE_CHECKING:
    from rxvoice.transports import Transport
    from rxvoice.transports.webrtc import IceServer


def from_webrtc(
    far_end: "str | Transport",
    /,
    *,
    headers: Mapping[str, str] | None = None,
    rate: int = 16_000,
    ice_servers: "Sequence[IceServer]" = (),
    patience: float = 30.0,
) -> Observable[Event]:
    """Listen to the other side of a peer connection.

    Each subscription connects, and unsubscribing closes the connection. First comes
    `rxvoice.items.Connected`, then `AudioFrame` items whose times count from the first sample,
    gaps included, and `rxvoice.items.MessageReceived`. When the far end has left, in whatever way,
    `rxvoice.items.Disconnected` is the last.

    To listen and to talk over one connection give the same transport to this and to
    `rxvoice.sinks.to_webrtc`; then that is closed when neither uses it any more, and the options
    are those of the transport.

    Needs the extra ``webrtc``.

    Args:
        far_end: The url of a server that answers offers, ``http://`` or ``https://``; or a
            transport, for one subscription, such as `rxvoice.transports.webrtc.PeerConnections`
            makes for each client of a server.
        headers: Besides the usual ones; never logged.
        rate: Samples a second that come out.
        ice_servers: That help to find a way.
        patience: Seconds that connecting may take.

    Returns:
        The stream. It completes when the far end has left, and fails with
        `rxvoice.transports.TransportError` when there never was a connection.

    Raises:
        ValueError: When an argument makes no sense.
    """
    if not isinstance(far_end, str):
        return far_end.incoming
    if not far_end.startswith(("http://", "https://")):
        raise ValueError("far_end must be a transport, or begin with http:// or https://")

    def connect() -> "Transport":
        from rxvoice.transports.webrtc import webrtc

        return webrtc(
            far_end, headers=headers, rate=rate, ice_servers=ice_servers, patience=patience
        )

    return rx.defer(lambda _: connect().incoming)


__all__ = ["from_webrtc"]
