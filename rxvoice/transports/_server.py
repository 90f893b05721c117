"""Servers of websockets for one client at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType

from ._contract import Channel, Codec, Wire
from ._listener import Listener
from ._open import accepted
from ._pcm import PcmCodec
from ._socket import SocketTransport
from ._websockets import WebsocketChannel


def websocket_server(
    host: str = "127.0.0.1",
    port: int = 8765,
    *,
    codec: Codec | None = None,
    origins: Sequence[str | None] | None = None,
    subprotocols: Sequence[str] = (),
    packet: float = 0.02,
    capacity: float = 60.0,
    time_limit: float | None = None,
    audio: bool = True,
    listening: Callable[[int], object] | None = None,
) -> SocketTransport:
    """Be reached by a websocket: wait for a client, and serve that one alone.

    The port is open from the first use of the transport until its last; others who come meanwhile
    are refused with status 503. To serve one client after the other take `WebsocketServer`; to
    serve many at once, ``rxvoice serve``, or `accepted` in a server of your own.

    Args:
        host: Address to listen at.
        port: Port; any free one if 0.
        codec: What the client's messages mean; `PcmCodec` at 16 kHz unless given.
        origins: Whose web pages may connect, such as ``"https://example.org"``; None among them
            for programs, which have no origin. All may unless given.
        subprotocols: What can be spoken.
        packet: Seconds of audio that leave at once.
        capacity: Seconds of audio that may wait to be played.
        time_limit: Seconds after which `rxvoice.items.ConnectionTimedOut` is told.
        audio: Whether audio that comes is passed on.
        listening: Is told the port once it is open.

    Returns:
        The transport, for one session.

    Raises:
        ValueError: When an argument makes no sense.
    """
    listener = Listener(host, port, origins, subprotocols)

    async def open_channel() -> Channel:
        await listener.open()
        try:
            if listening is not None:
                listening(listener.port)
            return _Only(await listener.next(), listener)
        except BaseException:
            await listener.aclose()
            raise

    return SocketTransport(
        open_channel,
        PcmCodec() if codec is None else codec,
        packet=packet,
        capacity=capacity,
        time_limit=time_limit,
        name="websocket",
        audio=audio,
    )


class WebsocketServer:
    """Listens at a port and serves one client after the other, each with a transport of its own.

    It is an async context, and iterates over the clients::

        async with WebsocketServer(port=8765) as server:
            async for line in server:
                await run(line.incoming.pipe(agent()), line.outgoing)

    While one is there, others are refused with status 503.

    Args:
        host: Address to listen at.
        port: Port; any free one if 0.
        codec: Makes the codec of each client; `PcmCodec`, at 16 kHz, unless given.
        origins: As for `websocket_server`.
        subprotocols: What can be spoken.
        packet: Seconds of audio that leave at once.
        capacity: Seconds of audio that may wait to be played.
        time_limit: Seconds after which `rxvoice.items.ConnectionTimedOut` is told.
        audio: Whether audio that comes is passed on.

    Raises:
        ValueError: When an argument makes no sense.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 8765,
        *,
        codec: Callable[[], Codec] = PcmCodec,
        origins: Sequence[str | None] | None = None,
        subprotocols: Sequence[str] = (),
        packet: float = 0.02,
        capacity: float = 60.0,
        time_limit: float | None = None,
        audio: bool = True,
    ) -> None:
        def line(channel: Channel) -> SocketTransport:
            return accepted(
                channel,
                codec=codec(),
                packet=packet,
                capacity=capacity,
                time_limit=time_limit,
                audio=audio,
            )

        self._line = line
        self._listener = Listener(host, port, origins, subprotocols)

    @property
    def port(self) -> int:
        """The port, once it is open also where any free one was asked for."""
        return self._listener.port

    async def __aenter__(self) -> WebsocketServer:
        await self._listener.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._listener.aclose()

    async def __aiter__(self) -> AsyncIterator[SocketTransport]:
        while True:
            yield self._line(await self._listener.next())


class _Only:
    """The channel of a listener's only client, with which that ends."""

    def __init__(self, channel: WebsocketChannel, listener: Listener) -> None:
        self._channel = channel
        self._listener = listener

    async def receive(self) -> Wire:
        return await self._channel.receive()

    async def send(self, message: Wire, /) -> None:
        await self._channel.send(message)

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        try:
            await self._channel.aclose(code, reason)
        finally:
            await self._listener.aclose()


__all__ = ["WebsocketServer", "websocket_server"]
