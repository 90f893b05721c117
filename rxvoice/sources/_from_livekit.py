"""from_livekit: what is said in a room."""

from typing import TYPE_CHECKING, Any

import reactivex as rx
from reactivex import Observable

from rxvoice.items import Event

if TYPE_CHECKING:
    from rxvoice.transports import Transport


def from_livekit(
    far_end: "str | Transport | None" = None, token: str | None = None, /, **options: Any
) -> Observable[Event]:
    """Listen to a participant in a room of a LiveKit server.

    Each subscription joins the room, and unsubscribing leaves it. `rxvoice.items.Connected` and
    `rxvoice.items.Disconnected` tell who comes and leaves; `AudioFrame` items are what one of them
    says, with times that count from the first; messages and keys are of all.

    To listen and to talk give the same transport to this and to `rxvoice.sinks.to_livekit`: a room
    has each identity only once.

    Args:
        far_end: URL of the server, ``ws://`` or ``wss://``; ``LIVEKIT_URL`` unless given; or a
            transport, for one subscription.
        token: For the room; unless given, one is signed for the option ``room``.
        **options: As for `rxvoice.transports.livekit.livekit_room`.

    Returns:
        The stream. It completes when who is heard has left or the room has ended, and fails with
        `rxvoice.transports.TransportError` when the room cannot be joined.

    Raises:
        ValueError: When the URL or the token is missing, or an argument makes no sense.
        TransportError: When the extra ``livekit`` is not installed.
    """
    if far_end is not None and not isinstance(far_end, str):
        return far_end.incoming
    from rxvoice.transports.livekit import livekit_room

    livekit_room(far_end, token, **options)  # which does nothing but to look at the arguments
    return rx.defer(lambda _: livekit_room(far_end, token, **options).incoming)


__all__ = ["from_livekit"]
