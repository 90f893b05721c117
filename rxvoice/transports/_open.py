"""Transports over websockets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiohttp import web

from ._aiohttp import ServerChannel
from ._contract import Channel, Codec
from ._pcm import PcmCodec
from ._socket import SocketTransport
from ._websockets import dial


def websocket(
    url: str,
    *,
    codec: Codec | None = None,
    headers: Mapping[str, str] | None = None,
    subprotocols: Sequence[str] = (),
    packet: float = 0.02,
    capacity: float = 60.0,
    time_limit: float | None = None,
    patience: float = 10.0,
    audio: bool = True,
) -> SocketTransport:
    """Reach a server by a websocket.

    Args:
        url: ``ws://`` or ``wss://``.
        codec: What its messages mean; `PcmCodec` at 16 kHz unless given.
        headers: Besides the usual ones; never logged.
        subprotocols: What is offered.
        packet: Seconds of audio that leave at once.
        capacity: Seconds of audio that may wait to be played.
        time_limit: Seconds after which `rxvoice.items.ConnectionTimedOut` is told.
        patience: Seconds that connecting may take.
        audio: Whether audio that comes is passed on.

    Returns:
        The transport, for one session.

    Raises:
        ValueError: When an argument makes no sense.
    """
    if not url.startswith(("ws://", "wss://")):
        raise ValueError("url must begin with ws:// or wss://")
    if patience <= 0.0:
        raise ValueError(f"patience must be positive, got {patience}")

    async def open_channel() -> Channel:
        return await dial(url, headers=headers, subprotocols=subprotocols, patience=patience)

    return SocketTransport(
        open_channel,
        PcmCodec() if codec is None else codec,
        packet=packet,
        capacity=capacity,
        time_limit=time_limit,
        name="websocket",
        audio=audio,
    )


def accepted(
    socket: web.WebSocketResponse | Channel,
    *,
    codec: Codec | None = None,
    packet: float = 0.02,
    capacity: float = 60.0,
    time_limit: float | None = None,
    name: str = "websocket",
    audio: bool = True,
) -> SocketTransport:
    """Serve a client by a websocket that was accepted.

    In a handler of aiohttp's server::

        async def talk(request):
            socket = await upgrade(request)
            line = accepted(socket)
            await run(line.incoming.pipe(agent), line.outgoing)
            return socket

    Args:
        socket: A prepared response of aiohttp, or any other channel.
        codec: What its messages mean; `PcmCodec` at 16 kHz unless given.
        packet: Seconds of audio that leave at once.
        capacity: Seconds of audio that may wait to be played.
        time_limit: Seconds after which `rxvoice.items.ConnectionTimedOut` is told.
        name: Told in faults and logs.
        audio: Whether audio that comes is passed on.

    Returns:
        The transport, for one session.

    Raises:
        ValueError: When an argument makes no sense.
    """
    channel = ServerChannel(socket) if isinstance(socket, web.WebSocketResponse) else socket

    async def open_channel() -> Channel:
        return channel

    return SocketTransport(
        open_channel,
        PcmCodec() if codec is None else codec,
        packet=packet,
        capacity=capacity,
        time_limit=time_limit,
        name=name,
        audio=audio,
    )


__all__ = ["accepted", "websocket"]
