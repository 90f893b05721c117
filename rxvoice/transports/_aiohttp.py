"""Websockets of aiohttp's server as channels."""

import asyncio
import contextlib
import socket
from collections.abc import Sequence

from aiohttp import WSMessage, WSMsgType, web
from aiohttp.http import WebSocketError

from ._closing import CLOSING, FAULTS, keep_little_unsent, reason_bytes
from ._contract import ChannelClosed, Wire
from ._intake import LARGEST
from ._websockets import HEARTBEAT


class ServerChannel:
    """An open websocket of aiohttp's server."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._closing = False
        keep_little_unsent(socket.get_extra_info("socket"))

    async def receive(self) -> Wire:
        """Return the next message.

        Raises:
            ChannelClosed: When none comes any more.
        """
        try:
            message = await self._socket.receive()
        except (ConnectionError, RuntimeError) as error:
            raise ChannelClosed() from error
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            return message.data
        raise self._closed(message)

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
        """Close it, within a second."""
        self._closing = True
        try:
            async with asyncio.timeout(CLOSING):
                await self._socket.close(code=code, message=reason_bytes(reason))
        except TimeoutError:
            self._break_off()
        except BaseException:
            self._break_off()
            raise
        finally:
            self._forget_heartbeat()

    def _closed(self, message: WSMessage) -> ChannelClosed:
        match message.type, message.data:
            case WSMsgType.CLOSE, int() as code:
                return ChannelClosed(code, message.extra or "")
            case WSMsgType.ERROR, WebSocketError() as error:
                return ChannelClosed(error.code, fault=FAULTS.get(error.code, FAULTS[1002]))
            case _ if self._closing:
                return ChannelClosed(self._socket.close_code or 1000)
            case _:
                return ChannelClosed(1006, "the connection broke off")

    def _break_off(self) -> None:
        # A transport that is only closed would wait until all was sent, which may be for ever.
        own = self._socket.get_extra_info("socket")
        if own is not None:
            with contextlib.suppress(OSError):
                own.shutdown(socket.SHUT_RDWR)

    def _forget_heartbeat(self) -> None:
        # The far end's last message, which closes it, makes aiohttp plan one more.
        forget = getattr(self._socket, "_cancel_heartbeat", None)
        if forget is not None:
            asyncio.get_running_loop().call_soon(forget)


async def upgrade(
    request: web.Request, *, subprotocols: Sequence[str] = ()
) -> web.WebSocketResponse:
    """Accept a client's websocket in a handler of aiohttp's server, for `accepted`.

    It is without compression, is asked every 20 s whether it is still there, and messages of more
    than a mebibyte end it with code 1009.

    Args:
        request: The client's.
        subprotocols: Those that can be spoken; the client's first one of them is agreed on.
    """
    response = web.WebSocketResponse(
        timeout=CLOSING,
        heartbeat=HEARTBEAT,
        protocols=subprotocols,
        compress=False,
        max_msg_size=LARGEST,
    )
    await response.prepare(request)
    return response


__all__ = ["ServerChannel", "upgrade"]
