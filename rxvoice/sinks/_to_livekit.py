"""to_livekit: what is played in a room."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from reactivex import Observable

from rxvoice.session import Session, Sink

if TYPE_CHECKING:
    from rxvoice.transports import Transport


def to_livekit(
    far_end: "str | Transport | None" = None, token: str | None = None, /, **options: Any
) -> Sink[object]:
    """Talk in a room of a LiveKit server.

    `AudioFrame` items are played on one track, which waits for somebody to subscribe to it;
    `ClearAudio` drops at once what was not played, here and in the SDK. `rxvoice.items.To` reaches
    other tracks, `rxvoice.items.SendMessage` and `rxvoice.DtmfOut` everybody or one of them. Other
    items are ignored.

    On completion what is left is played and sent; then the room is left. The awaitable fails as
    the stream does, at once, and with `rxvoice.transports.TransportError` when the room cannot be
    joined or nobody is there any more. Cancelling it ends the sound at once.

    To talk and to listen give the same transport to this and to `rxvoice.sources.from_livekit`.
    Then somebody who leaves is no failure, but an item there.

    Args:
        far_end: URL of the server, ``ws://`` or ``wss://``; ``LIVEKIT_URL`` unless given; or a
            transport.
        token: For the room; unless given, one is signed for the option ``room``.
        **options: As for `rxvoice.transports.livekit.livekit_room`.

    Returns:
        The sink.

    Raises:
        ValueError: When the URL or the token is missing, or an argument makes no sense.
        TransportError: When the extra ``livekit`` is not installed.
    """
    if far_end is not None and not isinstance(far_end, str):
        return far_end.outgoing
    from rxvoice.transports.livekit import livekit_room

    livekit_room(far_end, token, **options)  # which does nothing but to look at the arguments

    def sink(stream: Observable[object], session: Session) -> Awaitable[None]:
        return livekit_room(far_end, token, **options).outgoing(stream, session)

    return sink


__all__ = ["to_livekit"]
