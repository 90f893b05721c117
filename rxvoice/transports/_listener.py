"""A port where one websocket is open at a time."""

import asyncio
import http
from collections import deque
from collections.abc import Sequence
from typing import Final

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Origin, Subprotocol

from ._closing import CLOSING
from ._contract import TransportError
from ._intake import LARGEST
from ._websockets import HEARTBEAT, QUIET, WebsocketChannel

BUSY: Final = "there is a client already"
"""Why another client is refused, with status 503, …"""

TRY_AGAIN: Final = 1013
"""… or with this close code, when both came at the same moment."""


class Listener:
    """Listens at a port, and refuses all but one client at a time.

    Args:
        host: Address to listen at.
        port: Port; any free one if 0.
        origins: Whose web pages may connect; None among them for programs. All may if None.
        subprotocols: What can be spoken.
    """

    def __init__(
        self,
        host: str,
        port: int,
        origins: Sequence[str | None] | None,
        subprotocols: Sequence[str],
    ) -> None:
        if not 0 <= port <= 65_535:
            raise ValueError(f"port must be in 0…65535, got {port}")
        self._host = host
        self._port = port
        self._origins = (
            None if origins is None else [Origin(one) if one else None for one in origins]
        )
        self._subprotocols = [Subprotocol(one) for one in subprotocols] or None
        self._arrived: deque[ServerConnection] = deque()
        self._news = asyncio.Event()
        self._taken = False
        self._server: Server | None = None

    @property
    def port(self) -> int:
        """The port, once it listens also where any free one was asked for."""
        if self._server is None:
            return self._port
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            TransportError: When that is not possible.
        """
        try:
            self._server = await serve(
                self._serve,
                self._host,
                self._port,
                origins=self._origins,
                subprotocols=self._subprotocols,
                process_request=self._refuse,
                compression=None,
                close_timeout=CLOSING,
                ping_interval=HEARTBEAT,
                ping_timeout=HEARTBEAT,
                max_size=LARGEST,
                logger=QUIET,
            )
        except OSError as error:
            where = f"{self._host}:{self._port}"
            raise TransportError(f"nobody can listen at {where}: {error.strerror}") from error

    async def next(self) -> WebsocketChannel:
        """Return the next client, once it has come."""
        while not self._arrived:
            self._news.clear()
            await self._news.wait()
        return WebsocketChannel(self._arrived.popleft())

    async def aclose(self) -> None:
        """Listen no more; a client that is there is told that the server goes away."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def _refuse(self, connection: ServerConnection, _: Request) -> Response | None:
        if not self._taken:
            return None
        response = connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, f"{BUSY}\n")
        response.headers["Retry-After"] = "5"
        return response

    async def _serve(self, connection: ServerConnection) -> None:
        if self._taken:
            await connection.close(TRY_AGAIN, BUSY)
            return
        self._taken = True
        self._arrived.append(connection)
        self._news.set()
        try:
            await connection.wait_closed()
        finally:
            self._taken = False


__all__ = ["BUSY", "TRY_AGAIN", "Listener"]
