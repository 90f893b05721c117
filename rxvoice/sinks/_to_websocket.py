"""to_websocket: what a server hears."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from reactivex import Observable

from rxvoice.session import Session, Sink

if TYPE_CHECKING:
    from rxvoice.transports import Codec, Transport


def to_websocket(
    far_end: "str | Transport",
    /,
    *,
    codec: "Callable[[], Codec] | None" = None,
    headers: Mapping[str, str] | None = None,
    subprotocols: Sequence[str] = (),
    packet: float = 0.02,
    capacity: float = 60.0,
    patience: float = 10.0,
) -> Sink[object]:
    """Talk to the other side of a websocket.

    `AudioFrame` items leave in packets by deadlines, at the speed of playback, so that an
    interruption has something to cancel: `ClearAudio` drops what has not left, and tells the
    server to drop what it holds. `rxvoice.items.SendMessage` sends a message, behind the audio
    unless it is urgent. What is sent before the connection is there waits. Other items are
    ignored, unless the codec knows them.

    On completion what is left is sent; then the connection is closed. The awaitable fails as the
    stream does, at once, and with `rxvoice.transports.TransportError` when there is no connection
    or the server leaves before the end. Cancelling it ends the sound at once.

    To talk and to listen over one connection give the same transport to this and to
    `rxvoice.sources.from_websocket`: that is closed when neither uses it any more, the options are
    those of the transport, and a server that leaves is no failure, but an item there.

    Args:
        far_end: The url of a server, ``ws://`` or ``wss://``; or a transport, of either side of a
            websocket and of anything else.
        codec: Makes what turns items into messages; `rxvoice.transports.PcmCodec`, which is bare
            samples at 16 kHz, unless given.
        headers: Besides the usual ones; never logged.
        subprotocols: What is offered.
        packet: Seconds of audio that leave at once.
        capacity: Seconds of audio that may wait; what is more is dropped and logged.
        patience: Seconds that connecting may take.

    Returns:
        The sink.

    Raises:
        ValueError: When an argument makes no sense.
    """
    if not isinstance(far_end, str):
        return far_end.outgoing

    def connect() -> "Transport":
        from rxvoice.transports import websocket

        return websocket(
            far_end,
            codec=None if codec is None else codec(),
            headers=headers,
            subprotocols=subprotocols,
            packet=packet,
            capacity=capacity,
            patience=patience,
        )

    connect()  # which does nothing but to look at the arguments

    def sink(stream: Observable[object], session: Session) -> Awaitable[None]:
        return connect().outgoing(stream, session)

    return sink


__all__ = ["to_websocket"]
