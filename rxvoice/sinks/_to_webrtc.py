"""to_webrtc: what a peer hears."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING

from reactivex import Observable

from rxvoice.session import Session, Sink

if TYPE_CHECKING:
    from rxvoice.transports import Transport
    from rxvoice.transports.webrtc import IceServer


def to_webrtc(
    far_end: "str | Transport",
    /,
    *,
    headers: Mapping[str, str] | None = None,
    capacity: float = 60.0,
    ice_servers: "Sequence[IceServer]" = (),
    patience: float = 30.0,
) -> Sink[object]:
    """Talk to the other side of a peer connection.

    `AudioFrame` items leave in packets of 20 ms, each when it is due, and silence where there are
    none; `ClearAudio` drops what has not left. `rxvoice.items.SendMessage` sends a message, behind
    the audio unless it is urgent. What is sent before the connection is there waits. Other items
    are ignored.

    On completion what is left is played; then the connection is closed. The awaitable fails as the
    stream does, at once, and with `rxvoice.transports.TransportError` when there is no connection
    or the far end leaves before the end. Cancelling it ends the sound at once.

    To talk and to listen over one connection give the same transport to this and to
    `rxvoice.sources.from_webrtc`.

    Needs the extra ``webrtc``.

    Args:
        far_end: The url of a server that answers offers, ``http://`` or ``https://``; or a
            transport, such as `rxvoice.transports.webrtc.PeerConnections` makes for each client of
            a server.
        headers: Besides the usual ones; never logged.
        capacity: Seconds of audio that may wait; what is more is dropped and logged.
        ice_servers: That help to find a way.
        patience: Seconds that connecting may take.

    Returns:
        The sink.

    Raises:
        ValueError: When an argument makes no sense.
    """
    if not isinstance(far_end, str):
        return far_end.outgoing
    if not far_end.startswith(("http://", "https://")):
        raise ValueError("far_end must be a transport, or begin with http:// or https://")

    def sink(stream: Observable[object], session: Session) -> Awaitable[None]:
        from rxvoice.transports.webrtc import webrtc

        line = webrtc(
            far_end, headers=headers, capacity=capacity, ice_servers=ice_servers, patience=patience
        )
        return line.outgoing(stream, session)

    return sink


__all__ = ["to_webrtc"]
