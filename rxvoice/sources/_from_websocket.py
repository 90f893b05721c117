"""from_websocket: what a server says."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import reactivex as rx
from reactivex import Observable

from rxvoice.items import Event

if TYPE_CHECKING:
    from rxvoice.transports import Codec, Transport


def from_websocket(
    far_end: "str | Transport",
    /,
    *,
    codec: "Callable[[], Codec] | None" = None,
    headers: Mapping[str, str] | None = None,
    subprotocols: Sequence[str] = (),
    patience: float = 10.0,
    audio: bool = True,
) -> Observable[Event]:
    """Listen to the other side of a websocket.

    Each subscription connects, and unsubscribing closes the connection. First comes
    `rxvoice.items.Connected`, then what the codec makes of the messages: `AudioFrame` items whose
    times count the samples from 0, `rxvoice.items.MessageReceived`, `Fault` for what cannot be
    read. When the server has left, in whatever way, `rxvoice.items.Disconnected` is the last.

    To listen and to talk over one connection give the same transport to this and to
    `rxvoice.sinks.to_websocket`; then that is closed when neither uses it any more, and the
    options are those of the transport.

    Args:
        far_end: The url of a server, ``ws://`` or ``wss://``; or a transport, for one
            subscription, of either side of a websocket and of anything else.
        codec: Makes what tells the meaning of messages; `rxvoice.transports.PcmCodec`, which is
            bare samples at 16 kHz, unless given.
        headers: Besides the usual ones; never logged.
        subprotocols: What is offered.
        patience: Seconds that connecting may take.
        audio: Whether audio is passed on.

    Returns:
        The stream. It completes when the server has left, and fails with
        `rxvoice.transports.TransportError` when there never was a connection.

    Raises:
        ValueError: When an argument makes no sense.
    """
    if not isinstance(far_end, str):
        return far_end.incoming

    def connect() -> "Transport":
        from rxvoice.transports import websocket

        return websocket(
            far_end,
            codec=None if codec is None else codec(),
            headers=headers,
            subprotocols=subprotocols,
            patience=patience,
            audio=audio,
        )

    connect()  # which does nothing but to look at the arguments
    return rx.defer(lambda _: connect().incoming)


__all__ = ["from_websocket"]
