"""A channel of which only so much is taken."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from rxvoice.transports import Channel, ChannelClosed, ServerChannel, Wire
from rxvoice.transports._closing import CLOSING
from rxvoice.transports._websockets import HEARTBEAT

from ._limits import Limits
from ._rates import ConnectionRates
from ._session_metrics import SessionMetrics


class GuardedChannel:
    """Closes a channel on which too much comes, with a code and a reason.

    Args:
        channel: What it guards.
        limits: How much may come.
        clock: Tells seconds that do not go back: the loop's.

    Attributes:
        counted: Is told of every message.
    """

    def __init__(self, channel: Channel, limits: Limits, clock: Callable[[], float]) -> None:
        self.counted: SessionMetrics | None = None
        self._channel = channel
        self._rates = ConnectionRates(limits)
        self._clock = clock

    async def receive(self) -> Wire:
        """Return the next message.

        Raises:
            ChannelClosed: When none comes any more, or too much came.
        """
        message = await self._channel.receive()
        size = _size(message)
        if self.counted is not None:
            self.counted.received(size)
        excess = self._rates.take(self._clock(), size)
        if excess is None:
            return message
        await self._channel.aclose(excess.close_code, excess.message)
        raise ChannelClosed(excess.close_code, excess.message)

    async def send(self, message: Wire, /) -> None:
        """Send a message.

        Raises:
            ChannelClosed: When it cannot be sent.
        """
        await self._channel.send(message)
        if self.counted is not None:
            self.counted.sent(_size(message))

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        """Close it."""
        await self._channel.aclose(code, reason)


async def upgraded(
    request: web.Request, limits: Limits
) -> tuple[web.WebSocketResponse, GuardedChannel]:
    """Accept a websocket; return what answers the request, and the channel of the call.

    Args:
        request: Of the client, which was let in.
        limits: How much may come.
    """
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT,
        timeout=CLOSING,
        max_msg_size=limits.max_message,
        compress=False,  # speech does not shrink, and each connection would hold 300 kB
    )
    await socket.prepare(request)
    clock = asyncio.get_running_loop().time
    return socket, GuardedChannel(ServerChannel(socket), limits, clock)


def _size(message: Wire) -> int:
    """Return how many bytes a message has."""
    if isinstance(message, bytes) or message.isascii():
        return len(message)
    return len(message.encode(errors="replace"))


__all__ = ["GuardedChannel", "upgraded"]
