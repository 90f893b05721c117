"""The protocol that puts a wire under aiohttp's."""

import asyncio
from collections.abc import Callable

from ._wire import Wire


class WiredProtocol(asyncio.Protocol):
    """Puts a wire between a transport and its protocol.

    Args:
        inner: The protocol.
        made: Called with the wire when there is a connection.
        lost: Called with the wire when there is none any more.
    """

    def __init__(
        self,
        inner: asyncio.Protocol,
        made: Callable[[Wire], object],
        lost: Callable[[Wire], object],
    ) -> None:
        self._inner = inner
        self._made = made
        self._lost = lost
        self._wire: Wire | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Make the wire."""
        assert isinstance(transport, asyncio.Transport)
        self._wire = Wire(transport)
        self._made(self._wire)
        self._inner.connection_made(self._wire)

    def data_received(self, data: bytes) -> None:
        """Pass bytes on, unless the wire is silent."""
        if self._wire is not None and not self._wire.silent:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """The client writes no more: let the connection end."""
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the connection is gone."""
        self._inner.connection_lost(exc)
        if self._wire is not None:
            self._wire.abort()
            self._lost(self._wire)

    def pause_writing(self) -> None:
        """The client does not read fast enough."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._inner.resume_writing()


__all__ = ["WiredProtocol"]
