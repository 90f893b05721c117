"""Websockets of this machine as channels: of clients and of aiohttp's server."""

import contextlib
import logging
from collections.abc import Generator, Mapping, Sequence
from typing import Final

from aiohttp import WSMsgType, web
from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from ._contract import ChannelClosed, TransportError, Wire

LARGEST: Final = 1_048_576
"""Bytes of a message; a larger one ends the connection with code 1009."""

HEARTBEAT: Final = 20.0
"""Seconds between two pings, and until one must be answered."""

_CLOSING: Final = 1.0
_QUIET: Final = logging.getLogger(f"{__name__}.quiet")
_QUIET.setLevel(logging.INFO)  # below, websockets tells messages: speech


class WebsocketChannel:
    """An open websocket of the package ``websockets``, on either side."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def receive(self) -> Wire:
        """Return the next message.

        Raises:
            ChannelClosed: When none comes any more.
        """
        with _translated():
            return await self._connection.recv()

    async def send(self, message: Wire, /) -> None:
        """Send a message.

        Raises:
            ChannelClosed: When it cannot be sent.
        """
        with _translated():
            await self._connection.send(message)

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        """Close it."""
        await self._connection.close(code, reason)


async def dial(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    subprotocols: Sequence[str] = (),
    patience: float = 10.0,
) -> WebsocketChannel:
    """Open a websocket to a server.

    Args:
        url: ``ws://`` or ``wss://``.
        headers: Besides the usual ones; never logged.
        subprotocols: What is offered.
        patience: Seconds that it may take.

    Raises:
        TransportError: When it cannot be opened. It names the server's host, not the whole url,
            which may hold a token.
    """
    try:
        connection = await connect(
            url,
            additional_headers=dict(headers or {}),
            subprotocols=[Subprotocol(one) for one in subprotocols] or None,
            open_timeout=patience,
            close_timeout=_CLOSING,
            ping_interval=HEARTBEAT,
            ping_timeout=HEARTBEAT,
            compression=None,
            max_size=LARGEST,
            logger=_QUIET,
        )
    except TimeoutError as error:
        raise TransportError(f"there was no connection within {patience:g} s") from error
    except (WebSocketException, OSError) as error:
        raise TransportError(f"the connection failed: {_told(error)}") from None
    return WebsocketChannel(connection)


class ServerChannel:
    """An open websocket of aiohttp's server."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def receive(self) -> Wire:
        """Return the next message.

        Raises:
            ChannelClosed: When none comes any more.
        """
        message = await self._socket.receive()
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            return message.data
        raise ChannelClosed(self._socket.close_code or 1006, str(message.extra or ""))

    async def send(self, message: Wire, /) -> None:
        """Send a message.

        Raises:
            ChannelClosed: When it cannot be sent.
        """
        try:
            if isinstance(message, str):
                await self._socket.send_str(message)
            else:
                await self._socket.send_bytes(message)
        except (ConnectionError, RuntimeError) as error:
            raise ChannelClosed(self._socket.close_code or 1006) from error

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        """Close it."""
        await self._socket.close(code=code, message=reason.encode()[:123])


@contextlib.contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except ConnectionClosed as error:
        close = error.rcvd or error.sent
        raise ChannelClosed(close.code if close else 1006, close.reason if close else "") from error


def _told(error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return type(error).__name__ if status is None else f"the server answered with status {status}"


__all__ = ["HEARTBEAT", "LARGEST", "ServerChannel", "WebsocketChannel", "dial"]
