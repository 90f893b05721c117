"""Going into a room, and out of it."""

import asyncio
import logging
from typing import Any, Final
from urllib.parse import urlsplit

from rxvoice.aio import default_scope
from rxvoice.transports._contract import TransportError

logger = logging.getLogger(__name__)

LARGEST: Final = 1_048_576
"""Bytes of a text stream; a longer one is refused."""

LEAVING: Final = 3.0
"""Seconds that leaving may take."""

_ATTEMPTS: Final = 4


async def join(rtc: Any, room: Any, url: str, token: str, patience: float) -> None:
    """Connect a room, without any of its tracks.

    The SDK cannot be told to stop connecting. Whoever does not wait for it any more may forget the
    room: it is left again as soon as it was joined, so that no ghost of this side stays there.

    Args:
        rtc: The SDK.
        room: Its room.
        url: Of the server.
        token: For the room.
        patience: Seconds that it may take.

    Raises:
        TransportError: When the room cannot be joined. It names the server and not what the SDK
            says, which may hold more than is fit for a log.
    """
    options = rtc.RoomOptions(
        auto_subscribe=False,
        connect_timeout=patience / _ATTEMPTS,
        data_stream=rtc.DataStreamOptions(max_payload_byte_length=LARGEST),
    )
    loop = asyncio.get_running_loop()
    joined: asyncio.Future[None] = loop.create_future()

    async def connect() -> None:
        try:
            await room.connect(url, token, options)
        except Exception as error:
            if not joined.done():
                why = f"the room at {_host(url)} could not be joined: {_why(error)}"
                joined.set_exception(TransportError(why))
        else:
            if joined.done():
                await leave(room)
            else:
                joined.set_result(None)

    default_scope(loop).spawn(connect, name="livekit: join")
    try:
        async with asyncio.timeout(patience):
            await joined
    except TimeoutError:
        why = f"the room at {_host(url)} could not be joined: it took longer than {patience:g} s"
        raise TransportError(why) from None


async def leave(room: Any) -> None:
    """Leave a room; idempotent, and it takes three seconds at most."""
    try:
        async with asyncio.timeout(LEAVING):
            await room.disconnect()
    except Exception as error:
        logger.warning("the room was not left in good form", extra={"error": type(error).__name__})


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _why(error: Exception) -> str:
    told = str(getattr(error, "message", "")).lower()
    reasons = {
        "401": "the server refuses the token",
        "403": "the server refuses the token",
        "404": "there is no LiveKit server",
        "refused": "nobody listens there",
        "lookup": "there is no such host",
        "timed out": "the server does not answer",
    }
    return next((why for word, why in reasons.items() if word in told), type(error).__name__)


__all__ = ["LARGEST", "join", "leave"]
