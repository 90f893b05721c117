"""Websockets of the package ``websockets`` as channels."""

import asyncio
import contextlib
import logging
from collections.abc import Generator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from ._closing import CLOSING, FAULTS, keep_little_unsent, reason_bytes
from ._contract import ChannelClosed, TransportError, Wire
from ._intake import LARGEST

HEARTBEAT: Final = 20.0
"""Seconds between two pings, and until one must be answered."""

QUIET: Final = logging.getLogger(f"{__name__}.quiet")
"""What websockets logs to: without this it tells messages, which are speech."""

QUIET.setLevel(logging.CRITICAL)


class WebsocketChannel:
    """An open websocket of the package ``websockets``, on either side."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        keep_little_unsent(connection.transport.get_extra_info("socket"))

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
        """Close it, within a second."""
        try:
            async with asyncio.timeout(CLOSING):
                await self._connection.close(code, reason_bytes(reason).decode())
        except TimeoutError:
            self._connection.transport.abort()
            await self._connection.wait_closed()
        except BaseException:
            self._connection.transport.abort()
            raise


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
    host = urlsplit(url).hostname or "the server"
    try:
        connection = await connect(
            url,
            additional_headers=dict(headers or {}),
            subprotocols=[Subprotocol(one) for one in subprotocols] or None,
            open_timeout=patience,
            close_timeout=CLOSING,
            ping_interval=HEARTBEAT,
            ping_timeout=HEARTBEAT,
            compression=None,
            max_size=LARGEST,
            logger=QUIET,
        )
    except TimeoutError:
        raise TransportError(f"{host} did not answer within {patience:g} s") from None
    except (WebSocketException, OSError) as error:
        raise TransportError(f"{host} cannot be reached: {_told(error)}") from None
    return WebsocketChannel(connection)


@contextlib.contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except ConnectionClosed as error:
        first = error.sent if error.sent and not error.rcvd_then_sent else error.rcvd
        if first is None:
            raise ChannelClosed(1006, "the connection broke off") from error
        fault = FAULTS.get(first.code, "") if first is error.sent else ""
        raise ChannelClosed(first.code, first.reason, fault=fault) from error


def _told(error: Exception) -> str:
    """Return what is wrong without anything of the url."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return f"status {status}"
    return getattr(error, "strerror", None) or type(error).__name__


__all__ = ["HEARTBEAT", "QUIET", "WebsocketChannel", "dial"]
